/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated machine's types for the portable core: the same registers as
 * AArch64's, so that tests read like programs.
 */
#pragma once
#include <stdint.h>

struct frame {
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc;
    uint64_t pstate;
    uint64_t tls;
    uint64_t step; /* unused: as long as AArch64's */
};

struct fp_state { /* as AArch64's: its short ways run on it, too */
    uint64_t fpsr;
    uint64_t fpcr;
    uint64_t q[32][2];
} __attribute__((aligned(16)));

#define SIM_PSTATE_FLAGS 0xf0000000ULL
#define SIM_PSTATE_STEP  (1ULL << 21)

static inline uint64_t frame_get(const struct frame *frame, unsigned index)
{
    return frame->x[index];
}

static inline void frame_set(struct frame *frame, unsigned index, uint64_t value)
{
    frame->x[index] = value;
}

static inline uint64_t *frame_words(struct frame *frame)
{
    return &frame->x[2];
}

static inline void frame_clear_scratch(struct frame *frame)
{
    for (unsigned index = 9; index <= 18; index++)
        frame->x[index] = 0;
    frame->pstate &= ~SIM_PSTATE_FLAGS;
}

/* The cores of the simulated machine take turns: nobody waits for another. */
_Noreturn void sim_deadlock(void);

static inline void arch_relax(void)
{
    sim_deadlock();
}

static inline uint64_t arch_mask_index(uint64_t index, uint64_t limit)
{
    return index < limit ? index : 0;
}
