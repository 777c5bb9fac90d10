/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FP/SIMD registers stay with their last user until another thread touches
 * them: its first use traps, and only then are they saved and loaded. A thread
 * never sees another's values, for whoever is not the owner traps.
 */
#include "cpu.h"

void fp_save(struct fp_state *fp);
void fp_load(const struct fp_state *fp);

static void access_open(void)
{
    write_cpacr_el1(CPACR_FPEN_NONE);
    barrier_isb();
}

void fp_take(struct cpu *cpu)
{
    access_open();
    if (cpu->fp_owner != NULL)
        fp_save(cpu->fp_owner);
    fp_load(cpu->fp_current);
    cpu->fp_owner = cpu->fp_current;
}

/* The exception return that follows makes the trap effective. */
void fp_switch(struct cpu *cpu, struct fp_state *fp)
{
    cpu->fp_current = fp;
    write_cpacr_el1(cpu->fp_owner == fp ? CPACR_FPEN_NONE : CPACR_FPEN_TRAP);
}

void arch_fp_forget(struct fp_state *fp)
{
    struct cpu *cpu = cpu_here();

    if (cpu->fp_owner != fp)
        return;
    access_open();
    fp_save(fp);
    cpu->fp_owner = NULL;
    write_cpacr_el1(CPACR_FPEN_TRAP);
    barrier_isb();
}
