/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a random driver makes the running thread do: system calls with
 * arguments that are mostly plausible, sometimes nonsense; faults, accesses,
 * interrupts, time. Everything follows from the seed.
 */
#pragma once
#include "fixture.h"

void chance_seed(uint64_t seed);
uint64_t chance_below(uint64_t limit);
bool chance_percent(unsigned percent);

/* One event, by whoever runs. `table` is the table of who runs: `bits` as slots. */
void chance_event(void);
/* An operation by the running thread, on any capability of its own. */
void chance_operation(void);

/* Lines that the driver plays with: chance_line_first and the seven behind it. */
#define CHANCE_LINE_FIRST 40
#define CHANCE_LINES      8
