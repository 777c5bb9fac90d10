/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory. The kernel's address of a byte is a fixed distance from its
 * physical one, the arena is aligned to 1 GiB, and the kernel writes to it as
 * through a write-back cache: what memory itself holds is a second copy, which
 * only cleaning brings up to date.
 */
#include <string.h>
#include <sys/mman.h>

#include "sim.h"

#define ARENA_ALIGN (1ULL << 30)
#define ARENA_BYTES (2 * ARENA_ALIGN) /* physical addresses below 2 GiB */
#define LINE_BYTES  64

static char *arena;

static char *reserve(size_t bytes, int protection)
{
    char *memory =
        mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        sim_fail("no address space for the arena");
    return memory;
}

void sim_start(uint64_t ram_bytes)
{
    if (arena == NULL) {
        uintptr_t at = (uintptr_t)reserve(ARENA_BYTES + ARENA_ALIGN, PROT_NONE);

        arena = (char *)((at + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1));
    }
    sim = (struct sim){ .ram_bytes = ram_bytes, .now = 1000, .timer = UINT64_MAX,
                        .print_room = UINT32_MAX };
    for (unsigned core = 0; core < SIM_CORES; core++)
        sim.other[core].timer = UINT64_MAX;
    sim.ram = arena + SIM_RAM_BASE;
    if (mmap(sim.ram, ram_bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        sim_fail("no memory for the arena");
    sim.coherent = reserve(ram_bytes, PROT_READ | PROT_WRITE);
}

void *arch_kernel_address(paddr_t address)
{
    if (!sim_is_ram(address.value, 1))
        sim_fail("the kernel asks for its address of %llx, which is no memory",
                 (unsigned long long)address.value);
    return arena + address.value;
}

paddr_t arch_physical_address(const void *address)
{
    paddr_t physical = { (uint64_t)((const char *)address - arena) };

    if (!sim_is_ram(physical.value, 1))
        sim_fail("the kernel asks for the physical address of %p", address);
    return physical;
}

void arch_memory_clear(void *start, size_t bytes)
{
    uint64_t offset = (uint64_t)((char *)start - sim.ram);

    if (((uintptr_t)start | bytes) % LINE_BYTES != 0 || !sim_is_ram(SIM_RAM_BASE + offset, bytes))
        sim_fail("the kernel clears %zu bytes at %p", bytes, start);
    memset(start, 0, bytes);
}

void arch_memory_clear_for_all(void *start, size_t bytes)
{
    arch_memory_clear(start, bytes);
    memset(sim.coherent + ((char *)start - sim.ram), 0, bytes);
}

bool sim_is_clear(paddr_t address, uint64_t bytes)
{
    uint64_t offset = address.value - SIM_RAM_BASE;

    for (uint64_t at = 0; at < bytes; at++)
        if (sim.ram[offset + at] != 0 || sim.coherent[offset + at] != 0)
            return false;
    return true;
}
