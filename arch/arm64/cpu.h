/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arch/arm64 keeps for each core that runs. TPIDR_EL1 points at it from
 * the first instruction with translation on. Only its own core touches it.
 */
#pragma once
#include "kernel/arch.h"
#include "layout.h"
#include "sysreg.h"

struct cpu {
    void *stack_top;              /* every event starts here: nothing is kept on it */
    void *emergency_top;          /* where a panic goes on if the stack is no good */
    unsigned panicking;           /* a panic within a panic ends without another word */
    unsigned index;
    struct core *core;            /* the portable core's own */
    struct frame *frame;          /* of the thread that runs; NULL before the first */
    struct fp_state *fp_current;  /* of the thread that runs */
    struct fp_state *fp_owner;    /* whose values the FP/SIMD registers hold; NULL: nobody's */
};

extern struct cpu cpus[CORES_RUNNING_MAX];

static inline struct cpu *cpu_here(void)
{
    return (struct cpu *)read_tpidr_el1();
}

/* vectors.S: leaves the kernel, into the program whose registers these are. */
_Noreturn void frame_resume(struct frame *frame);

/* cpu.c: once on each core that starts. */
void cpu_init(struct cpu *cpu, struct core *core);

/* fp.c: the program touched FP/SIMD while the registers were not its own. */
void fp_take(struct cpu *cpu);
void fp_switch(struct cpu *cpu, struct fp_state *fp);

