/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio block device. All that the device says is read once and checked: sizes that
 * cannot be are refused at the start, and a status that means nothing is an error.
 */
#include "disk.h"

/* Feature bits, 5.2.3 */
#define F_SIZE_MAX (UINT64_C(1) << 1)
#define F_RO       (UINT64_C(1) << 5)
#define F_BLK_SIZE (UINT64_C(1) << 6)
#define F_FLUSH    (UINT64_C(1) << 9)

/* Offsets in struct virtio_blk_config, 5.2.4 */
#define CONFIG_CAPACITY 0u
#define CONFIG_SIZE_MAX 8u
#define CONFIG_BLK_SIZE 20u

/* struct virtio_blk_req, 5.2.6: `sector` counts 512 bytes whatever the block's size. */
#define PROTOCOL_SECTOR 512u
#define STATUS_OK       0u
#define STATUS_NEVER    0xffu /* what no device writes */

struct header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

/* The memory: the queue, for each slot a line of header and status, then data. */
#define LINES_OFFSET  VIRTIO_QUEUE_BYTES
#define LINE_BYTES    64u
#define STATUS_OFFSET 32u
#define DATA_OFFSET   4096u

_Static_assert(LINES_OFFSET + DISK_SLOTS * LINE_BYTES <= DATA_OFFSET, "lines before data");

static uint32_t line_offset(unsigned slot)
{
    return LINES_OFFSET + slot * LINE_BYTES;
}

static uint32_t data_offset(const struct disk *disk, unsigned slot)
{
    return DATA_OFFSET + slot * disk->piece_sectors * disk->medium.sector_bytes;
}

uint8_t *disk_data(const struct disk *disk, unsigned slot)
{
    return disk->virtio.memory + data_offset(disk, slot);
}

static bool config(const struct disk *disk, uint64_t feature, unsigned offset, uint32_t *value)
{
    return !(disk->virtio.features & feature) ||
           virtio_config(&disk->virtio, offset, value, sizeof(*value));
}

void disk_look(struct disk *disk)
{
    uint64_t capacity;

    if (virtio_config(&disk->virtio, CONFIG_CAPACITY, &capacity, sizeof(capacity)))
        disk->medium.sectors = capacity / (disk->medium.sector_bytes / PROTOCOL_SECTOR);
}

/* As many slots as there is memory for, and then as much for each as there is. */
static bool share_memory(struct disk *disk, uint32_t most)
{
    uint32_t sector = disk->medium.sector_bytes;
    size_t room = disk->virtio.bytes > DATA_OFFSET ? disk->virtio.bytes - DATA_OFFSET : 0;

    if (most > DISK_PIECE_BYTES)
        most = DISK_PIECE_BYTES;
    disk->slots = disk->virtio.slots < DISK_SLOTS ? disk->virtio.slots : DISK_SLOTS;
    while (disk->slots > 1 && room / disk->slots < sector)
        disk->slots--;
    if (room / disk->slots < most)
        most = (uint32_t)(room / disk->slots);
    disk->piece_sectors = most / sector;
    return disk->piece_sectors > 0;
}

static enum virtio_state look_at_shape(struct disk *disk)
{
    uint32_t sector = PROTOCOL_SECTOR, most = DISK_PIECE_BYTES;

    if (!config(disk, F_BLK_SIZE, CONFIG_BLK_SIZE, &sector) ||
        !config(disk, F_SIZE_MAX, CONFIG_SIZE_MAX, &most))
        return VIRTIO_BAD_CONFIG;
    if (sector < PROTOCOL_SECTOR || sector > DISK_PIECE_BYTES || (sector & (sector - 1)) != 0 ||
        most < sector)
        return VIRTIO_BAD_CONFIG;
    disk->medium.sector_bytes = sector;
    disk->medium.flags = disk->virtio.features & F_RO ? BLOCK_READ_ONLY : 0;
    disk->medium.number = block_number(0, sector);
    disk->flushes = disk->virtio.features & F_FLUSH;
    if (!share_memory(disk, most))
        return VIRTIO_NO_MEMORY;
    disk_look(disk);
    return VIRTIO_WORKS;
}

enum virtio_state disk_start(struct disk *disk)
{
    enum virtio_state state;

    disk->medium = (struct block_medium){0};
    state = virtio_start(&disk->virtio, VIRTIO_BLOCK, F_SIZE_MAX | F_RO | F_BLK_SIZE | F_FLUSH);
    if (state == VIRTIO_WORKS)
        state = look_at_shape(disk);
    disk->virtio.state = state;
    return state;
}

void disk_offer(struct disk *disk, unsigned slot, enum disk_request type, uint64_t sector,
                uint32_t sectors)
{
    uint32_t line = line_offset(slot), bytes = sectors * disk->medium.sector_bytes;
    volatile struct header *header = (volatile void *)(disk->virtio.memory + line);
    struct virtio_part part[VIRTIO_PARTS] = {{line, sizeof(*header), false}};
    unsigned parts = 1;

    header->type = type;
    header->reserved = 0;
    header->sector = sector * (disk->medium.sector_bytes / PROTOCOL_SECTOR);
    *(volatile uint8_t *)(disk->virtio.memory + line + STATUS_OFFSET) = STATUS_NEVER;
    if (bytes > 0)
        part[parts++] =
            (struct virtio_part){data_offset(disk, slot), bytes, type == DISK_READ};
    part[parts++] = (struct virtio_part){line + STATUS_OFFSET, 1, true};
    disk->piece[slot] = (struct disk_piece){.type = type, .bytes = bytes};
    virtio_offer(&disk->virtio, slot, part, parts);
}

/* 2.7.8.2: of what the device did not say to have written, nothing is known. */
static bool is_good(const struct disk *disk, unsigned slot, uint32_t wrote)
{
    const struct disk_piece *piece = &disk->piece[slot];
    uint32_t expected = (piece->type == DISK_READ ? piece->bytes : 0) + 1;
    const volatile uint8_t *status = disk->virtio.memory + line_offset(slot) + STATUS_OFFSET;

    return *status == STATUS_OK && wrote >= expected;
}

enum disk_taken disk_take(struct disk *disk, unsigned *slot)
{
    uint32_t wrote;

    if (disk->virtio.state != VIRTIO_WORKS)
        return DISK_BROKEN;
    switch (virtio_take(&disk->virtio, slot, &wrote)) {
    case VIRTIO_NONE:
        return DISK_NOTHING;
    case VIRTIO_LIES:
        return DISK_BROKEN;
    case VIRTIO_TAKEN:
        break;
    }
    return is_good(disk, *slot, wrote) ? DISK_DONE : DISK_ERROR;
}
