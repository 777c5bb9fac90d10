/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that main.c starts, in this order. Each learns from the platform where it is. */
#pragma once
#include "kernel/boot.h"
#include "speculation.h"

/* early_start.c: from here on kernel_print is seen, if the tree names a UART that is known. */
void early_start(const struct platform *platform);

/* How the machine is switched off; before it is called there is no way. */
void psci_use(enum psci_method method);
/* The core enters at a physical address. NULL, or what the firmware answers. */
const char *psci_core_on(uint64_t affinity, paddr_t entry);
/*
 * What the firmware answers about speculation, on the core that asks; and its call with one
 * argument, only where it was found to be there.
 */
struct speculation_firmware smccc_ask(void);
void smccc_call(uint32_t function, uint64_t argument);

/* All lines off; refuses if there is no controller that is known. Returns the number of lines. */
unsigned gic_start(const struct platform *platform);
/* The same for each other core: its interface, and its own lines. NULL, or what is missing. */
const char *gic_core_start(void);
/* The other cores stop as soon as they take interrupts. */
void gic_stop_others(void);
/* The other cores call trace_follow as soon as they take interrupts. */
void gic_trace_others(void);

/* trace.c: this core takes the vectors that are wanted now. */
void trace_follow(void);

/* The virtual timer's line is this one; and on each core: off, and its line on. */
void timer_use(uint32_t line);
void timer_core_start(void);
/* For gic.c: is it the timer's line, and make it silent. */
bool timer_owns(uint32_t line);
void timer_silence(void);

/*
 * Starts the other cores, after boot_memory_init, and prints which do not come.
 * Returns how many run, the first included. They wait for cores_enter, which
 * lets them into the portable core.
 */
unsigned cores_start(const struct boot *boot);
void cores_enter(void);

/* Prints why the machine cannot be started, and switches it off. */
_Noreturn void machine_refuse(const char *why);
