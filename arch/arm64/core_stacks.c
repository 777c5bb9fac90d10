/* SPDX-License-Identifier: BSD-2-Clause */
/* The stacks that a core has when boot is over: memory, in a window that has guards between. */
#include "cpu.h"
#include "kernel/boot.h"
#include "kernel_map.h"

/* Stacks that a core which never came was given stay taken. */
void core_make_stacks(const struct cpu *cpu)
{
    void *memory = boot_memory_take(STACK_BYTES + EMERGENCY_STACK_BYTES, PAGE_BYTES);

    kernel_map_stacks(&core_stacks[cpu->index], arch_physical_address(memory));
}

void core_use_stacks(struct cpu *cpu)
{
    struct core_stacks *stacks = &core_stacks[cpu->index];

    cpu->stack_top = stacks->guard_between;
    cpu->emergency_top = stacks->guard_above;
    cpu->stack_bytes = STACK_BYTES;
    cpu->emergency_bytes = EMERGENCY_STACK_BYTES;
}
