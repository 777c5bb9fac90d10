/* SPDX-License-Identifier: BSD-2-Clause */
/* What makes the kernel's mistakes, and the core's guesses, harder to use: docs/architecture.md. */
#pragma once
#include "cpu.h"

extern uint64_t stack_guard; /* guard.S */

/* Once on each core, before its first program: keys, and measures against speculation. */
void harden_core_start(struct cpu *cpu);
/* The first core, from a function that never returns: what checks the guard would find it changed. */
static inline void harden_guard_start(uint64_t guard)
{
    stack_guard = guard;
}
/* One line: what the first core has of it. */
void harden_print(const struct cpu *cpu);

/* The core leaves a program for another: what that one trained is not the other's. */
void harden_leave(const struct cpu *cpu);

static inline bool harden_has_pan(void)
{
    return id_field(read_id_aa64mmfr1_el1(), MMFR1_PAN_BIT) != 0;
}
