/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of the address space when it is built: where things are, and the
 * end of boot. What only boots is unmapped on all cores, for its memory is init's.
 */
#include "kernel_space.h"
#include "cpu.h"
#include "machine.h"

struct translation boot_translation; /* for a core that comes late, too */
uint64_t *kernel_root;
uint64_t table_offset;
uint64_t kept_end, spare_start;
paddr_t empty_root;

paddr_t kernel_map_empty_root(void)
{
    return empty_root;
}

/* The image is mapped as one piece; everything else is in the direct map. */
paddr_t arch_physical_address(const void *address)
{
    uint64_t value = (uint64_t)address;

    return (paddr_t){value - (value >= KERNEL_BASE ? table_offset : DIRECT_MAP_BASE)};
}

void *arch_kernel_address(paddr_t address)
{
    return (void *)(DIRECT_MAP_BASE + address.value);
}

/* What boot leaves is mapped by pages: kernel.ld asserts it of the image. */
static uint64_t *page_entry(uint64_t at)
{
    uint64_t *table = kernel_root;

    for (unsigned level = 0; level < LEVEL_LAST; level++)
        table = (uint64_t *)((table[level_index(level, at)] & PTE_ADDRESS) + table_offset);
    return &table[level_index(LEVEL_LAST, at)];
}

static void unmap(uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += PAGE_BYTES)
        *page_entry(at) = 0;
}

/* The view that all other memory has; the entries were made invalid before. */
static void map_as_memory(uint64_t physical, uint64_t end)
{
    for (; physical < end; physical += PAGE_BYTES)
        *page_entry(DIRECT_MAP_BASE + physical) = physical | KERNEL_DATA | PTE_PAGE;
    barrier_tables();
}

/* No core executes what goes: the others wait in core_main, or left boot when they were refused. */
void kernel_space_leave_boot(struct thread *init)
{
    uint64_t start = arch_physical_address(boot_start).value;
    uint64_t end = arch_physical_address(boot_end).value;

    unmap((uint64_t)boot_start, (uint64_t)boot_end);
    unmap(DIRECT_MAP_BASE + start, DIRECT_MAP_BASE + end);
    unmap(kept_end, (uint64_t)boot_tables);
    unmap(spare_start, (uint64_t)image_end);
    __asm__ volatile("dsb ishst\n\ttlbi vmalle1is" : : : "memory");
    barrier_tlbi();
    map_as_memory(start, end);
    if (CORES_MAX > 1)
        cores_enter();
    thread_run(init);
}
