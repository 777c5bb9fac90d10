/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partition tables: the PC's (MBR, with extended partitions), and GPT (UEFI 2.10,
 * chapter 5). The disk is input: whatever is on it, reading ends, and a partition that is
 * not wholly its own is not found.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TABLE_SECTOR_MAX 4096u /* larger sectors are not served */

struct table_disk {
    uint64_t sectors;
    uint32_t sector_bytes;
    /* A sector, valid until the next call; NULL: it cannot be read. */
    const uint8_t *(*read)(uint64_t sector);
};

struct table_partition {
    uint64_t first, sectors;
};

/*
 * Partition `number` (from 1; those inside of an extended partition from 5). NULL: it is
 * in *found; otherwise why not, in words.
 */
const char *table_find(const struct table_disk *disk, unsigned number,
                       struct table_partition *found);

/* Between table.c and gpt.c: the same for a disk that has a GPT. */
const char *gpt_find(const struct table_disk *disk, unsigned number,
                     struct table_partition *found);

/* Numbers as they lie on disks. */
static inline uint32_t table_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t table_u64(const uint8_t *at)
{
    return table_u32(at) | (uint64_t)table_u32(at + 4) << 32;
}

/* Neither is empty; what a table says may end with the last of all numbers, so nothing is added. */
static inline bool table_overlap(const struct table_partition *a, const struct table_partition *b)
{
    return a->first < b->first ? b->first - a->first < a->sectors
                               : a->first - b->first < b->sectors;
}
