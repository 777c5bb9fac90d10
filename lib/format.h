/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small formatter, for lines of the log. Internal to lib/; nothing here
 * depends on the machine, on a C library or on floating point.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

/*
 * Writes at most `room` bytes to `to`, without a zero at the end; answers how
 * many. Knows %c %s %d %i %u %x %X %p %%, lengths hh h l ll z, a width (a
 * number or *), flags 0 and -, and a precision for %s. What it does not know it
 * writes as it stands and reads no argument for.
 */
size_t format_text(char *to, size_t room, const char *format, va_list list);
