/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that main.c starts, in this order. Each learns from the platform where it is. */
#pragma once
#include "kernel/boot.h"

/* From here on kernel_print is seen, if the tree names a UART that is known. */
void early_start(const struct platform *platform);

/* How the machine is switched off; before it is called there is no way. */
void psci_start(const struct platform *platform);

/* All lines off; panics if there is no controller that is known. Returns the number of lines. */
unsigned gic_start(const struct platform *platform);

/* The virtual timer, off. Returns ticks a second. */
uint64_t timer_start(const struct platform *platform);
/* For gic.c: is it the timer's line, and make it silent. */
bool timer_owns(uint32_t line);
void timer_silence(void);

/* Prints why the machine cannot be started, and switches it off. */
_Noreturn void machine_refuse(const char *why);
