/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FP/SIMD is open to a program while the registers hold its values, and closed otherwise:
 * then its first use traps (event.c), and loads them. Who uses them has them loaded at each
 * switch, here or by the short ways; who does not never pays for it
 * (docs/decisions/0010-fp-turns.md). What closed registers hold is in its thread's memory,
 * too: no program can read it, and the next one's values replace all of it.
 */
#include "cpu.h"

void fp_save(struct fp_state *fp);
void fp_load(const struct fp_state *fp);

static void access_open(void)
{
    write_cpacr_el1(CPACR_FPEN_NONE);
    barrier_isb();
}

/* The exception return that follows makes it effective; the kernel uses none itself. */
static void access_close(void)
{
    write_cpacr_el1(CPACR_FPEN_TRAP);
}

void arch_fp_switch(struct fp_state *from, const struct fp_state *to)
{
    if (from != NULL)
        fp_save(from);
    else
        access_open();
    if (to != NULL)
        fp_load(to);
    else
        access_close();
}
