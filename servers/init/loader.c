/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs: ELF files in the archive that the firmware loaded. A program's
 * pages are made one by one out of its quota, filled and mapped, each segment
 * with its own rights; what a file may say lib/image has checked before. Those
 * that the program cannot write are the same for all incarnations of its body.
 */
#include "server.h"

#include <string.h>

#include "lib/image/cpio.h"
#include "lib/image/elf.h"
#include "window.h"

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

static uint64_t page_of(uint64_t address)
{
    return address & ~(uint64_t)(MEMORY_PAGE_BYTES - 1);
}

static uint32_t pages_of(const struct elf_segment *segment)
{
    uint64_t before = segment->address % MEMORY_PAGE_BYTES;

    return (uint32_t)((before + segment->memory_bytes + MEMORY_PAGE_BYTES - 1) /
                      MEMORY_PAGE_BYTES);
}

/* What cannot be written is filled once; what can be, by program_fill. */
static wrong_t segment_load(struct server *server, const struct elf_segment *segment,
                            const uint8_t *data)
{
    uint64_t page = page_of(segment->address);
    wrong_t wrong = NULL;

    for (uint32_t i = 0; i < pages_of(segment) && !wrong; i++, page += MEMORY_PAGE_BYTES) {
        struct content content = content_of(segment, data, page);

        wrong = segment->flags & ELF_WRITE
                    ? page_mirrored(server, page, rights_of(segment))
                    : page_new(server, page, rights_of(segment), &content);
    }
    return wrong;
}

/*
 * Beside image and stack, at least: the space's root, the tables on the way to
 * image, stack and startup page (4), that page, and the objects (2).
 */
#define PAGES_BESIDE   8
#define PAGES_OF_EDGES 2 /* tables on the way to shared buffers, */
#define PAGES_OF_DMA   1 /* and one more to its device's memory */

/* A quota that cannot be enough is refused with the figure that might be. */
static wrong_t need_check(const struct server *server, const struct elf_image *image)
{
    static char wrong[96];
    struct text out = text_in(wrong, sizeof(wrong));
    unsigned beside = PAGES_BESIDE + (edges_pages(server) != 0 ? PAGES_OF_EDGES : 0) +
                      (dma_pages(server) != 0 ? PAGES_OF_DMA : 0);
    uint64_t kib = server->tree->stack_kib + beside * MEMORY_PAGE_BYTES / 1024;

    for (unsigned i = 0; i < image->segment_count; i++) {
        kib += (uint64_t)pages_of(&image->segment[i]) * (MEMORY_PAGE_BYTES / 1024);
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

/* What the file says is the same each time: it lies where no program can write. */
static wrong_t program_read(const struct server *server, struct elf_image *image,
                            const uint8_t **file)
{
    struct elf_window window = {PROGRAM_IMAGE_ADDRESS, PROGRAM_IMAGE_END};
    const struct program *program = program_named(server->tree->program);
    enum elf_error error;

    if (!program) {
        return program_wrong(server, cpio_error_text(CPIO_NOT_FOUND));
    }
    *file = program->file;
    error = elf_read(program->file, program->bytes, window, image);
    return error == ELF_OK ? NULL : program_wrong(server, elf_error_text(error));
}

static void mirror_reserve(struct server *server, const struct elf_image *image)
{
    uint32_t pages = server->tree->stack_kib / (MEMORY_PAGE_BYTES / 1024) + 1; /* and startup */

    if (server->mirror.start) {
        return;
    }
    for (unsigned i = 0; i < image->segment_count; i++) {
        pages += image->segment[i].flags & ELF_WRITE ? pages_of(&image->segment[i]) : 0;
    }
    server->mirror = (struct mirror){window_reserve(pages), pages};
}

wrong_t program_measure(struct server *server)
{
    struct elf_image image;
    const uint8_t *file;
    wrong_t wrong = program_read(server, &image, &file);

    wrong = wrong ? wrong : need_check(server, &image);
    if (!wrong) {
        mirror_reserve(server, &image);
        server->now.entry = image.entry;
    }
    return wrong;
}

wrong_t program_load(struct server *server)
{
    struct elf_image image;
    const uint8_t *file;
    wrong_t wrong = program_read(server, &image, &file);

    for (unsigned i = 0; !wrong && i < image.segment_count; i++) {
        wrong = segment_load(server, &image.segment[i], file);
    }
    return wrong;
}

wrong_t program_fill(struct server *server)
{
    struct elf_image image;
    const uint8_t *file;
    wrong_t wrong = program_read(server, &image, &file);
    char *to = server->mirror.start;

    for (unsigned i = 0; !wrong && i < image.segment_count; i++) {
        const struct elf_segment *segment = &image.segment[i];

        if (segment->flags & ELF_WRITE) {
            memcpy(to + segment->address % MEMORY_PAGE_BYTES, file + segment->file_offset,
                   segment->file_bytes);
            to += (size_t)pages_of(segment) * MEMORY_PAGE_BYTES;
        }
    }
    return wrong;
}
