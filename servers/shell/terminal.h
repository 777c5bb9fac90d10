/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's terminal: lines from and text to the console. What may be asked again
 * is asked again, so the shell outlives every console.
 */
#pragma once
#include <stdbool.h>

#include "out.h"

#define TERMINAL_LINE_BYTES 256

/* False: there is no usable use named "console". */
bool terminal_start(void);
/* Where commands write. Flushed before each prompt. */
extern struct out terminal;
/* Flushes, and waits until the serial line has it, but not for long: for those who end all. */
void terminal_drain(void);
/* Shows a prompt and waits for a line, for ever if need be; ends with a zero byte. */
void terminal_read(const char *prompt, char line[TERMINAL_LINE_BYTES]);
