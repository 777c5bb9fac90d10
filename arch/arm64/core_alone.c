/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the place of cores_start.c: the core that booted is the only one. Others that the tree
 * names are left where the firmware has them.
 */
#include "cpu.h"
#include "kernel/core.h"
#include "kernel/print.h"
#include "machine.h"

unsigned cores_start(const struct boot *boot)
{
    unsigned named = boot->platform->core_count;

    cpus[0].core = &cores[0];
    core_make_stacks(&cpus[0]);
    cores[0].long_ways = cpus[0].leave_by_firmware;
    if (named > 1)
        kernel_print("kernel: made for one core: %u more stay stopped\n", named - 1);
    return 1;
}
