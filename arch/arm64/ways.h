/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the vectors call exists twice, made from the same lines: event.c goes into the
 * portable core as it is, and event_traced.c has each event recorded. A constant says
 * which, so that in what is made of it no trace of the choice is left.
 */
#pragma once
#include "cpu.h"
#include "esr.h"

struct way {
    struct thread *(*syscall)(struct core *core, unsigned number);
    struct thread *(*fault)(struct core *core, const uint64_t word[5]);
    struct thread *(*interrupt)(struct core *core);
};
#define EACH_WAY static inline __attribute__((always_inline))

/* event.c: what a fault is, by its syndrome, and where it was. */
enum thole_fault what_fault(struct frame *frame, uint64_t esr, uint64_t *address);

/*
 * A program that is stepped takes its exception after one instruction. Whatever
 * comes first (an interrupt, the end of a system call) leaves SPSR_EL1.SS in the
 * frame as it has to be; only the enable is the core's, and so follows the frame.
 */
static inline void follow_step(struct cpu *cpu, const struct frame *frame)
{
    bool stepped = frame->step != 0;

    if (cpu->stepping == stepped)
        return;
    cpu->stepping = stepped;
    write_mdscr_el1(MDSCR_TDCC | (stepped ? MDSCR_SS : 0));
    barrier_isb(); /* the exception return looks at it */
}

/* Interrupts stay masked: a pending one ends the waiting, and the kernel takes it from there. */
EACH_WAY struct thread *leave(struct cpu *cpu, struct thread *thread, const struct way *way)
{
    while (thread == NULL) {
        arch_wait_for_interrupt();
        thread = way->interrupt(cpu->core);
    }
    follow_step(cpu, &thread->frame);
    return thread;
}

EACH_WAY struct thread *fault(struct thread *thread, struct cpu *cpu, const struct way *way,
                             enum thole_fault what, uint64_t address)
{
    const uint64_t words[5] = {what, address, read_esr_el1(), thread->frame.pc, thread->frame.sp};

    return leave(cpu, way->fault(cpu->core, words), way);
}

EACH_WAY struct thread *synchronous(struct thread *thread, struct cpu *cpu, const struct way *way)
{
    uint64_t esr = read_esr_el1(), address;
    enum thole_fault what;

    if (esr_class(esr) == ESR_SVC64)
        return leave(cpu, way->syscall(cpu->core, ESR_ISS(esr) & ESR_IMMEDIATE_MASK), way);
    if (esr_class(esr) == ESR_FP_ACCESS) {
        arch_fp_switch(NULL, thread_use_fp(thread)); /* without the lock: this core has it */
        return thread;
    }
    what = what_fault(&thread->frame, esr, &address);
    return fault(thread, cpu, way, what, address);
}

EACH_WAY struct thread *interrupt(struct cpu *cpu, const struct way *way)
{
    return leave(cpu, way->interrupt(cpu->core), way);
}

/*
 * SError: asynchronous, and masked in the kernel, so that what a program's
 * device access caused meets a program, most often the one that did it.
 */
EACH_WAY struct thread *error(struct thread *thread, struct cpu *cpu, const struct way *way)
{
    return fault(thread, cpu, way, FAULT_MACHINE, thread->frame.pc);
}
