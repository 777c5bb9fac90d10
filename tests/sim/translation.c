/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation in a format of its own, three levels of 512 entries for 39 bits:
 *
 *   [0] a table   [1] a leaf   [4:2] read, write, execute   [6:5] memory   [47:12] address
 *
 * and a TLB that keeps every entry until it is told otherwise.
 */
#include <string.h>

#include "sim.h"

#define ENTRIES      512
#define TABLE_BIT    1ULL
#define LEAF_BIT     2ULL
#define RIGHTS_SHIFT 2
#define MEMORY_SHIFT 5
#define ADDRESS_MASK 0xfffffffff000ULL
#define TABLE_RIGHTS_SHIFT 4 /* of RIGHT_READ */

#define TLB_ENTRIES 8192

struct tlb_entry {
    uint64_t at;
    unsigned asid;
    struct sim_translation to;
};
static struct tlb_entry tlb[TLB_ENTRIES];
static unsigned tlb_count;

static unsigned level_bits(unsigned level)
{
    return 30 - 9 * level;
}

static uint64_t *entry_of(void *table, unsigned level, uint64_t at)
{
    return (uint64_t *)table + (at >> level_bits(level)) % ENTRIES;
}

static void *table_of(uint64_t entry)
{
    return arch_kernel_address((paddr_t){ entry & ADDRESS_MASK });
}

/* The entry for `at` at `level`, or the one above it where the walk ended. */
static uint64_t *walk_to(void *root, uint64_t at, unsigned level, unsigned *reached)
{
    uint64_t *entry = entry_of(root, 0, at);

    for (*reached = 0; *reached < level && (*entry & TABLE_BIT) != 0; ++*reached)
        entry = entry_of(table_of(*entry), *reached + 1, at);
    return entry;
}

static struct sim_translation decode(uint64_t entry, unsigned level)
{
    return (struct sim_translation){
        .address = entry & ADDRESS_MASK,
        .size_bits = (uint8_t)level_bits(level),
        .rights = (uint8_t)((entry >> RIGHTS_SHIFT & 7) << TABLE_RIGHTS_SHIFT),
        .memory = (uint8_t)(entry >> MEMORY_SHIFT & 3),
    };
}

bool sim_walk(void *root, uint64_t at, struct sim_translation *found)
{
    unsigned level;
    uint64_t *entry = walk_to(root, at, 2, &level);

    if ((*entry & LEAF_BIT) == 0)
        return false;
    *found = decode(*entry, level);
    return true;
}

#define RUN 16 /* entries; tables are mostly empty */

static bool is_empty_run(const uint64_t *entries)
{
    uint64_t all = 0;

    for (unsigned index = 0; index < RUN; index++)
        all |= entries[index];
    return all == 0;
}

void sim_each_mapping(void *root, void (*leaf)(uint64_t, const struct sim_translation *, void *),
                      void (*table)(void *, void *), void *context)
{
    /* Depth first, with the place where each level goes on. */
    const uint64_t *entries[3] = { root };
    uint64_t at[3] = { 0 };
    unsigned next[3] = { 0 }, level = 0;

    while (level > 0 || next[0] < ENTRIES) {
        if (next[level] == ENTRIES) {
            level--;
            continue;
        }
        if (next[level] % RUN == 0 && is_empty_run(entries[level] + next[level])) {
            next[level] += RUN;
            continue;
        }
        uint64_t entry = entries[level][next[level]];
        uint64_t here = at[level] + ((uint64_t)next[level]++ << level_bits(level));

        if ((entry & LEAF_BIT) != 0) {
            struct sim_translation found = decode(entry, level);

            leaf(here, &found, context);
        } else if (entry != 0) {
            table(table_of(entry), context);
            entries[++level] = table_of(entry);
            at[level] = here;
            next[level] = 0;
        }
    }
}

/* --- TLB ---------------------------------------------------------------------- */

static bool covers(const struct tlb_entry *entry, unsigned asid, uint64_t at)
{
    return entry->asid == asid && entry->at == (at & ~((1ULL << entry->to.size_bits) - 1));
}

static const struct tlb_entry *tlb_find(unsigned asid, uint64_t at)
{
    for (unsigned index = 0; index < tlb_count; index++)
        if (covers(&tlb[index], asid, at))
            return &tlb[index];
    return NULL;
}

void sim_tlb_add(unsigned asid, uint64_t at, const struct sim_translation *to)
{
    if (tlb_find(asid, at) == NULL && tlb_count < TLB_ENTRIES)
        tlb[tlb_count++] = (struct tlb_entry){ at, asid, *to };
}

