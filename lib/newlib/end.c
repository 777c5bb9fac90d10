/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a program that has the C library: by its exit, which runs what
 * atexit was given and flushes. The start-up code refers to program_end weakly,
 * which takes nothing out of an archive; program.ld names newlib_end for that.
 */
#include "glue.h"

#include <stdlib.h>

#include "../crt.h"

_Noreturn void program_end(int code)
{
    exit(code);
}

_Noreturn void newlib_end(int code) __attribute__((alias("program_end")));
