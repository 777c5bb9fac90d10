/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init says. Every line goes into init's log ring, which the servers with
 * `init-log` share. A line that no console will show goes to the kernel's early
 * output as well: at boot, until a console stands on the driver of the board's
 * stdout, and whenever there is none.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define PRINT_RING_BYTES 16384u

/* Before this is called lines go to the early output only. */
void print_init(void *ring, uint64_t timer_frequency);
/* A line: "init: " is put before it. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "init: panic: ", and the machine is reset. */
_Noreturn void print_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To be told of new lines: signals those who read the ring; server.c. */
void print_signal(void);
/* Is there a console that shows the ring? server.c. */
bool print_has_console(void);
