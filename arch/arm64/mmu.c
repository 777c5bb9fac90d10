/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs' translation: 39 bits, so an AddressSpace is a level 1 table, over
 * level 2 and level 3 tables. The walk never leaves the tables that programs
 * gave: entries hold physical addresses, which the direct map makes readable.
 */
#include "cpu.h"
#include "kernel_map.h"
#include "mmu.h"
#include "pte.h"

#define LEVEL_ROOT 1

/* Where a walk ended: at the level it was to reach, or above it at an entry that is no table. */
struct walk {
    uint64_t *entry;
    unsigned level;
};

static bool is_table(uint64_t entry)
{
    return (entry & PTE_KIND) == PTE_TABLE;
}

INLINED struct walk walk_to(void *root, uaddr_t at, unsigned level)
{
    struct walk walk = {.entry = root, .level = LEVEL_ROOT};

    walk.entry += level_index(LEVEL_ROOT, at.value);
    while (walk.level < level && is_table(*walk.entry)) {
        walk.entry = arch_kernel_address((paddr_t){*walk.entry & PTE_ADDRESS});
        walk.level++;
        walk.entry += level_index(walk.level, at.value);
    }
    return walk;
}

static unsigned level_of_size(unsigned size_bits)
{
    return size_bits == FRAME_BITS_1G ? 1 : size_bits == FRAME_BITS_2M ? 2 : LEVEL_LAST;
}

static uint64_t leaf_kind(unsigned level)
{
    return level == LEVEL_LAST ? PTE_PAGE : PTE_BLOCK;
}

/* What is only executable has no PTE_USER: EL0 may then fetch but not load. */
static uint64_t leaf_attributes(struct arch_mapping mapping)
{
    uint64_t attributes = PTE_ATTR(mapping.memory) | PTE_INNER | PTE_ACCESSED | PTE_NOT_GLOBAL |
                          PTE_PXN;

    if (mapping.rights & (RIGHT_READ | RIGHT_WRITE))
        attributes |= PTE_USER;
    if (!(mapping.rights & RIGHT_WRITE))
        attributes |= PTE_READ_ONLY;
    if (!(mapping.rights & RIGHT_EXECUTE) || mapping.memory != MEMORY_NORMAL)
        attributes |= PTE_UXN;
    return attributes;
}

/* TLBI VALE1IS: ASID in bits 63 to 48, address from bit 12 on. */
static void invalidate_page(unsigned asid, uaddr_t at)
{
    uint64_t operand = (uint64_t)asid << TTBR_ASID_SHIFT | at.value >> level_shift(LEVEL_LAST);

    __asm__ volatile("dsb ishst\n\ttlbi vale1is, %0" : : "r"(operand) : "memory");
    barrier_tlbi();
}

void arch_asid_invalidate(unsigned asid)
{
    uint64_t operand = (uint64_t)asid << TTBR_ASID_SHIFT;

    __asm__ volatile("dsb ishst\n\ttlbi aside1is, %0" : : "r"(operand) : "memory");
    barrier_tlbi();
}

/* Whoever wrote the instructions cleaned them to the point of unification. */
static void make_fetchable(void)
{
    __asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}

enum arch_map arch_frame_map(void *root, uaddr_t at, struct arch_mapping mapping)
{
    unsigned level = level_of_size(mapping.size_bits);
    struct walk walk = walk_to(root, at, level);

    if (*walk.entry & PTE_VALID)
        return ARCH_MAP_OCCUPIED;
    if (walk.level < level)
        return ARCH_MAP_NO_TABLE;

    if (mapping.rights & RIGHT_EXECUTE)
        make_fetchable();
    *walk.entry = mapping.address.value | leaf_attributes(mapping) | leaf_kind(level);
    barrier_tables();
    return ARCH_MAP_DONE;
}

void arch_frame_unmap(void *root, unsigned asid, uaddr_t at, paddr_t frame, unsigned size_bits)
{
    unsigned level = level_of_size(size_bits);
    struct walk walk = walk_to(root, at, level);

    if (walk.level < level || (*walk.entry & PTE_KIND) != leaf_kind(level) ||
        (*walk.entry & PTE_ADDRESS) != frame.value)
        return;
    *walk.entry = 0;
    invalidate_page(asid, at);
}

enum arch_map arch_table_map(void *root, uaddr_t at, void *table, unsigned *level)
{
    struct walk walk = walk_to(root, at, LEVEL_LAST);

    if (walk.level == LEVEL_LAST || (*walk.entry & PTE_VALID))
        return ARCH_MAP_OCCUPIED;
    /* The table's zeroes come before the entry that leads to them. */
    __asm__ volatile("dsb ishst" : : : "memory");
    *walk.entry = arch_physical_address(table).value | PTE_TABLE;
    barrier_tables();
    *level = walk.level;
    return ARCH_MAP_DONE;
}

void arch_table_unmap(void *root, unsigned asid, uaddr_t at, unsigned level, const void *table)
{
    struct walk walk = walk_to(root, at, level);

    if (walk.level == level && *walk.entry == (arch_physical_address(table).value | PTE_TABLE)) {
        *walk.entry = 0;
        arch_asid_invalidate(asid);
    }
}

/*
 * The kernel uses no program's address, and the exception return that follows
 * would synchronise. But the lock is given up before it, and from then on another
 * core may destroy the root that was here: nothing may walk from it any more.
 */
void mmu_switch(uint64_t space_word)
{
    write_ttbr0_el1(space_word != 0 ? space_word : kernel_map_empty_root().value);
    barrier_isb();
}

/* As TTBR0_EL1 has it. */
uint64_t arch_space_word(const void *root, unsigned asid)
{
    return (uint64_t)asid << TTBR_ASID_SHIFT | arch_physical_address(root).value;
}
