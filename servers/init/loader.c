/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs: ELF files in the archive that the firmware loaded. A program's
 * pages are made one by one out of its quota, filled and mapped, each segment
 * with its own rights; what a file may say lib/image has checked before.
 */
#include "server.h"

#include <string.h>

#include "lib/image/cpio.h"
#include "lib/image/elf.h"

#define PROGRAMS_MAX 256

/* File types in a mode, as in POSIX. */
#define MODE_TYPE 0170000u
#define MODE_FILE 0100000u

static struct program {
    const char *name;
    const uint8_t *file;
    size_t bytes;
} programs[PROGRAMS_MAX];
static unsigned program_count;

wrong_t archive_read(void)
{
    struct cpio_cursor cursor;
    struct cpio_file file;
    enum cpio_error error;

    cpio_start(&cursor, (const void *)init.info->archive, init.info->archive_bytes);
    while ((error = cpio_next(&cursor, &file)) == CPIO_OK) {
        if ((file.mode & MODE_TYPE) != MODE_FILE) {
            continue;
        }
        if (program_count == PROGRAMS_MAX) {
            return "it has more than 256 programs";
        }
        programs[program_count++] = (struct program){file.name, file.data, file.bytes};
    }
    return error == CPIO_END ? NULL : cpio_error_text(error);
}

const char *archive_program(void *context, unsigned index)
{
    (void)context;
    return index < program_count ? programs[index].name : NULL;
}

static const struct program *program_named(const char *name)
{
    for (unsigned i = 0; i < program_count; i++) {
        if (strcmp(programs[i].name, name) == 0) {
            return &programs[i];
        }
    }
    return NULL;
}

static unsigned rights_of(const struct elf_segment *segment)
{
    return RIGHT_READ | (segment->flags & ELF_WRITE ? RIGHT_WRITE : 0u) |
           (segment->flags & ELF_EXECUTE ? RIGHT_EXECUTE : 0u);
}

/* What of the file belongs into the page at `page`. */
static struct content content_of(const struct elf_segment *segment, const uint8_t *data,
                                 uint64_t page)
{
    uint64_t start = segment->address > page ? segment->address : page;
    uint64_t end = segment->address + segment->file_bytes;

    if (end > page + MEMORY_PAGE_BYTES) {
        end = page + MEMORY_PAGE_BYTES;
    }
    if (end <= start) {
        return (struct content){0};
    }
    return (struct content){
        .from = data + segment->file_offset + (start - segment->address),
        .bytes = end - start,
        .offset = start - page,
    };
}

static wrong_t segment_load(struct server *server, const struct elf_segment *segment,
                            const uint8_t *data)
{
    uint64_t page = segment->address & ~(uint64_t)(MEMORY_PAGE_BYTES - 1);
    wrong_t wrong = NULL;

    for (; page < segment->address + segment->memory_bytes && !wrong; page += MEMORY_PAGE_BYTES) {
        struct content content = content_of(segment, data, page);

        wrong = page_new(server, page, rights_of(segment), &content);
    }
    return wrong;
}

/*
 * Beside image and stack, at least: the space's root, the tables on the way to
 * image, stack and startup page (4), that page, and the objects (2).
 */
#define PAGES_BESIDE   8
#define PAGES_OF_EDGES 2 /* tables on the way to shared buffers */

/* A quota that cannot be enough is refused with the figure that might be. */
static wrong_t need_check(const struct server *server, const struct elf_image *image)
{
    static char wrong[96];
    struct text out = text_in(wrong, sizeof(wrong));
    unsigned beside = PAGES_BESIDE + (edges_pages(server) != 0 ? PAGES_OF_EDGES : 0);
    uint64_t kib = server->tree->stack_kib + beside * MEMORY_PAGE_BYTES / 1024;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        uint64_t before = segment->address % MEMORY_PAGE_BYTES;

        kib += (before + segment->memory_bytes + MEMORY_PAGE_BYTES - 1) / MEMORY_PAGE_BYTES *
               (MEMORY_PAGE_BYTES / 1024);
    }
    if (kib <= server->tree->memory_kib) {
        return NULL;
    }
    text_format(&out, "memory-kib is %u, and it takes %lu at least", server->tree->memory_kib,
                (unsigned long)kib);
    return wrong;
}

static wrong_t program_wrong(const struct server *server, const char *text)
{
    static char wrong[160];
    struct text out = text_in(wrong, sizeof(wrong));

    text_format(&out, "program %s: %s", server->tree->program, text);
    return wrong;
}

wrong_t program_load(struct server *server, uint64_t *entry)
{
    struct elf_window window = {PROGRAM_IMAGE_ADDRESS, PROGRAM_IMAGE_END};
    const struct program *program = program_named(server->tree->program);
    struct elf_image image;
    enum elf_error error;
    wrong_t wrong = NULL;

    if (!program) {
        return program_wrong(server, cpio_error_text(CPIO_NOT_FOUND));
    }
    error = elf_read(program->file, program->bytes, window, &image);
    if (error != ELF_OK) {
        return program_wrong(server, elf_error_text(error));
    }
    wrong = need_check(server, &image);
    for (unsigned i = 0; i < image.segment_count && !wrong; i++) {
        wrong = segment_load(server, &image.segment[i], program->file);
    }
    *entry = image.entry;
    return wrong;
}
