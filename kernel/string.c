/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that a freestanding compiler may call for struct copies and
 * initialisers. Not linked into host tests, which have a C library.
 */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

/* Upwards, byte by byte: what comes in may lie above where it goes, and overlap. */
static void copy_up(char *out, const char *in, size_t count)
{
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
    char *out = to;

    while (count-- > 0)
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
