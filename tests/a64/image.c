/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments by the library's reader of programs; the table of symbols here (ELF64,
 * System V ABI). The files are our own build's: one that is cut off is refused,
 * but its offsets are trusted no further than that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define PAGE 4096u

enum elf_header { SECTIONS_AT = 40, SECTION_BYTES_AT = 58, SECTION_COUNT_AT = 60 };
enum section { TYPE_AT = 4, OFFSET_AT = 24, SIZE_AT = 32, LINK_AT = 40, SECTION_BYTES = 64 };
enum symbol {
    NAME_AT = 0, INFO_AT = 4, INDEX_AT = 6, VALUE_AT = 8, BYTES_AT = 16, SYMBOL_BYTES = 24,
};
#define SECTION_SYMBOLS 2 /* types */
#define SECTION_NO_BITS 8
#define TYPE_SECTION    3 /* of symbols: these and files have no useful name */
#define TYPE_FILE       4

static const struct elf_window window = {PAGE, UINT64_MAX / PAGE * PAGE};

static uint64_t number(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    memcpy(&value, at, bytes);
    return value;
}

/* --- Opening ----------------------------------------------------------------------- */

static const char *read_file(struct image *image, const char *path)
{
    FILE *file = fopen(path, "rb");
    long length;

    if (file == NULL)
        return "there is no such file";
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) > 0) {
        rewind(file);
        image->file = malloc((size_t)length);
        if (image->file != NULL)
            image->file_bytes = fread(image->file, 1, (size_t)length, file);
    }
    fclose(file);
    return image->file_bytes != 0 ? NULL : "it cannot be read";
}

static bool within(const struct image *image, uint64_t offset, uint64_t bytes)
{
    return offset <= image->file_bytes && bytes <= image->file_bytes - offset;
}

static const uint8_t *section(const struct image *image, uint64_t index)
{
    uint64_t table = number(image->file + SECTIONS_AT, 8);
    uint64_t at = table + index * SECTION_BYTES;
    const uint8_t *header;

    if (number(image->file + SECTION_BYTES_AT, 2) != SECTION_BYTES ||
        index >= number(image->file + SECTION_COUNT_AT, 2) || table > image->file_bytes ||
        !within(image, at, SECTION_BYTES))
        return NULL;
    header = image->file + at;
    if (number(header + TYPE_AT, 4) != SECTION_NO_BITS &&
        !within(image, number(header + OFFSET_AT, 8), number(header + SIZE_AT, 8)))
        return NULL;
    return header;
}

static const char *read_symbols(struct image *image)
{
    uint64_t count = number(image->file + SECTION_COUNT_AT, 2);
    const uint8_t *found = NULL, *names;

    for (uint64_t index = 0; index < count; index++) {
        const uint8_t *header = section(image, index);

        if (header == NULL)
            return "its sections lie outside of it";
        if (number(header + TYPE_AT, 4) == SECTION_SYMBOLS)
            found = header;
    }
    names = found == NULL ? NULL : section(image, number(found + LINK_AT, 4));
    if (names == NULL)
        return "it has no symbols";
    image->symbols = image->file + number(found + OFFSET_AT, 8);
    image->symbol_count = number(found + SIZE_AT, 8) / SYMBOL_BYTES;
    image->names = (const char *)image->file + number(names + OFFSET_AT, 8);
    image->names_bytes = number(names + SIZE_AT, 8);
    if (image->names_bytes == 0 || image->names[image->names_bytes - 1] != '\0')
        return "its names do not end";
    return NULL;
}

static void fill(struct image *image, unsigned index)
{
    const struct elf_segment *segment = &image->elf.segment[index];

    memset(image->segment[index], 0, segment->memory_bytes);
    memcpy(image->segment[index], image->file + segment->file_offset, segment->file_bytes);
}

static const char *load(struct image *image)
{
    enum elf_error error = elf_read(image->file, image->file_bytes, window, &image->elf);

    if (error != ELF_OK) {
        image->elf.segment_count = 0;
        return elf_error_text(error);
    }
    for (unsigned index = 0; index < image->elf.segment_count; index++) {
        image->segment[index] = malloc(image->elf.segment[index].memory_bytes);
        if (image->segment[index] == NULL)
            return "there is no memory for it";
        fill(image, index);
    }
    return NULL;
}

const char *image_open(struct image *image, const char *path)
{
    const char *wrong;

    memset(image, 0, sizeof *image);
    wrong = read_file(image, path);
    if (wrong == NULL)
        wrong = load(image);
    if (wrong == NULL)
        wrong = read_symbols(image);
    if (wrong != NULL) {
        fprintf(stderr, "%s: %s\n", path, wrong);
        image_close(image);
    }
    return wrong;
}

