/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What newlib asks of a system: _write and its like, which newlib's headers
 * declare for its own sources only. One thread, no files, no other processes:
 * three streams, memory, time. To be included before any other header.
 */
#pragma once
#define _LIBC
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

#define USE_CONSOLE "console"
#define USE_LOG     "log"
#define USE_CLOCK   "clock"

/* What was written without an end of line goes to the log now. */
void output_flush(void);

/* Another name of program_end. */
_Noreturn void newlib_end(int code);

/* Sets errno; answers -1. */
int glue_fail(int error);
