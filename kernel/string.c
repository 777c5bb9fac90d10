/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that a freestanding compiler may call for struct copies and
 * initialisers. Not linked into host tests, which have a C library.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

/* May alias anything: these functions know no types. */
typedef uint64_t __attribute__((may_alias)) word;

static bool is_aligned(uintptr_t at)
{
    return at % sizeof(word) == 0;
}

/* Upwards: what comes in may lie above where it goes, and overlap. By words where it can. */
static void copy_up(char *out, const char *in, size_t count)
{
    if (is_aligned((uintptr_t)out | (uintptr_t)in))
        for (; count >= sizeof(word); count -= sizeof(word)) {
            *(word *)out = *(const word *)in;
            out += sizeof(word);
            in += sizeof(word);
        }
    while (count-- > 0)
        *out++ = *in++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    copy_up(to, from, count);
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    char *out = to;
    const char *in = from;

    if (out <= in)
        copy_up(out, in, count);
    else
        while (count-- > 0)
            out[count] = in[count];
    return to;
}

void *memset(void *to, int value, size_t count)
{
    word bytes = (unsigned char)value * (UINT64_MAX / UINT8_MAX);
    char *out = to;

    for (; count > 0 && !is_aligned((uintptr_t)out); count--)
        *out++ = (char)value;
    for (; count >= 2 * sizeof(word); count -= 2 * sizeof(word)) {
        ((word *)out)[0] = bytes;
        ((word *)out)[1] = bytes;
        out += 2 * sizeof(word);
    }
    for (; count > 0; count--)
        *out++ = (char)value;
    return to;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *a = left, *b = right;

    for (; count > 0; count--, a++, b++)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return 0;
}
