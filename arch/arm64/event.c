/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From exceptions to the core's events. vectors.S has saved the program's
 * registers in its frame and calls one of these on the empty stack; each
 * returns the frame to resume.
 */
#include "kernel/event.h"
#include "cpu.h"
#include "esr.h"

struct frame *event_sync(struct frame *frame, struct cpu *cpu);
struct frame *event_interrupt(struct frame *frame, struct cpu *cpu);
struct frame *event_error(struct frame *frame, struct cpu *cpu);

static struct frame *fault(struct frame *frame, struct cpu *cpu, enum thole_fault what,
                           uint64_t address)
{
    const uint64_t words[5] = {what, address, read_esr_el1(), frame->pc, frame->sp};

    return thread_frame(kernel_fault(cpu->core, words));
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

struct frame *event_sync(struct frame *frame, struct cpu *cpu)
{
    uint64_t esr = read_esr_el1();
    uint32_t immediate = ESR_ISS(esr) & ESR_IMMEDIATE_MASK;

    switch (esr_class(esr)) {
    case ESR_SVC64:
        return thread_frame(kernel_syscall(cpu->core, immediate));
    case ESR_FP_ACCESS:
        fp_take(cpu);
        return frame;
    case ESR_DATA_ABORT_EL0:
        return fault(frame, cpu, abort_fault(esr, data_access(esr)), read_far_el1());
    case ESR_INSTRUCTION_ABORT_EL0:
        return fault(frame, cpu, abort_fault(esr, FAULT_EXECUTE), read_far_el1());
    case ESR_PC_ALIGNMENT:
        return fault(frame, cpu, FAULT_ALIGNMENT, read_far_el1());
    case ESR_SP_ALIGNMENT:
        return fault(frame, cpu, FAULT_ALIGNMENT, frame->sp);
    case ESR_BRK64:
        return fault(frame, cpu, FAULT_BREAKPOINT, immediate);
    default:
        return fault(frame, cpu, FAULT_INSTRUCTION, frame->pc);
    }
}

struct frame *event_interrupt(struct frame *frame, struct cpu *cpu)
{
    (void)frame;
    return thread_frame(kernel_interrupt(cpu->core));
}

/*
 * SError: asynchronous, and masked in the kernel, so that what a program's
 * device access caused meets a program, most often the one that did it.
 */
struct frame *event_error(struct frame *frame, struct cpu *cpu)
{
    return fault(frame, cpu, FAULT_MACHINE, frame->pc);
}
