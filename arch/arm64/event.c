/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From exceptions to the core's events. vectors.S has saved the program's
 * registers in its frame and calls one of these on the empty stack; each
 * returns the thread to resume.
 */
#include "kernel/event.h"
#include "ways.h"

struct thread *event_sync(struct thread *thread, struct cpu *cpu);
struct thread *event_interrupt(struct thread *thread, struct cpu *cpu);
struct thread *event_error(struct thread *thread, struct cpu *cpu);

static const struct way plain = {kernel_syscall, kernel_fault, kernel_interrupt};

struct thread *event_end(struct cpu *cpu, struct thread *thread)
{
    return leave(cpu, thread, &plain);
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
APART SELDOM enum thole_fault what_fault(struct frame *frame, uint64_t esr,
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

/* --- What the vectors call --------------------------------------------------- */

struct thread *event_sync(struct thread *thread, struct cpu *cpu)
{
    return synchronous(thread, cpu, &plain);
}

struct thread *event_interrupt(struct thread *thread, struct cpu *cpu)
{
    (void)thread;
    return interrupt(cpu, &plain);
}

SELDOM struct thread *event_error(struct thread *thread, struct cpu *cpu)
{
    return error(thread, cpu, &plain);
}
