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

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    char *out = to;
    const char *in = from;

    while (count-- > 0)
        *out++ = *in++;
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    char *out = to;
    const char *in = from;

    if (out <= in)
        return memcpy(to, from, count);
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
