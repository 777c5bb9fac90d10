/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few formats that boot messages and panics need, on top of
 * arch_print_byte(). Waiting for room is bounded by the device's own speed and
 * happens only before init runs or after nothing runs any more.
 */
#include "print.h"

#include <stdarg.h>

#include "arch.h"

/* A device that takes no byte for this many tries is not there. */
#define PRINT_TRIES 10000000u

static void put(char byte)
{
    for (unsigned tries = 0; tries < PRINT_TRIES && !arch_print_byte(byte); tries++)
        ;
}

static void put_string(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            put('\r');
        put(*text);
    }
}

static void put_number(uint64_t value, unsigned base)
{
    char digit[20];
    unsigned count = 0;

    do {
        digit[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        put(digit[--count]);
}

SELDOM void kernel_print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            char text[2] = { *format, '\0' };
            put_string(text);
            continue;
        }
        bool is_long = *++format == 'l';
        format += is_long;
        switch (*format) {
        case 's':
            put_string(va_arg(arguments, const char *));
            break;
        case 'c':
            put((char)va_arg(arguments, int));
            break;
        case 'u':
        case 'x':
            put_number(is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned),
                       *format == 'u' ? 10 : 16);
            break;
        case 'p':
            put_number((uintptr_t)va_arg(arguments, void *), 16);
            break;
        default: /* "%%", and mistakes, show as they are */
            put(*format);
            break;
        }
    }
    va_end(arguments);
}

void kernel_panic(const char *what, const char *file, int line)
{
    arch_panic_begin();
    kernel_print("\nkernel panic: %s (%s:%u)\n", what, file, (unsigned)line);
    arch_panic();
}
