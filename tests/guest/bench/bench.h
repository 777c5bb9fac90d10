/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program that is counted. It runs in init's place and brings about each
 * situation of marks.h ROUNDS times, so that the last is a warm one. Whoever
 * takes part beside main lives in an address space of its own, which has this
 * program's code but none of its data.
 */
#pragma once
#include "conformance.h"
#include "marks.h"

#define ROUNDS 4
#define PARTY_HOLE   (SPACE_STACK_TOP - 0x10000) /* nothing is mapped there, in a space */
#define PARTY_DEVICE (SPACE_SHARED - 0x2000)    /* a page of a device, in a space */

void float_touch(void);

/* parties.c: two or more threads. */
void count_round_trip(void);
void count_round_trip_fp(void);
void count_call_cap(void);
void count_yield(void);
void count_signals(void);
void count_fault(void);
void count_interrupt(void);
void count_active(void);
void count_try_call(void);
void count_yield_alone(void);
void count_interrupt_active(void);

/* memory.c: operations on objects. */
void count_null_syscall(void);
void count_map(void);
void count_objects(void);

/* cores.c: the same on every core at once. */
void count_cores(void);

/* wakeup.c: how late a driver can be. */
void count_wakeups(void);
/* watcher.S */
helper_function watch_clock;
