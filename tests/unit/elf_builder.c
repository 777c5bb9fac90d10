/* SPDX-License-Identifier: BSD-2-Clause */
/* The builder of the small program: headers by number, contents by pattern. */
#include "elf_builder.h"
#include <string.h>

#define HEADER_BYTES  64u
#define SEGMENT_BYTES 56u

void elf_put(uint8_t *file, size_t at, unsigned bytes, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++)
        file[at + i] = (uint8_t)(value >> 8 * i);
}

size_t elf_built_at(unsigned index, enum elf_built_segment field)
{
    return HEADER_BYTES + index * SEGMENT_BYTES + field;
}

static void segment(uint8_t *file, unsigned index, unsigned flags, uint64_t offset, uint64_t bytes)
{
    uint64_t address = 0x400000 + offset;
    elf_put(file, elf_built_at(index, SEGMENT_TYPE), 4, 1);
    elf_put(file, elf_built_at(index, SEGMENT_FLAGS), 4, flags);
    elf_put(file, elf_built_at(index, SEGMENT_OFFSET), 8, offset);
    elf_put(file, elf_built_at(index, SEGMENT_ADDRESS), 8, address);
    elf_put(file, elf_built_at(index, SEGMENT_ADDRESS) + 8, 8, address);
    elf_put(file, elf_built_at(index, SEGMENT_FILE_BYTES), 8, bytes);
    elf_put(file, elf_built_at(index, SEGMENT_MEMORY_BYTES), 8, bytes);
    elf_put(file, elf_built_at(index, SEGMENT_ALIGN), 8, 0x1000);
}

void elf_build(uint8_t *file)
{
    memset(file, 0, ELF_BUILT_BYTES);
    memcpy(file, "\177ELF\2\1\1", 7);
    elf_put(file, BUILT_TYPE, 2, 2);
    elf_put(file, BUILT_MACHINE, 2, 183);
    elf_put(file, 20, 4, 1);
    elf_put(file, BUILT_ENTRY, 8, ELF_BUILT_ENTRY);
    elf_put(file, BUILT_HEADERS, 8, HEADER_BYTES);
    elf_put(file, 52, 2, HEADER_BYTES);
    elf_put(file, BUILT_HEADER_BYTES, 2, SEGMENT_BYTES);
    elf_put(file, BUILT_HEADER_COUNT, 2, ELF_BUILT_SEGMENTS);
    segment(file, 0, 5, 0, 0x1800);
    segment(file, 1, 4, 0x2000, 0x800);
    segment(file, 2, 6, 0x3080, 0x80);
    elf_put(file, elf_built_at(2, SEGMENT_MEMORY_BYTES), 8, 0x5000);
}
