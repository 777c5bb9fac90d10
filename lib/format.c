/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats in one pass: a conversion is read into struct conversion, turned into
 * a piece of text, and that is padded and put out.
 */
#include <stdbool.h>
#include <stdint.h>

#include <lib/string.h>

#include "format.h"

#define DIGITS_MAX 24    /* of a 64-bit number, its sign or 0x */
#define WIDTH_MAX  10000 /* larger ones are cut to it */

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
    if (output->used < output->room)
        output->to[output->used++] = character;
}

static void put_times(struct output *output, char character, size_t times)
{
    for (; times != 0 && output->used < output->room; times--)
        put(output, character);
}

static void put_text(struct output *output, const char *text, size_t bytes)
{
    for (; bytes != 0; bytes--)
        put(output, *text++);
}

static void put_padded(struct output *output, const struct conversion *conversion, const char *text,
                       size_t bytes)
{
    size_t padding = conversion->width > bytes ? conversion->width - bytes : 0;

    if (!conversion->left)
        put_times(output, ' ', padding);
    put_text(output, text, bytes);
    if (conversion->left)
        put_times(output, ' ', padding);
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

    for (; **format >= '0' && **format <= '9'; (*format)++)
        number = number < WIDTH_MAX / 10 ? number * 10 + (size_t)(**format - '0') : WIDTH_MAX;
    return number;
}

/* In a struct, so that functions can take arguments for one another. */
struct arguments {
    va_list list;
};

/* A width or precision: digits, or * for an argument. Below zero counts as zero. */
static size_t read_size(const char **format, struct arguments *arguments)
{
    int number;

    if (**format != '*')
        return read_number(format);
    (*format)++;
    number = va_arg(arguments->list, int);
    return number > 0 ? (size_t)number : 0;
}

static struct conversion read_flags(const char **format)
{
    struct conversion conversion = {.precision = SIZE_MAX};

    for (;; (*format)++)
        if (**format == '0')
            conversion.zeros = true;
        else if (**format == '-')
            conversion.left = true;
        else
            return conversion;
}

static void read_length(const char **format, struct conversion *conversion)
{
    for (;; (*format)++)
        if (**format == 'l' || **format == 'z')
            conversion->longs++;
        else if (**format != 'h')
            return;
}

/* Reads what follows a %; answers past it. */
static const char *read_conversion(const char *format, struct arguments *arguments,
                                   struct conversion *conversion)
{
    *conversion = read_flags(&format);
    conversion->width = read_size(&format, arguments);
    if (*format == '.') {
        format++;
        conversion->precision = read_size(&format, arguments);
    }
    read_length(&format, conversion);
    conversion->letter = *format;
    return *format == '\0' ? format : format + 1;
}

static void put_string(struct output *output, const struct conversion *conversion, const char *text)
{
    if (text == NULL)
        text = "(null)";
    put_padded(output, conversion, text, strnlen(text, conversion->precision));
}

static void put_signed(struct output *output, const struct conversion *conversion, int64_t number)
{
    if (number < 0)
        put_number(output, *conversion, "-", -(uint64_t)number, 10);
    else
        put_number(output, *conversion, "", (uint64_t)number, 10);
}

static uint64_t unsigned_argument(const struct conversion *conversion, struct arguments *arguments)
{
    return conversion->longs ? va_arg(arguments->list, unsigned long)
                             : va_arg(arguments->list, unsigned);
}

static int64_t signed_argument(const struct conversion *conversion, struct arguments *arguments)
{
    return conversion->longs ? va_arg(arguments->list, long) : va_arg(arguments->list, int);
}

/* False: no such conversion. */
static bool put_conversion(struct output *output, const struct conversion *conversion,
                           struct arguments *arguments)
{
    char character;

    switch (conversion->letter) {
    case 'c':
        character = (char)va_arg(arguments->list, int);
        put_padded(output, conversion, &character, 1);
        return true;
    case 's':
        put_string(output, conversion, va_arg(arguments->list, const char *));
        return true;
    case 'd':
    case 'i':
        put_signed(output, conversion, signed_argument(conversion, arguments));
        return true;
    case 'u':
        put_number(output, *conversion, "", unsigned_argument(conversion, arguments), 10);
        return true;
    case 'x':
    case 'X':
        put_number(output, *conversion, "", unsigned_argument(conversion, arguments), 16);
        return true;
    case 'p':
        put_number(output, *conversion, "0x", (uintptr_t)va_arg(arguments->list, void *), 16);
        return true;
    case '%':
        put(output, '%');
        return true;
    default:
        return false;
    }
}

size_t format_text(char *to, size_t room, const char *format, va_list list)
{
    struct output output = {.to = to, .room = room};
    struct arguments arguments;

    va_copy(arguments.list, list);
    while (*format != '\0') {
        const char *begin = format++;
        struct conversion conversion;

        if (*begin != '%') {
            put(&output, *begin);
            continue;
        }
        format = read_conversion(format, &arguments, &conversion);
        if (!put_conversion(&output, &conversion, &arguments))
            put_text(&output, begin, (size_t)(format - begin));
    }
    va_end(arguments.list);
    return output.used;
}
