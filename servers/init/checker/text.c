/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A formatter of a few lines: init has no C library, and what it prints is
 * names and numbers.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define NUMBER_DIGITS 20 /* of 2^64 in decimal */

struct conversion {
    bool zero;      /* pad with '0' */
    bool wide;      /* %l.. or %z.. */
    unsigned width;
    char letter;
};

struct text text_in(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct text){.start = buffer, .used = 0, .size = size};
}

static void add_char(struct text *text, char byte)
{
    if (text->used + 1 >= text->size) {
        memcpy(text->start + text->size - 4, "...", 4);
        return;
    }
    text->start[text->used++] = byte >= ' ' && byte <= '~' ? byte : '?';
    text->start[text->used] = '\0';
}

static void add_string(struct text *text, const char *string)
{
    while (*string) {
        add_char(text, *string++);
    }
}

static void add_number(struct text *text, uint64_t value, unsigned base,
                       const struct conversion *conversion)
{
    char digit[NUMBER_DIGITS];
    unsigned count = 0;

    do {
        digit[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    for (unsigned i = count; i < conversion->width; i++) {
        add_char(text, conversion->zero ? '0' : ' ');
    }
    while (count) {
        add_char(text, digit[--count]);
    }
}

static void add_signed(struct text *text, int value, const struct conversion *conversion)
{
    if (value < 0) {
        add_char(text, '-');
    }
    add_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, conversion);
}

/* Reads what follows '%'; returns the first byte after it. */
static const char *conversion_read(const char *at, struct conversion *conversion)
{
    *conversion = (struct conversion){.zero = *at == '0'};
    while (*at >= '0' && *at <= '9') {
        conversion->width = conversion->width * 10 + (unsigned)(*at++ - '0');
    }
    if (*at == 'l' || *at == 'z') {
        conversion->wide = true;
        at++;
    }
    conversion->letter = *at;
    return *at ? at + 1 : at;
}

void text_vformat(struct text *text, const char *format, va_list arguments)
{
    struct conversion conversion;

    while (*format) {
        if (*format != '%') {
            add_char(text, *format++);
            continue;
        }
        format = conversion_read(format + 1, &conversion);
        switch (conversion.letter) {
        case 's':
            add_string(text, va_arg(arguments, const char *));
            break;
        case 'c':
            add_char(text, (char)va_arg(arguments, int));
            break;
        case 'd':
            add_signed(text, va_arg(arguments, int), &conversion);
            break;
        case 'u':
        case 'x':
            add_number(text,
                       conversion.wide ? va_arg(arguments, unsigned long)
                                       : va_arg(arguments, unsigned),
                       conversion.letter == 'x' ? 16 : 10, &conversion);
            break;
        default:
            add_char(text, conversion.letter);
            break;
        }
    }
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vformat(text, format, arguments);
    va_end(arguments);
}
