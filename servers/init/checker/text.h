/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text in a buffer of fixed size: what does not fit is cut, and the end shows
 * it by "...". Bytes that are not printable become '?', because much of the
 * text comes out of trees and programs that nobody vouches for.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

struct text {
    char *start;   /* always terminated */
    size_t used;
    size_t size;   /* of the buffer, at least 4 */
};

struct text text_in(char *buffer, size_t size);

/* %s %c %d %u %x %lu %lx %zu and %%, and widths with 0 padding such as %06lu. */
void text_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_vformat(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
