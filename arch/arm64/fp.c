/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FP/SIMD is closed to a thread that is loaded until it uses it: that traps. What
 * it changed since is saved when it leaves the core. The registers stay as they
 * are, and if nobody used them before it comes back, its trap loads nothing. A
 * thread never sees another's values, for its trap loads its own.
 */
#include "cpu.h"

void fp_save(struct fp_state *fp);
void fp_load(const struct fp_state *fp);

static void access_open(struct cpu *cpu)
{
    cpu->fp_open = true;
    write_cpacr_el1(CPACR_FPEN_NONE);
    barrier_isb();
}

/* The exception return that follows makes it effective; the kernel uses none itself. */
static void access_close(struct cpu *cpu)
{
    cpu->fp_open = false;
    write_cpacr_el1(CPACR_FPEN_TRAP);
}

/*
 * The owner on this side may be a thread that is gone, and its memory another's,
 * or one that has been elsewhere: `core` tells. Takes no lock: the owner is only
 * compared, and the thread that runs is this core's.
 */
void fp_take(struct cpu *cpu, struct fp_state *fp)
{
    unsigned here = cpu->index + 1;

    access_open(cpu);
    cpu->fp_current = fp;
    if (cpu->fp_owner == fp && fp->core == here)
        return;
    fp_load(fp);
    fp->core = here;
    cpu->fp_owner = fp;
}

void fp_leave(struct cpu *cpu)
{
    if (!cpu->fp_open)
        return;
    fp_save(cpu->fp_current);
    access_close(cpu);
}

/* After this nothing is stored to it until the thread runs again. */
void arch_fp_forget(const struct fp_state *fp)
{
    struct cpu *cpu = cpu_here();

    if (cpu->fp_current == fp)
        fp_leave(cpu);
}