const char *image_open_built(struct image *image, const char *file)
{
    const char *folder = getenv("THOLE_VIRT");
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "build/virt", file);
    return image_open(image, path);
}

void image_close(struct image *image)
{
    for (unsigned index = 0; index < image->elf.segment_count; index++)
        free(image->segment[index]);
    free(image->file);
    memset(image, 0, sizeof *image);
}

void image_reset(struct image *image)
{
    for (unsigned index = 0; index < image->elf.segment_count; index++)
        if (image->elf.segment[index].flags & ELF_WRITE)
            fill(image, index);
}

/* --- Symbols ------------------------------------------------------------------------- */

static const uint8_t *symbol(const struct image *image, size_t index)
{
    return image->symbols + index * SYMBOL_BYTES;
}

static const char *symbol_name(const struct image *image, const uint8_t *entry)
{
    uint64_t at = number(entry + NAME_AT, 4);

    return at < image->names_bytes ? image->names + at : "";
}

/* Defined, and the name of a place; $x and $d say only what kind of bytes follow. */
static bool is_place(const struct image *image, const uint8_t *entry)
{
    unsigned type = entry[INFO_AT] & 0xf;
    const char *name = symbol_name(image, entry);

    return number(entry + INDEX_AT, 2) != 0 && type != TYPE_SECTION && type != TYPE_FILE &&
           name[0] != '\0' && name[0] != '$';
}

bool image_find(const struct image *image, const char *name, uint64_t *address, uint64_t *bytes)
{
    for (size_t index = 0; index < image->symbol_count; index++) {
        const uint8_t *entry = symbol(image, index);

        if (!is_place(image, entry) || strcmp(symbol_name(image, entry), name) != 0)
            continue;
        *address = number(entry + VALUE_AT, 8);
        if (bytes != NULL)
            *bytes = number(entry + BYTES_AT, 8);
        return true;
    }
    return false;
}

uint64_t image_symbol(const struct image *image, const char *name)
{
    uint64_t address;

    if (!image_find(image, name, &address, NULL)) {
        fprintf(stderr, "the image has no symbol %s\n", name);
        exit(1);
    }
    return address;
}

const char *image_name(const struct image *image, uint64_t address, char *text, size_t room)
{
    const uint8_t *nearest = NULL;

    for (size_t index = 0; index < image->symbol_count; index++) {
        const uint8_t *entry = symbol(image, index);
        uint64_t value = number(entry + VALUE_AT, 8);

        if (is_place(image, entry) && value <= address &&
            (nearest == NULL || value > number(nearest + VALUE_AT, 8)))
            nearest = entry;
    }
    if (nearest == NULL || image_at(image, address, 1) == NULL)
        snprintf(text, room, "%#" PRIx64, address);
    else
        snprintf(text, room, "%s+%#" PRIx64, symbol_name(image, nearest),
                 address - number(nearest + VALUE_AT, 8));
    return text;
}

/* --- Bytes --------------------------------------------------------------------------- */

void *image_at(const struct image *image, uint64_t address, uint64_t bytes)
{
    for (unsigned index = 0; index < image->elf.segment_count; index++) {
        const struct elf_segment *segment = &image->elf.segment[index];
        uint64_t offset = address - segment->address;

        if (offset < segment->memory_bytes && bytes <= segment->memory_bytes - offset)
            return image->segment[index] + offset;
    }
    return NULL;
}

void image_map(const struct image *image, struct a64 *core)
{
    for (unsigned index = 0; index < image->elf.segment_count; index++) {
        const struct elf_segment *segment = &image->elf.segment[index];
        unsigned rights = A64_READ | (segment->flags & ELF_WRITE ? A64_WRITE : 0) |
                          (segment->flags & ELF_EXECUTE ? A64_EXECUTE : 0);

        a64_map(core, segment->address, image->segment[index], segment->memory_bytes, rights);
    }
}

void image_explain(const struct image *image, const struct a64 *core)
{
    uint64_t count = core->executed < A64_TRAIL ? core->executed : A64_TRAIL;
    char text[128];

    for (uint64_t number = core->executed - count; number < core->executed; number++)
        fprintf(stderr, "  %s\n",
                image_name(image, core->trail[number % A64_TRAIL], text, sizeof text));
    fprintf(stderr, "stopped at %s after %" PRIu64 " instructions: %s %s\n",
            image_name(image, core->pc, text, sizeof text), core->executed,
            a64_stop_name(core->stop), core->why);
}
