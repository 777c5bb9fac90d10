/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads static AArch64 programs (ELF64). Everything is checked before anything
 * is loaded: a result means that each segment can be copied and mapped as it
 * says, wherever the file came from. Allocates nothing, keeps no state.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENT_MAX 8
#define ELF_PAGE_BYTES  4096u

/* X(NAME, what is wrong and what was expected) */
#define ELF_ERRORS(X)                                                                          \
    X(OK, "the program is sound")                                                              \
    X(TOO_SHORT, "the file ends within its ELF header: at least 64 bytes are expected")        \
    X(NOT_ELF, "the file is no ELF program: it should begin with 0x7f 'E' 'L' 'F'")            \
    X(WRONG_CLASS, "the program should be 64-bit, little-endian ELF, version 1")               \
    X(WRONG_MACHINE, "the program is for another machine: AArch64 (183) is expected")          \
    X(WRONG_TYPE, "the program should be linked static at a fixed address (type EXEC)")        \
    X(BAD_HEADERS, "the program headers should be 56 bytes each and lie inside the file")      \
    X(DYNAMIC, "the program asks for a dynamic linker: link it static")                        \
    X(NO_SEGMENT, "the program has nothing to load: at least one LOAD segment is expected")    \
    X(TOO_MANY_SEGMENTS, "the program has more than 8 segments to load")                       \
    X(OUTSIDE_FILE, "a segment's bytes lie outside the file: it is cut off or damaged")        \
    X(BAD_SIZE, "a segment is larger in the file than in memory")                              \
    X(BAD_ALIGNMENT, "a segment's address and file offset should agree within a 4096-byte page") \
    X(OUTSIDE_WINDOW, "a segment lies outside the addresses that programs may use")            \
    X(BAD_RIGHTS, "a segment should be readable, and not both writable and executable")        \
    X(OVERLAP, "two segments share a page: each should have pages of its own")                 \
    X(BAD_ENTRY, "the entry should be an aligned address in an executable segment")

#define ELF_X(NAME, text) ELF_##NAME,
enum elf_error { ELF_ERRORS(ELF_X) ELF_ERROR_COUNT };
#undef ELF_X

enum elf_flag { ELF_EXECUTE = 1, ELF_WRITE = 2, ELF_READ = 4 };

/*
 * `memory_bytes` at `address` begin with `file_bytes` from `file_offset`; the
 * rest is zero. The pages it touches are touched by no other segment.
 */
struct elf_segment {
    uint64_t address;
    uint64_t memory_bytes;
    uint64_t file_offset;
    uint64_t file_bytes;
    uint32_t flags;            /* enum elf_flag; ELF_READ always, never W and X */
};

struct elf_image {
    uint64_t entry;
    unsigned segment_count;    /* 1 to ELF_SEGMENT_MAX */
    struct elf_segment segment[ELF_SEGMENT_MAX];
};

/* Addresses that a program may use: [start, end), multiples of ELF_PAGE_BYTES. */
struct elf_window {
    uint64_t start, end;
};

/* Fills *out from a file of any content and alignment; *out means nothing unless ELF_OK. */
enum elf_error elf_read(const void *file, size_t bytes, struct elf_window window, struct elf_image *out);
/* What is wrong and what was expected: a sentence without a full stop. */
const char *elf_error_text(enum elf_error error);
