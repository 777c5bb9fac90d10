/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_print and kernel_panic on the host. Every line has to end, and to be
 * printable: both are asserted, since the text comes from hostile trees.
 */
#include "kernel_host.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char printed[PRINTED_BYTES];

void kernel_panic(const char *what, const char *file, int line)
{
    fprintf(stderr, "kernel panic: %s at %s:%d\n", what, file, line);
    abort();
}

void kernel_print(const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length <= 0 || (size_t)length >= sizeof line || line[length - 1] != '\n')
        kernel_panic("a printed line is too long or does not end", __FILE__, __LINE__);
    for (int i = 0; i < length - 1; i++)
        if (line[i] < ' ' || line[i] > '~')
            kernel_panic("a printed line has an unprintable byte", __FILE__, __LINE__);
    strncat(printed, line, sizeof printed - strlen(printed) - 1);
}
