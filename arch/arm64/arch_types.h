/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types of an AArch64 machine that the portable core holds inside its own
 * objects, and the few operations on them that are worth inlining.
 */
#pragma once
#include <stdint.h>

/*
 * The registers of a thread, a member of struct thread: while a program runs, SP_EL1
 * points at that, and every entry stores straight into it. What outlives a system
 * call begins at x19, and there, so, begins a cache line. Assembly knows the layout
 * (offsets.h).
 */
struct frame {
    uint64_t x[31];
    uint64_t sp;     /* SP_EL0 */
    uint64_t pc;     /* ELR_EL1 */
    uint64_t pstate; /* SPSR_EL1 */
    uint64_t tls;    /* TPIDR_EL0 */
    uint64_t step;   /* 1: MDSCR_EL1.SS is set while it runs, until the step is reported */
};

/*
 * FP/SIMD registers as they were when their thread last left a core. All zero is
 * a fresh thread's. Assembly knows the layout.
 */
struct fp_state {
    uint64_t fpsr;
    uint64_t fpcr;
    uint64_t q[32][2];
} __attribute__((aligned(16)));

#define PSTATE_NZCV 0xf0000000ULL /* SPSR_EL1: N, Z, C, V */

static inline uint64_t frame_get(const struct frame *frame, unsigned index)
{
    return frame->x[index];
}

static inline void frame_set(struct frame *frame, unsigned index, uint64_t value)
{
    frame->x[index] = value;
}

/* The registers of a message's words, one behind the other. */
static inline uint64_t *frame_words(struct frame *frame)
{
    return &frame->x[2];
}

/* What the ABI calls lost, so that nothing of the kernel or of a peer shows. */
static inline void frame_clear_scratch(struct frame *frame)
{
#pragma GCC unroll 10
    for (unsigned index = 9; index <= 18; index++)
        frame->x[index] = 0;
    frame->pstate &= ~PSTATE_NZCV;
}

static inline void arch_relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* The compare is data for the select; CSDB stops its result from being guessed. */
static inline uint64_t arch_mask_index(uint64_t index, uint64_t limit)
{
    uint64_t masked;

    __asm__ volatile("cmp  %1, %2\n\t"
                     "csel %0, %1, xzr, lo\n\t"
                     "csdb"
                     : "=r"(masked)
                     : "r"(index), "r"(limit)
                     : "cc");
    return masked;
}
