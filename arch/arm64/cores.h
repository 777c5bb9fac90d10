/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What cores_start.c, which only boots, and cores.c, where other cores wait for the end
 * of that, have in common.
 */
#pragma once
#include "cpu.h"

/*
 * Core and first core agree by it. From ARRIVAL_COMING on the core executes what only
 * boots, until it says how that went; before, it can be given up.
 */
enum arrival { ARRIVAL_AWAITED, ARRIVAL_COMING, ARRIVAL_DONE, ARRIVAL_REFUSED, ARRIVAL_GIVEN_UP };

/* From core_entry.S, on the core's own stack, one after the other. */
void core_claim(struct cpu *cpu);
const char *core_setup(struct cpu *cpu);
_Noreturn void core_main(struct cpu *cpu, const char *refusal);
