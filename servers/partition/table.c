/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC's table: four entries in sector 0, one of which may be an extended partition, a
 * chain of tables with an entry each. The chain only goes on towards the disk's end, so
 * it has one.
 */
#include "table.h"

#include <stddef.h>

#define SIGNATURE_OFFSET 510u
#define ENTRIES_OFFSET   446u
#define ENTRY_BYTES      16u
#define ENTRIES          4u
#define LOGICAL_MAX      64u /* of an extended partition */

#define TYPE_EMPTY      0x00u
#define TYPE_EXTENDED   0x05u
#define TYPE_EXTENDED_B 0x0fu
#define TYPE_EXTENDED_L 0x85u
#define TYPE_GPT        0xeeu

struct entry {
    uint8_t type;
    struct table_partition place;
};

/* An entry; its place is relative to `base`, and counts 32 bits, so nothing overflows. */
static struct entry entry_at(const uint8_t *sector, unsigned index, uint64_t base)
{
    const uint8_t *at = sector + ENTRIES_OFFSET + index * ENTRY_BYTES;

    return (struct entry){at[4], {base + table_u32(at + 8), table_u32(at + 12)}};
}

static bool is_signed(const uint8_t *sector)
{
    return sector[SIGNATURE_OFFSET] == 0x55 && sector[SIGNATURE_OFFSET + 1] == 0xaa;
}

static bool is_extended(const struct entry *entry)
{
    return entry->type == TYPE_EXTENDED || entry->type == TYPE_EXTENDED_B ||
           entry->type == TYPE_EXTENDED_L;
}

static bool is_used(const struct entry *entry)
{
    return entry->type != TYPE_EMPTY && entry->place.sectors != 0;
}

static bool is_inside(const struct table_partition *inner, const struct table_partition *outer)
{
    return inner->first >= outer->first && inner->sectors <= outer->sectors &&
           inner->first - outer->first <= outer->sectors - inner->sectors;
}

static const char *read_entries(const struct table_disk *disk, struct entry entry[ENTRIES])
{
    const uint8_t *sector = disk->read(0);

    if (sector == NULL)
        return "the disk cannot be read";
    if (!is_signed(sector))
        return "the disk has no partition table";
    for (unsigned i = 0; i < ENTRIES; i++)
        entry[i] = entry_at(sector, i, 0);
    return NULL;
}

static const char *check_primary(const struct table_disk *disk, const struct entry entry[ENTRIES],
                                 unsigned index)
{
    const struct table_partition whole = {1, disk->sectors - 1}; /* sector 0 is the table's */

    if (!is_inside(&entry[index].place, &whole))
        return "it ends behind the end of the disk, or begins with the table";
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (i != index && is_used(&entry[i]) &&
            table_overlap(&entry[i].place, &entry[index].place))
            return "it overlaps another";
    }
    return NULL;
}

static const char *find_primary(const struct table_disk *disk, const struct entry entry[ENTRIES],
                                unsigned index, struct table_partition *found)
{
    if (!is_used(&entry[index]))
        return "there is no such partition";
    if (is_extended(&entry[index]))
        return "it is an extended partition, which is only a place for others";
    *found = entry[index].place;
    return check_primary(disk, entry, index);
}

/*
 * A table of the chain describes a partition, *here, and where the next table is: *next,
 * 0 behind the last. It lies in front of its partition, and both before the next table.
 */
static const char *read_link(const struct table_disk *disk, const struct table_partition *extended,
                             uint64_t table, struct entry *here, uint64_t *next)
{
    const struct table_partition behind = {table + 1,
                                           extended->first + extended->sectors - table - 1};
    const uint8_t *sector = disk->read(table);
    struct entry link;

    if (sector == NULL)
        return "the disk cannot be read";
    if (!is_signed(sector))
        return "a table of the extended partition is damaged";
    *here = entry_at(sector, 0, table);
    link = entry_at(sector, 1, extended->first);
    *next = is_used(&link) ? link.place.first : 0;
    if (is_used(here) && !is_inside(&here->place, &behind))
        return "a partition is not inside of the extended partition";
    if (*next != 0 && (*next <= table || *next - extended->first >= extended->sectors))
        return "the tables of the extended partition go in a circle, or out of it";
    if (*next != 0 && is_used(here) && *next < here->place.first + here->place.sectors)
        return "a partition overlaps another";
    return NULL;
}

static const char *find_logical(const struct table_disk *disk,
                                const struct table_partition *extended, unsigned index,
                                struct table_partition *found)
{
    uint64_t table = extended->first;

    for (unsigned i = 0; i < LOGICAL_MAX; i++) {
        struct entry here;
        uint64_t next;
        const char *why = read_link(disk, extended, table, &here, &next);

        if (why != NULL)
            return why;
        if (i == index && is_used(&here)) {
            *found = here.place;
            return NULL;
        }
        if (i == index || next == 0)
            return "there is no such partition";
        table = next;
    }
    return "there are too many partitions";
}

static const char *find_in_extended(const struct table_disk *disk,
                                    const struct entry entry[ENTRIES], unsigned index,
                                    struct table_partition *found)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        const char *why;

        if (!is_used(&entry[i]) || !is_extended(&entry[i]))
            continue;
        why = check_primary(disk, entry, i);
        return why != NULL ? why : find_logical(disk, &entry[i].place, index, found);
    }
    return "there is no such partition";
}

const char *table_find(const struct table_disk *disk, unsigned number,
                       struct table_partition *found)
{
    struct entry entry[ENTRIES];
    const char *why;

    if (disk->sector_bytes > TABLE_SECTOR_MAX || disk->sectors < 2)
        return "the disk has no partition table";
    why = read_entries(disk, entry);
    if (why != NULL)
        return why;
    if (number == 0)
        return "partitions are counted from 1";
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (entry[i].type == TYPE_GPT)
            return gpt_find(disk, number, found);
    }
    if (number <= ENTRIES)
        return find_primary(disk, entry, number - 1, found);
    return find_in_extended(disk, entry, number - 1 - ENTRIES, found);
}
