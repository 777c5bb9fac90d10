/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GPT, UEFI 2.10, 5.3: a header in sector 1 and an array of entries, each with a
 * checksum. The copy at the disk's end is not looked at: a table that is damaged is for
 * its owner to mend.
 */
#include <lib/crc.h>
#include <lib/string.h>
#include <stddef.h>

#include "table.h"

#define HEADER_SECTOR    1u
#define HEADER_BYTES     92u /* at least; the rest is reserved */
#define HEADER_CRC       16u
#define ENTRIES_MAX      1024u
#define ENTRY_BYTES_MIN  128u
#define ENTRY_BYTES_MAX  512u

struct gpt {
    uint64_t first_usable, last_usable, entries_at;
    uint32_t entries, entry_bytes, entries_crc;
};

static bool header_is_sound(const uint8_t *sector, uint32_t sector_bytes)
{
    static const uint8_t nothing[4];
    uint32_t bytes = table_u32(sector + 12), crc;

    if (memcmp(sector, "EFI PART", 8) != 0 || bytes < HEADER_BYTES || bytes > sector_bytes)
        return false;
    crc = crc32_add(0, sector, HEADER_CRC);
    crc = crc32_add(crc, nothing, sizeof(nothing));
    crc = crc32_add(crc, sector + HEADER_CRC + 4, bytes - HEADER_CRC - 4);
    return crc == table_u32(sector + HEADER_CRC) && table_u64(sector + 24) == HEADER_SECTOR;
}

static const char *read_header(const struct table_disk *disk, struct gpt *gpt)
{
    const uint8_t *sector = disk->read(HEADER_SECTOR);

    if (sector == NULL)
        return "the disk cannot be read";
    if (!header_is_sound(sector, disk->sector_bytes))
        return "the partition table's header is damaged";
    gpt->first_usable = table_u64(sector + 40);
    gpt->last_usable = table_u64(sector + 48);
    gpt->entries_at = table_u64(sector + 72);
    gpt->entries = table_u32(sector + 80);
    gpt->entry_bytes = table_u32(sector + 84);
    gpt->entries_crc = table_u32(sector + 88);
    return NULL;
}

/* How many sectors the entries take; the sizes are checked, so it is few. */
static uint64_t entry_sectors(const struct table_disk *disk, const struct gpt *gpt)
{
    return ((uint64_t)gpt->entries * gpt->entry_bytes + disk->sector_bytes - 1) /
           disk->sector_bytes;
}

static const char *check_header(const struct table_disk *disk, const struct gpt *gpt)
{
    if (gpt->entries == 0 || gpt->entries > ENTRIES_MAX || gpt->entry_bytes < ENTRY_BYTES_MIN ||
        gpt->entry_bytes > ENTRY_BYTES_MAX || (gpt->entry_bytes & (gpt->entry_bytes - 1)) != 0)
        return "the partition table has entries of an unknown form";
    if (gpt->last_usable >= disk->sectors || gpt->first_usable > gpt->last_usable)
        return "the partition table is of a larger disk";
    if (gpt->entries_at <= HEADER_SECTOR || gpt->entries_at >= gpt->first_usable ||
        entry_sectors(disk, gpt) > gpt->first_usable - gpt->entries_at)
        return "the partition table is not where it should be";
    return NULL;
}

static const char *check_entries(const struct table_disk *disk, const struct gpt *gpt)
{
    uint32_t left = gpt->entries * gpt->entry_bytes, crc = 0;

    for (uint64_t i = 0; left > 0; i++) {
        const uint8_t *sector = disk->read(gpt->entries_at + i);
        uint32_t bytes = left < disk->sector_bytes ? left : disk->sector_bytes;

        if (sector == NULL)
            return "the disk cannot be read";
        crc = crc32_add(crc, sector, bytes);
        left -= bytes;
    }
    return crc == gpt->entries_crc ? NULL : "the partition table's entries are damaged";
}

/* An entry's place; no sectors: it is not used, or ends before it begins. */
static const char *read_entry(const struct table_disk *disk, const struct gpt *gpt, uint32_t index,
                              struct table_partition *place)
{
    static const uint8_t unused[16];
    uint64_t offset = (uint64_t)index * gpt->entry_bytes;
    const uint8_t *at = disk->read(gpt->entries_at + offset / disk->sector_bytes);
    uint64_t last;

    if (at == NULL)
        return "the disk cannot be read";
    at += offset % disk->sector_bytes;
    place->first = table_u64(at + 32);
    last = table_u64(at + 40);
    place->sectors = last - place->first;
    if (place->sectors < UINT64_MAX)
        place->sectors++; /* of all there are, one less is as bad */
    if (memcmp(at, unused, sizeof(unused)) == 0 || last < place->first)
        place->sectors = 0;
    return NULL;
}

/* Read once more: what is on the disk may have changed since it was summed up. */
static const char *check_place(const struct table_disk *disk, const struct gpt *gpt,
                               uint32_t index, const struct table_partition *found)
{
    if (found->sectors == 0)
        return "there is no such partition";
    if (found->first < gpt->first_usable || found->first > gpt->last_usable ||
        found->sectors - 1 > gpt->last_usable - found->first)
        return "it is not inside of what may be used";
    for (uint32_t i = 0; i < gpt->entries; i++) {
        struct table_partition other;
        const char *why = read_entry(disk, gpt, i, &other);

        if (why != NULL)
            return why;
        if (i != index && other.sectors != 0 && table_overlap(found, &other))
            return "it overlaps another";
    }
    return NULL;
}

const char *gpt_find(const struct table_disk *disk, unsigned number,
                     struct table_partition *found)
{
    struct gpt gpt;
    const char *why = read_header(disk, &gpt);

    if (why == NULL)
        why = check_header(disk, &gpt);
    if (why == NULL)
        why = check_entries(disk, &gpt);
    if (why == NULL && number > gpt.entries)
        why = "there is no such partition";
    if (why == NULL)
        why = read_entry(disk, &gpt, number - 1, found);
    return why != NULL ? why : check_place(disk, &gpt, number - 1, found);
}
