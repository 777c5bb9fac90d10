/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings without a C library. Long pieces that are aligned alike go
 * by 64 bytes at a time in general registers, the rest byte by byte. Compiled
 * so that the compiler does not turn these loops into calls of themselves.
 */
#include <stdint.h>

#include <lib/string.h>

/* May alias anything: these functions know no types. */
typedef uint64_t __attribute__((may_alias)) word;

typedef uint32_t __attribute__((may_alias)) half;

#define WORD_BYTES sizeof(word)
#define HALF_BYTES sizeof(half)
#define LINE_WORDS 8
#define LINE_BYTES (LINE_WORDS * WORD_BYTES)

/* Written out by the compiler, in pairs of registers. */
static inline void line_copy(word *to, const word *from)
{
    word value[LINE_WORDS]; /* all of it is read first: the two may overlap */

#pragma GCC unroll 8
    for (unsigned i = 0; i < LINE_WORDS; i++)
        value[i] = from[i];
#pragma GCC unroll 8
    for (unsigned i = 0; i < LINE_WORDS; i++)
        to[i] = value[i];
}

static inline void line_fill(word *to, word pattern)
{
#pragma GCC unroll 8
    for (unsigned i = 0; i < LINE_WORDS; i++)
        to[i] = pattern;
}

static int aligned_alike(uintptr_t a, uintptr_t b)
{
    return ((a ^ b) & (WORD_BYTES - 1)) == 0;
}

static int halves_aligned_alike(uintptr_t a, uintptr_t b)
{
    return ((a ^ b) & (HALF_BYTES - 1)) == 0;
}

static int is_aligned(uintptr_t a)
{
    return (a & (WORD_BYTES - 1)) == 0;
}

/* What an archive holds begins at a multiple of four, and goes to pages. How much it was. */
static size_t halves_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    size_t done = 0;

    for (; done < bytes && ((uintptr_t)(to + done) & (HALF_BYTES - 1)) != 0; done++)
        to[done] = from[done];
    for (; bytes - done >= HALF_BYTES; done += HALF_BYTES)
        *(half *)(to + done) = *(const half *)(from + done);
    return done;
}

static void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (aligned_alike((uintptr_t)to, (uintptr_t)from)) {
        for (; bytes != 0 && !is_aligned((uintptr_t)to); bytes--)
            *to++ = *from++;
        for (; bytes >= LINE_BYTES; bytes -= LINE_BYTES) {
            line_copy((word *)to, (const word *)from);
            to += LINE_BYTES;
            from += LINE_BYTES;
        }
        for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
            *(word *)to = *(const word *)from;
            to += WORD_BYTES;
            from += WORD_BYTES;
        }
    } else if (halves_aligned_alike((uintptr_t)to, (uintptr_t)from)) {
        size_t copied = halves_copy(to, from, bytes);

        to += copied;
        from += copied;
        bytes -= copied;
    }
    for (; bytes != 0; bytes--)
        *to++ = *from++;
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t bytes)
{
    to += bytes;
    from += bytes;
    if (aligned_alike((uintptr_t)to, (uintptr_t)from)) {
        for (; bytes != 0 && !is_aligned((uintptr_t)to); bytes--)
            *--to = *--from;
        for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
            to -= WORD_BYTES;
            from -= WORD_BYTES;
            *(word *)to = *(const word *)from;
        }
    }
    for (; bytes != 0; bytes--)
        *--to = *--from;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    copy_up(to, from, bytes);
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        copy_up(to, from, bytes);
    else
        copy_down(to, from, bytes);
    return to;
}

void *memset(void *to, int byte, size_t bytes)
{
    uint8_t *at = to;
    word pattern = (uint8_t)byte * UINT64_C(0x0101010101010101);

    for (; bytes != 0 && !is_aligned((uintptr_t)at); bytes--)
        *at++ = (uint8_t)byte;
    for (; bytes >= LINE_BYTES; bytes -= LINE_BYTES) {
        line_fill((word *)at, pattern);
        at += LINE_BYTES;
    }
    for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
        *(word *)at = pattern;
        at += WORD_BYTES;
    }
    for (; bytes != 0; bytes--)
        *at++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *x = a, *y = b;

    for (; bytes != 0; bytes--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *memory, int byte, size_t bytes)
{
    for (const uint8_t *at = memory; bytes != 0; bytes--, at++)
        if (*at == (uint8_t)byte)
            return (void *)(uintptr_t)at;
    return NULL;
}

size_t strlen(const char *string)
{
    return strnlen(string, SIZE_MAX);
}

size_t strnlen(const char *string, size_t limit)
{
    size_t bytes = 0;

    while (bytes < limit && string[bytes] != '\0')
        bytes++;
    return bytes;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t limit)
{
    for (; limit != 0; limit--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (*a == '\0')
            break;
    }
    return 0;
}

char *strchr(const char *string, int character)
{
    return memchr(string, character, strlen(string) + 1);
}

char *strrchr(const char *string, int character)
{
    for (size_t bytes = strlen(string) + 1; bytes != 0; bytes--)
        if (string[bytes - 1] == (char)character)
            return (char *)(uintptr_t)(string + bytes - 1);
    return NULL;
}
