/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at a disk, or at a partition: its size, a sector in hexadecimal, and the CRC-32
 * of all of it. The node's configuration says what, each property is optional:
 *
 *     config {
 *         pattern = <first count seed>;   write these sectors first, and flush
 *         show = <sector>;
 *         sum;
 *     };
 */
#include <inttypes.h>
#include <stdio.h>

#include <lib/crc.h>
#include <lib/program.h>
#include <service/block.h>

#include "disk.h"

#define ROW_BYTES 16u

static int fail(const char *what, const char *why)
{
    printf("disk: %s: %s\n", what, why);
    return 1;
}

/* A cell of a property of several. */
static uint32_t cell(const uint8_t *value, unsigned index)
{
    value += index * sizeof(uint32_t);
    return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
}

/* Bytes that tell which sector they are of. */
static void fill(uint8_t *at, uint32_t bytes, uint32_t sector, uint32_t seed)
{
    uint32_t value = sector * 2654435761u + seed;

    for (uint32_t i = 0; i < bytes; i++) {
        value = value * 1664525u + 1013904223u;
        at[i] = (uint8_t)(value >> 24);
    }
}

static const char *write_pattern(const struct disk *disk, uint32_t first, uint32_t count,
                                 uint32_t seed)
{
    for (uint32_t done = 0; done < count;) {
        uint32_t piece = count - done < disk->most ? count - done : disk->most;
        const char *why;

        for (uint32_t i = 0; i < piece; i++)
            fill(disk->buffer + i * disk->sector_bytes, disk->sector_bytes, first + done + i, seed);
        why = disk_write(disk, first + done, piece);
        if (why != NULL)
            return why;
        done += piece;
    }
    return disk_flush(disk);
}

static int pattern(const struct disk *disk)
{
    uint32_t bytes;
    const uint8_t *value = program_config("pattern", &bytes);
    const char *why;

    if (value == NULL)
        return 0;
    if (bytes != 3 * sizeof(uint32_t))
        return fail("pattern", "it takes a sector, a count and a seed");
    why = write_pattern(disk, cell(value, 0), cell(value, 1), cell(value, 2));
    if (why != NULL)
        return fail("writing", why);
    printf("disk: wrote %" PRIu32 " sectors from %" PRIu32 "\n", cell(value, 1), cell(value, 0));
    return 0;
}

static void show_row(const uint8_t *byte, uint32_t offset)
{
    printf("%04" PRIx32 " ", offset);
    for (uint32_t i = 0; i < ROW_BYTES; i++)
        printf(" %02x", byte[i]);
    printf("  ");
    for (uint32_t i = 0; i < ROW_BYTES; i++)
        putchar(byte[i] >= ' ' && byte[i] < 0x7f ? byte[i] : '.');
    putchar('\n');
}

static int show(const struct disk *disk)
{
    const char *why;

    if (program_config("show", NULL) == NULL)
        return 0;
    why = disk_read(disk, program_config_cell("show", 0), 1);
    if (why != NULL)
        return fail("reading", why);
    for (uint32_t i = 0; i < disk->sector_bytes; i += ROW_BYTES)
        show_row(disk->buffer + i, i);
    return 0;
}

static int sum(const struct disk *disk)
{
    uint32_t crc = 0;

    if (program_config("sum", NULL) == NULL)
        return 0;
    for (uint64_t sector = 0; sector < disk->sectors;) {
        uint64_t left = disk->sectors - sector;
        uint32_t piece = left < disk->most ? (uint32_t)left : disk->most;
        const char *why = disk_read(disk, sector, piece);

        if (why != NULL)
            return fail("reading", why);
        crc = crc32_add(crc, disk->buffer, (size_t)piece * disk->sector_bytes);
        sector += piece;
    }
    printf("disk: crc32 %08" PRIx32 "\n", crc);
    return 0;
}

int main(void)
{
    struct disk disk;
    const char *why = disk_open(&disk);

    if (why != NULL)
        return fail("no disk", why);
    printf("disk: %" PRIu64 " sectors of %" PRIu32 " bytes%s%s\n", disk.sectors, disk.sector_bytes,
           disk.flags & BLOCK_READ_ONLY ? ", read only" : "",
           disk.flags & BLOCK_REMOVABLE ? ", removable" : "");
    return pattern(&disk) || show(&disk) || sum(&disk);
}
