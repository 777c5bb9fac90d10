/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats by one pass: a conversion is read into struct conversion, turned into
 * a piece of text, and that is padded and put out.
 */
#include <stdbool.h>
#include <stdint.h>

#include <lib/string.h>

#include "format.h"

#define DIGITS_MAX 24    /* of a 64-bit number, its sign or 0x */
#define WIDTH_MAX 10000 /* larger ones are cut to it */

struct output {
    char *to;
    size_t room, used;
};

struct conversion {
    bool zeros, left;
    size_t width;
    size_t precision; /* SIZE_MAX: none */
    unsigned longs;   /* how many l; z counts as one */
    char letter;
};

static void put(struct output *output, char character)
{
    if (output->used < output->room) {
        output->to[output->used++] = character;
    }
}

static void put_times(struct output *output, char character, size_t times)
{
    for (; times != 0 && output->used < output->room; times--) {
        put(output, character);
    }
}

static void put_text(struct output *output, const char *text, size_t bytes)
{
    for (; bytes != 0; bytes--) {
        put(output, *text++);
    }
}

static void put_padded(struct output *output, const struct conversion *conversion,
                       const char *text, size_t bytes)
{
    size_t padding = conversion->width > bytes ? conversion->width - bytes : 0;

    if (!conversion->left) {
        put_times(output, ' ', padding);
    }
    put_text(output, text, bytes);
    if (conversion->left) {
        put_times(output, ' ', padding);
    }
}

/* Writes the digits so that they end at `end`; answers where they begin. */
static char *digits_before(char *end, uint64_t number, unsigned base, char ten)
{
    do {
        unsigned digit = (unsigned)(number % base);

        *--end = (char)(digit < 10 ? '0' + digit : ten + (digit - 10));
        number /= base;
    } while (number != 0);
    return end;
}

/* `sign` stands before the padding zeros: "-", "0x" or "". */
static void put_number(struct output *output, struct conversion conversion, const char *sign,
                       uint64_t number, unsigned base)
{
    char text[DIGITS_MAX];
    char *end = text + sizeof(text);
    char *digits = digits_before(end, number, base, conversion.letter == 'X' ? 'A' : 'a');
    size_t sign_bytes = strlen(sign);

    if (conversion.zeros && !conversion.left) {
        size_t bytes = (size_t)(end - digits) + sign_bytes;

        put_text(output, sign, sign_bytes);
        put_times(output, '0', conversion.width > bytes ? conversion.width - bytes : 0);
        put_text(output, digits, (size_t)(end - digits));
        return;
    }
    digits -= sign_bytes;
    memcpy(digits, sign, sign_bytes);
    put_padded(output, &conversion, digits, (size_t)(end - digits));
}

static size_t read_number(const char **format)
{
    size_t number = 0;

    for (; **format >= '0' && **format <= '9'; (*format)++) {
        number = number < WIDTH_MAX / 10 ? number * 10 + (size_t)(**format - '0') : WIDTH_MAX;
    }
    return number;
}

/* A width or precision: digits, or * for an argument. */
#define READ_SIZE(format, arguments) \
    (**(format) == '*' ? ((*(format))++, va_arg(arguments, int)) : (int)read_number(format))

static struct conversion read_flags(const char **format)
{
    struct conversion conversion = {.precision = SIZE_MAX};

    for (;; (*format)++) {
        if (**format == '0') {
            conversion.zeros = true;
        } else if (**format == '-') {
            conversion.left = true;
        } else {
            return conversion;
        }
    }
}

static void read_length(const char **format, struct conversion *conversion)
{
    for (;; (*format)++) {
        if (**format == 'l' || **format == 'z') {
            conversion->longs++;
        } else if (**format != 'h') {
            return;
        }
    }
}

static size_t at_least_zero(int number)
{
    return number > 0 ? (size_t)number : 0;
}

size_t format_text(char *to, size_t room, const char *format, va_list arguments)
{
    struct output output = {.to = to, .room = room};

    while (*format != '\0') {
        const char *begin = format;
        struct conversion conversion;
        const char *text;
        int64_t number;
        char character;

        if (*format++ != '%') {
            put(&output, *begin);
            continue;
        }
        conversion = read_flags(&format);
        conversion.width = at_least_zero(READ_SIZE(&format, arguments));
        if (*format == '.') {
            format++;
            conversion.precision = at_least_zero(READ_SIZE(&format, arguments));
        }
        read_length(&format, &conversion);
        conversion.letter = *format;
        switch (*format++) {
        case 'c':
            character = (char)va_arg(arguments, int);
            put_padded(&output, &conversion, &character, 1);
            break;
        case 's':
            text = va_arg(arguments, const char *);
            text = text != NULL ? text : "(null)";
            put_padded(&output, &conversion, text, strnlen(text, conversion.precision));
            break;
        case 'd':
        case 'i':
            number = conversion.longs ? va_arg(arguments, long) : va_arg(arguments, int);
            put_number(&output, conversion, number < 0 ? "-" : "",
                       number < 0 ? -(uint64_t)number : (uint64_t)number, 10);
            break;
        case 'u':
        case 'x':
        case 'X':
            put_number(&output, conversion, "",
                       conversion.longs ? va_arg(arguments, unsigned long)
                                        : va_arg(arguments, unsigned),
                       conversion.letter == 'u' ? 10 : 16);
            break;
        case 'p':
            put_number(&output, conversion, "0x", (uintptr_t)va_arg(arguments, void *), 16);
            break;
        case '%':
            put(&output, '%');
            break;
        default:
            format -= format[-1] == '\0';
            put_text(&output, begin, (size_t)(format - begin));
            break;
        }
    }
    return output.used;
}
