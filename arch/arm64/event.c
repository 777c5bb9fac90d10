/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From exceptions to the core's events. vectors.S has saved the program's
 * registers in its frame and calls one of these on the empty stack; each
 * returns the thread to resume.
 */
#include "kernel/trace.h"
#include "cpu.h"
#include "esr.h"

struct thread *event_sync(struct thread *thread, struct cpu *cpu);
struct thread *event_interrupt(struct thread *thread, struct cpu *cpu);
struct thread *event_error(struct thread *thread, struct cpu *cpu);
struct thread *traced_sync(struct thread *thread, struct cpu *cpu);
struct thread *traced_interrupt(struct thread *thread, struct cpu *cpu);
struct thread *traced_error(struct thread *thread, struct cpu *cpu);

/*
 * Each function that the vectors call exists twice, made from the same lines:
 * into the portable core as it is, and with each event recorded. A constant
 * says which, so that in what is made of it no trace of the choice is left.
 */
struct way {
    struct thread *(*syscall)(struct core *core, unsigned number);
    struct thread *(*fault)(struct core *core, const uint64_t word[5]);
    struct thread *(*interrupt)(struct core *core);
};
static const struct way plain = {kernel_syscall, kernel_fault, kernel_interrupt};
static const struct way traced = {trace_syscall, trace_fault, trace_interrupt};
#define EACH_WAY static inline __attribute__((always_inline))

/*
 * A program that is stepped takes its exception after one instruction. Whatever
 * comes first (an interrupt, the end of a system call) leaves SPSR_EL1.SS in the
 * frame as it has to be; only the enable is the core's, and so follows the frame.
 */
static void follow_step(struct cpu *cpu, const struct frame *frame)
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

struct thread *event_end(struct cpu *cpu, struct thread *thread)
{
    return leave(cpu, thread, &plain);
}

EACH_WAY struct thread *fault(struct thread *thread, struct cpu *cpu, const struct way *way,
                             enum thole_fault what, uint64_t address)
{
    const uint64_t words[5] = {what, address, read_esr_el1(), thread->frame.pc, thread->frame.sp};

    return leave(cpu, way->fault(cpu->core, words), way);
}

/* An address was not allowed, unless the status says that something else went wrong. */
static enum thole_fault abort_fault(uint64_t esr, enum thole_fault access)
{
    uint32_t status = ESR_ISS(esr) & ESR_ABORT_STATUS_MASK;

    if (status < ESR_STATUS_FIRST_OTHER)
        return access;
    return status == ESR_STATUS_ALIGNMENT ? FAULT_ALIGNMENT : FAULT_MACHINE;
}

static enum thole_fault data_access(uint64_t esr)
{
    return (ESR_ISS(esr) & (ESR_ABORT_WNR | ESR_ABORT_CM)) == ESR_ABORT_WNR ? FAULT_WRITE
                                                                            : FAULT_READ;
}

/* Seldom comes here: what a handler waits for has a short way. */
static APART SELDOM enum thole_fault what_fault(struct frame *frame, uint64_t esr,
                                                uint64_t *address)
{
    *address = frame->pc;
    switch (esr_class(esr)) {
    case ESR_DATA_ABORT_EL0:
        *address = read_far_el1();
        return abort_fault(esr, data_access(esr));
    case ESR_INSTRUCTION_ABORT_EL0:
        *address = read_far_el1();
        return abort_fault(esr, FAULT_EXECUTE);
    case ESR_PC_ALIGNMENT:
        *address = read_far_el1();
        return FAULT_ALIGNMENT;
    case ESR_SP_ALIGNMENT:
        *address = frame->sp;
        return FAULT_ALIGNMENT;
    case ESR_BRK64:
        *address = ESR_ISS(esr) & ESR_IMMEDIATE_MASK;
        return FAULT_BREAKPOINT;
    case ESR_STEP_EL0:
        frame->step = 0;
        return FAULT_STEP;
    default:
        return FAULT_INSTRUCTION;
    }
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

/* --- What the vectors call --------------------------------------------------- */

struct thread *event_sync(struct thread *thread, struct cpu *cpu)
{
    return synchronous(thread, cpu, &plain);
}

SELDOM struct thread *traced_sync(struct thread *thread, struct cpu *cpu)
{
    return synchronous(thread, cpu, &traced);
}

struct thread *event_interrupt(struct thread *thread, struct cpu *cpu)
{
    (void)thread;
    return interrupt(cpu, &plain);
}

SELDOM struct thread *traced_interrupt(struct thread *thread, struct cpu *cpu)
{
    (void)thread;
    return interrupt(cpu, &traced);
}

SELDOM struct thread *event_error(struct thread *thread, struct cpu *cpu)
{
    return error(thread, cpu, &plain);
}

SELDOM struct thread *traced_error(struct thread *thread, struct cpu *cpu)
{
    return error(thread, cpu, &traced);
}
