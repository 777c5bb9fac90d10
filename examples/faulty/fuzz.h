/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What fuzz.c and fuzz_step.S share: all registers of a program as they are
 * loaded before a step, and as they are found after it.
 */
#pragma once

#define FUZZ_X      0
#define FUZZ_SP     248
#define FUZZ_TPIDR  256
#define FUZZ_FLAGS  264
#define FUZZ_FPCR   272
#define FUZZ_FPSR   280
#define FUZZ_V      288

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

#define FUZZ_X_COUNT 31
#define FUZZ_V_COUNT 32

struct fuzz_registers {
    uint64_t x[FUZZ_X_COUNT];
    uint64_t sp;
    uint64_t tpidr;
    uint64_t flags;
    uint64_t fpcr, fpsr;
    uint64_t v[2 * FUZZ_V_COUNT];
} __attribute__((aligned(16)));

_Static_assert(offsetof(struct fuzz_registers, sp) == FUZZ_SP, "fuzz_step.S");
_Static_assert(offsetof(struct fuzz_registers, tpidr) == FUZZ_TPIDR, "fuzz_step.S");
_Static_assert(offsetof(struct fuzz_registers, fpcr) == FUZZ_FPCR, "fuzz_step.S");
_Static_assert(offsetof(struct fuzz_registers, v) == FUZZ_V, "fuzz_step.S");

extern struct fuzz_registers fuzz_in, fuzz_out;
/* Not 0: x18, which finds fuzz_out again, was not as it should be. */
extern uint64_t fuzz_x18_wrong;
/* Load FP/SIMD registers before a step; look at them after it. */
extern uint64_t fuzz_loads_float, fuzz_keeps_float;

/* Steps, for fuzz_step: by number of the system call; what may end the program; a loop. */
extern const uint64_t fuzz_syscalls[], fuzz_misdeeds[], fuzz_misdeed_count;
void fuzz_spin(void);

/*
 * Loads fuzz_in, takes the step at fuzz_in.x[16], and fills fuzz_out. x18 is the
 * address of fuzz_in meanwhile.
 */
void fuzz_step(void);
#endif
