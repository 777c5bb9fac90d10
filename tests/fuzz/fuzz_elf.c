/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF reader on damaged programs. What is accepted is "loaded": every byte
 * of every segment is read, and the promises of elf.h are checked again.
 */
#include <stdlib.h>

#include "lib/image/elf.h"

#define WINDOW_START 0x400000u
#define WINDOW_END   0x10000000u
#define PAGE(address) ((address) / ELF_PAGE_BYTES)

static void demand(int condition)
{
    if (!condition)
        abort();
}

static void check_segment(const struct elf_segment *segment, const uint8_t *data, size_t bytes)
{
    volatile uint8_t sum = 0;
    demand(segment->memory_bytes != 0 && segment->file_bytes <= segment->memory_bytes);
    demand(segment->address >= WINDOW_START && segment->address < WINDOW_END);
    demand(segment->memory_bytes <= WINDOW_END - segment->address);
    demand(segment->file_offset <= bytes && segment->file_bytes <= bytes - segment->file_offset);
    demand((segment->flags & ELF_READ) && segment->flags <= 7);
    demand(!((segment->flags & ELF_WRITE) && (segment->flags & ELF_EXECUTE)));
    for (uint64_t i = 0; i < segment->file_bytes; i++)
        sum = (uint8_t)(sum + data[segment->file_offset + i]);
}

static void check_image(const struct elf_image *image)
{
    unsigned entries = 0;
    demand(image->segment_count >= 1 && image->segment_count <= ELF_SEGMENT_MAX);
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *one = &image->segment[i];
        if ((one->flags & ELF_EXECUTE) && image->entry >= one->address &&
            image->entry < one->address + one->file_bytes)
            entries++;
        for (unsigned j = 0; j < i; j++) {
            const struct elf_segment *other = &image->segment[j];
            demand(PAGE(one->address + one->memory_bytes - 1) < PAGE(other->address) ||
                   PAGE(other->address + other->memory_bytes - 1) < PAGE(one->address));
        }
    }
    demand(entries == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct elf_window window = { WINDOW_START, WINDOW_END };
    struct elf_image image;
    enum elf_error error = elf_read(data, bytes, window, &image);
    demand(elf_error_text(error)[0] != '\0');
    if (error != ELF_OK)
        return 0;
    for (unsigned i = 0; i < image.segment_count; i++)
        check_segment(&image.segment[i], data, bytes);
    check_image(&image);
    return 0;
}
