/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing is a second table of vectors, vectors.S, and costs nothing while no
 * core has it. Which one is wanted changes under the kernel's lock; each core
 * takes it in an interrupt of its own.
 */
#include "cpu.h"
#include "machine.h"

extern const char vectors[], vectors_traced[];

static const char *wanted = vectors;

/* The return to the program is what makes it be seen. */
void trace_follow(void)
{
    write_vbar_el1((uint64_t)wanted);
}

static void want(const char *table)
{
    wanted = table;
    trace_follow();
    gic_trace_others();
}

void arch_trace_start(void)
{
    want(vectors_traced);
}

void arch_trace_stop(void)
{
    want(vectors);
}
