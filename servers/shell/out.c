/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for the terminal. */
#include "out.h"

#include <lib/string.h>
#include <stdarg.h>

#define NUMBER_BYTES  20 /* of the longest number */
#define NS_PER_SECOND 1000000000u
#define NS_PER_MS     1000000u

void out_flush(struct out *out)
{
    if (out->flush != NULL && out->size > 0)
        out->flush(out);
}

/* The bytes up to the end of the last line; all, if none ends. */
static size_t whole_lines(const struct out *out)
{
    size_t size = out->size;
    while (size > 0 && out->bytes[size - 1] != '\n')
        size--;
    return size > 0 ? size : out->size;
}

/* A line that has begun stays, so that nobody else's gets into it. */
static void make_room(struct out *out)
{
    size_t whole = whole_lines(out), rest = out->size - whole;
    if (out->flush == NULL)
        return;
    out->size = whole;
    out->flush(out);
    memmove(out->bytes, out->bytes + whole, rest);
    out->size = rest;
}

void out_bytes(struct out *out, const char *bytes, size_t size)
{
    while (size > 0) {
        if (out->size == out->limit)
            make_room(out);
        size_t room = out->limit - out->size;
        size_t piece = size < room ? size : room;
        if (piece == 0)
            return;
        memcpy(out->bytes + out->size, bytes, piece);
        out->size += piece;
        bytes += piece;
        size -= piece;
    }
}

void out_string(struct out *out, const char *string)
{
    out_bytes(out, string, strlen(string));
}

void out_field(struct out *out, const char *string, size_t limit)
{
    out_bytes(out, string, strnlen(string, limit));
}

static size_t digits_of(char digits[NUMBER_BYTES], uint64_t number, unsigned base)
{
    size_t first = NUMBER_BYTES;
    do {
        digits[--first] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    return first;
}

void out_number(struct out *out, uint64_t number)
{
    char digits[NUMBER_BYTES];
    size_t first = digits_of(digits, number, 10);
    out_bytes(out, digits + first, NUMBER_BYTES - first);
}

void out_hex(struct out *out, uint64_t number)
{
    char digits[NUMBER_BYTES];
    size_t first = digits_of(digits, number, 16);
    out_string(out, "0x");
    out_bytes(out, digits + first, NUMBER_BYTES - first);
}

static void spaces(struct out *out, size_t taken, size_t width)
{
    for (; taken < width; taken++)
        out_bytes(out, " ", 1);
}

void out_left(struct out *out, const char *string, size_t limit, size_t width)
{
    size_t size = strnlen(string, limit);
    out_bytes(out, string, size);
    spaces(out, size, width);
}

void out_right(struct out *out, uint64_t number, size_t width)
{
    char digits[NUMBER_BYTES];
    size_t first = digits_of(digits, number, 10);
    spaces(out, NUMBER_BYTES - first, width);
    out_bytes(out, digits + first, NUMBER_BYTES - first);
}

void out_sentence(struct out *out, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    for (const char *string = first; string != NULL; string = va_arg(rest, const char *))
        out_string(out, string);
    va_end(rest);
}

void out_seconds(struct out *out, uint64_t ns)
{
    uint64_t ms = ns % NS_PER_SECOND / NS_PER_MS;
    out_number(out, ns / NS_PER_SECOND);
    out_string(out, ms < 10 ? ".00" : ms < 100 ? ".0" : ".");
    out_number(out, ms);
}
