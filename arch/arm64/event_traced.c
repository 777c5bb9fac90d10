/* SPDX-License-Identifier: BSD-2-Clause */
/* What the second table of vectors calls: as event.c has it, and each event is recorded. */
#include "kernel/trace.h"
#include "ways.h"

struct thread *traced_sync(struct thread *thread, struct cpu *cpu);
struct thread *traced_interrupt(struct thread *thread, struct cpu *cpu);
struct thread *traced_error(struct thread *thread, struct cpu *cpu);

static const struct way traced = {trace_syscall, trace_fault, trace_interrupt};

SELDOM struct thread *traced_sync(struct thread *thread, struct cpu *cpu)
{
    return synchronous(thread, cpu, &traced);
}

SELDOM struct thread *traced_interrupt(struct thread *thread, struct cpu *cpu)
{
    (void)thread;
    return interrupt(cpu, &traced);
}

SELDOM struct thread *traced_error(struct thread *thread, struct cpu *cpu)
{
    return error(thread, cpu, &traced);
}
