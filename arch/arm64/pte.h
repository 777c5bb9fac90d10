/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors of VMSAv8-64 translation tables with the 4 KiB granule,
 * the Arm ARM's chapter D8. Level 3 entries are pages, level 1 and 2 entries blocks or
 * tables, level 0 entries tables.
 */
#pragma once
#include <stdint.h>

#define PTE_VALID      (1ULL << 0)
#define PTE_BLOCK      (1ULL << 0)               /* levels 1 and 2 */
#define PTE_TABLE      (1ULL << 0 | 1ULL << 1)   /* levels 0 to 2 */
#define PTE_PAGE       (1ULL << 0 | 1ULL << 1)   /* level 3 */
#define PTE_KIND       (1ULL << 0 | 1ULL << 1)
#define PTE_ATTR(n)    ((uint64_t)(n) << 2)      /* index into MAIR_EL1 */
#define PTE_USER       (1ULL << 6)               /* AP[1]: EL0 has access */
#define PTE_READ_ONLY  (1ULL << 7)               /* AP[2] */
#define PTE_INNER      (3ULL << 8)               /* SH: inner shareable */
#define PTE_ACCESSED   (1ULL << 10)              /* AF */
#define PTE_NOT_GLOBAL (1ULL << 11)              /* nG: tagged with the ASID */
#define PTE_GUARDED    (1ULL << 50)              /* GP: BTI is enforced; ignored without BTI */
#define PTE_PXN        (1ULL << 53)              /* EL1 never executes it */
#define PTE_UXN        (1ULL << 54)              /* EL0 never executes it */
#define PTE_ADDRESS    0x0000fffffffff000ULL

#define TABLE_ENTRIES 512
#define LEVEL_LAST    3
#define LEVEL_FIRST_BLOCK 1

/* What one entry of a level covers: 512 GiB, 1 GiB, 2 MiB, 4 KiB. */
static inline unsigned level_shift(unsigned level)
{
    return 39 - 9 * level;
}

static inline unsigned level_index(unsigned level, uint64_t address)
{
    return (unsigned)(address >> level_shift(level)) % TABLE_ENTRIES;
}
