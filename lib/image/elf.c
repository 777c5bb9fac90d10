/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of an ELF file (System V ABI, chapters 4 and 5; ELF for the Arm
 * 64-bit Architecture). Headers are copied out, since they may lie anywhere;
 * sums are avoided by comparing with what is left.
 */
#include "elf.h"
#include <stdbool.h>
#include <string.h>

#define EM_AARCH64 183
#define ET_EXEC    2
enum { ELF_CLASS = 4, ELF_DATA = 5, ELF_VERSION = 6 };
enum { ELF_CLASS_64 = 2, ELF_DATA_LITTLE = 1, ELF_VERSION_CURRENT = 1 };
enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3 };
#define INSTRUCTION_BYTES 4

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t header_bytes, program_header_bytes, program_header_count;
    uint16_t section_header_bytes, section_header_count, section_names;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical_address, file_bytes, memory_bytes, align;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF64 header");
_Static_assert(sizeof(struct program_header) == 56, "ELF64 program header");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "headers are copied as they are");

static enum elf_error check_header(const struct elf_header *header, size_t bytes)
{
    if (memcmp(header->ident, "\177ELF", 4) != 0)
        return ELF_NOT_ELF;
    if (header->ident[ELF_CLASS] != ELF_CLASS_64 || header->ident[ELF_DATA] != ELF_DATA_LITTLE ||
        header->ident[ELF_VERSION] != ELF_VERSION_CURRENT)
        return ELF_WRONG_CLASS;
    if (header->machine != EM_AARCH64)
        return ELF_WRONG_MACHINE;
    if (header->type != ET_EXEC)
        return ELF_WRONG_TYPE;
    if (header->program_header_bytes != sizeof(struct program_header) || header->program_headers > bytes ||
        header->program_header_count > (bytes - header->program_headers) / sizeof(struct program_header))
        return ELF_BAD_HEADERS;
    return ELF_OK;
}

static uint64_t page_first(const struct elf_segment *segment)
{
    return segment->address / ELF_PAGE_BYTES;
}

static uint64_t page_last(const struct elf_segment *segment)
{
    return (segment->address + segment->memory_bytes - 1) / ELF_PAGE_BYTES;
}

static enum elf_error check_segment(const struct program_header *header, size_t bytes, struct elf_window window)
{
    if (header->offset > bytes || header->file_bytes > bytes - header->offset)
        return ELF_OUTSIDE_FILE;
    if (header->memory_bytes < header->file_bytes)
        return ELF_BAD_SIZE;
    if (header->align % ELF_PAGE_BYTES != 0 || header->align == 0 ||
        header->address % ELF_PAGE_BYTES != header->offset % ELF_PAGE_BYTES)
        return ELF_BAD_ALIGNMENT;
    if (header->address < window.start || header->address > window.end ||
        header->memory_bytes > window.end - header->address)
        return ELF_OUTSIDE_WINDOW;
    if (!(header->flags & ELF_READ) || ((header->flags & ELF_WRITE) && (header->flags & ELF_EXECUTE)))
        return ELF_BAD_RIGHTS;
    return ELF_OK;
}

static enum elf_error add_segment(const struct program_header *header, struct elf_image *out)
{
    if (out->segment_count == ELF_SEGMENT_MAX)
        return ELF_TOO_MANY_SEGMENTS;
    struct elf_segment *segment = &out->segment[out->segment_count];
    *segment = (struct elf_segment){
        .address = header->address, .memory_bytes = header->memory_bytes,
        .file_offset = header->offset, .file_bytes = header->file_bytes,
        .flags = header->flags & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
    };
    for (unsigned i = 0; i < out->segment_count; i++)
        if (page_first(segment) <= page_last(&out->segment[i]) &&
            page_first(&out->segment[i]) <= page_last(segment))
            return ELF_OVERLAP;
    out->segment_count++;
    return ELF_OK;
}

static enum elf_error read_segments(const uint8_t *file, size_t bytes, struct elf_window window,
                                    struct elf_image *out)
{
    struct elf_header header;
    memcpy(&header, file, sizeof header);
    for (unsigned i = 0; i < header.program_header_count; i++) {
        struct program_header segment;
        memcpy(&segment, file + header.program_headers + i * sizeof segment, sizeof segment);
        if (segment.type == PT_DYNAMIC || segment.type == PT_INTERP)
            return ELF_DYNAMIC;
        if (segment.type != PT_LOAD || (segment.memory_bytes == 0 && segment.file_bytes == 0))
            continue;
        enum elf_error error = check_segment(&segment, bytes, window);
        if (error == ELF_OK)
            error = add_segment(&segment, out);
        if (error != ELF_OK)
            return error;
    }
    return out->segment_count == 0 ? ELF_NO_SEGMENT : ELF_OK;
}

/* Only bytes from the file can be instructions. */
static bool entry_valid(const struct elf_image *image)
{
    if (image->entry % INSTRUCTION_BYTES != 0)
        return false;
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segment[i];
        if ((segment->flags & ELF_EXECUTE) && image->entry >= segment->address &&
            segment->file_bytes >= INSTRUCTION_BYTES &&
            image->entry - segment->address <= segment->file_bytes - INSTRUCTION_BYTES)
            return true;
    }
    return false;
}

enum elf_error elf_read(const void *file, size_t bytes, struct elf_window window, struct elf_image *out)
{
    struct elf_header header;
    memset(out, 0, sizeof *out);
    if (bytes < sizeof header)
        return ELF_TOO_SHORT;
    memcpy(&header, file, sizeof header);
    enum elf_error error = check_header(&header, bytes);
    if (error == ELF_OK)
        error = read_segments(file, bytes, window, out);
    if (error != ELF_OK)
        return error;
    out->entry = header.entry;
    return entry_valid(out) ? ELF_OK : ELF_BAD_ENTRY;
}

const char *elf_error_text(enum elf_error error)
{
#define ELF_X(NAME, text) text,
    static const char *const texts[] = { ELF_ERRORS(ELF_X) };
#undef ELF_X
    return (unsigned)error < ELF_ERROR_COUNT ? texts[error] : "an unknown error of the ELF reader";
}
