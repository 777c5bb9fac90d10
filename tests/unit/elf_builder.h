/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small sound AArch64 program, field by field, for tests to damage: text,
 * read-only data, and data with zeroed memory behind it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define ELF_BUILT_BYTES 0x3100u
#define ELF_BUILT_ENTRY 0x400100u
#define ELF_BUILT_SEGMENTS 3u

/* Offsets of fields from the file's first byte; of a segment's fields from its header's. */
enum elf_built_header {
    BUILT_CLASS = 4, BUILT_DATA = 5, BUILT_VERSION = 6, BUILT_TYPE = 16, BUILT_MACHINE = 18,
    BUILT_ENTRY = 24, BUILT_HEADERS = 32, BUILT_HEADER_BYTES = 54, BUILT_HEADER_COUNT = 56,
};
enum elf_built_segment {
    SEGMENT_TYPE = 0, SEGMENT_FLAGS = 4, SEGMENT_OFFSET = 8, SEGMENT_ADDRESS = 16,
    SEGMENT_FILE_BYTES = 32, SEGMENT_MEMORY_BYTES = 40, SEGMENT_ALIGN = 48,
};

/* Fills `file`, which has ELF_BUILT_BYTES. */
void elf_build(uint8_t *file);
/* Where a field of segment `index` is. */
size_t elf_built_at(unsigned index, enum elf_built_segment field);
/* Little-endian, in `bytes` bytes. */
void elf_put(uint8_t *file, size_t at, unsigned bytes, uint64_t value);