void arch_asid_invalidate(unsigned asid)
{
    unsigned kept = 0;

    for (unsigned index = 0; index < tlb_count; index++)
        if (tlb[index].asid != asid)
            tlb[kept++] = tlb[index];
    tlb_count = kept;
}

static void tlb_forget(unsigned asid, uint64_t at)
{
    unsigned kept = 0;

    for (unsigned index = 0; index < tlb_count; index++)
        if (!covers(&tlb[index], asid, at))
            tlb[kept++] = tlb[index];
    tlb_count = kept;
}

bool sim_access(unsigned asid, void *root, uint64_t at, unsigned right, uint64_t *physical)
{
    const struct tlb_entry *entry = tlb_find(asid, at);
    struct sim_translation found;

    if (entry == NULL && root != NULL && sim_walk(root, at, &found)) {
        sim_tlb_add(asid, at & ~((1ULL << found.size_bits) - 1), &found);
        entry = tlb_find(asid, at);
    }
    if (entry == NULL || (entry->to.rights & right) != right)
        return false;
    *physical = entry->to.address + (at & ((1ULL << entry->to.size_bits) - 1));
    return true;
}

static bool same(const struct sim_translation *one, const struct sim_translation *other)
{
    return one->address == other->address && one->size_bits == other->size_bits &&
           one->rights == other->rights && one->memory == other->memory;
}

void sim_tlb_check(void *(*root_of)(unsigned asid))
{
    for (unsigned index = 0; index < tlb_count; index++) {
        const struct tlb_entry *entry = &tlb[index];
        void *root = root_of(entry->asid);
        struct sim_translation now;

        if (root == NULL || !sim_walk(root, entry->at, &now) ||
            !same(&now, &entry->to))
            sim_fail("a stale TLB entry: ASID %u, address %llx", entry->asid,
                     (unsigned long long)entry->at);
    }
}

/* --- For the core ----------------------------------------------------------------- */

static unsigned level_of_size(unsigned size_bits)
{
    return (30 - size_bits) / 9;
}

enum arch_map arch_frame_map(void *root, uaddr_t at, struct arch_mapping mapping)
{
    unsigned level = level_of_size(mapping.size_bits), reached;
    uint64_t *entry = walk_to(root, at.value, level, &reached);

    if (at.value >> USER_ADDRESS_BITS != 0 || at.value % (1ULL << mapping.size_bits) != 0 ||
        mapping.address.value % (1ULL << mapping.size_bits) != 0)
        sim_fail("the kernel maps %llx, which is not aligned", (unsigned long long)at.value);
    if ((mapping.rights & RIGHT_WRITE) != 0 && (mapping.rights & RIGHT_EXECUTE) != 0)
        sim_fail("the kernel maps writable and executable");
    if (*entry != 0 && (reached == level || (*entry & LEAF_BIT) != 0))
        return ARCH_MAP_OCCUPIED;
    if (reached < level)
        return ARCH_MAP_NO_TABLE;
    *entry = mapping.address.value | LEAF_BIT |
             (uint64_t)(mapping.rights >> TABLE_RIGHTS_SHIFT & 7) << RIGHTS_SHIFT |
             (uint64_t)mapping.memory << MEMORY_SHIFT;
    return ARCH_MAP_DONE;
}

void arch_frame_unmap(void *root, unsigned asid, uaddr_t at, paddr_t frame, unsigned size_bits)
{
    unsigned level = level_of_size(size_bits), reached;
    uint64_t *entry = walk_to(root, at.value, level, &reached);

    if (reached < level || (*entry & LEAF_BIT) == 0 || (*entry & ADDRESS_MASK) != frame.value)
        return;
    *entry = 0;
    tlb_forget(asid, at.value);
}

enum arch_map arch_table_map(void *root, uaddr_t at, void *table, unsigned *level)
{
    unsigned reached;
    uint64_t *entry = walk_to(root, at.value, 2, &reached);

    for (unsigned index = 0; index < ENTRIES; index++)
        if (((uint64_t *)table)[index] != 0)
            sim_fail("the kernel maps a table that is not empty");
    if (reached == 2 || *entry != 0)
        return ARCH_MAP_OCCUPIED;
    *entry = arch_physical_address(table).value | TABLE_BIT;
    *level = reached + 1;
    return ARCH_MAP_DONE;
}

void arch_table_unmap(void *root, unsigned asid, uaddr_t at, unsigned level, const void *table)
{
    unsigned reached;
    uint64_t *entry = walk_to(root, at.value, level - 1, &reached);

    if (reached == level - 1 && *entry == (arch_physical_address(table).value | TABLE_BIT)) {
        *entry = 0;
        arch_asid_invalidate(asid);
    }
}
