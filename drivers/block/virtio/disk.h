/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio block device, the device alone: virtio 1.2, 5.2. The transport is lib/virtio.
 * Requests are pieces that fit into a slot of the DMA memory, the only memory that the
 * device sees: data is copied there and from there.
 */
#pragma once
#include <lib/block.h>
#include <lib/virtio.h>

#define DISK_SLOTS       4u     /* pieces under way at most */
#define DISK_PIECE_BYTES 65536u /* of a piece at most */

struct disk {
    struct virtio virtio;
    struct block_medium medium;
    unsigned slots;
    uint32_t piece_sectors; /* the most that a slot holds */
    bool flushes;           /* it has a cache, and a request to empty it */
    struct disk_piece {
        uint32_t type;
        uint32_t bytes; /* of data */
    } piece[DISK_SLOTS];
};

/* VIRTIO_BLK_T_*, 5.2.6 */
enum disk_request { DISK_READ = 0, DISK_WRITE = 1, DISK_FLUSH = 4 };

/*
 * Takes the device over, empty, and looks what it is. There is no other medium in it: it
 * keeps its number, though it may become shorter.
 */
enum virtio_state disk_start(struct disk *disk);
/* How large it is now; a device that does not say so is left as it was. */
void disk_look(struct disk *disk);

/* Where the data of a slot lies: for DISK_WRITE before the offer, for DISK_READ once done. */
uint8_t *disk_data(const struct disk *disk, unsigned slot);
/* Offers a piece of at most piece_sectors; `slot` is not offered. */
void disk_offer(struct disk *disk, unsigned slot, enum disk_request type, uint64_t sector,
                uint32_t sectors);

enum disk_taken {
    DISK_NOTHING,
    DISK_DONE,
    DISK_ERROR,  /* the device says so, or it read less than was asked for */
    DISK_BROKEN, /* it is to be started anew: virtio.state says why */
};
/* The next piece that the device is done with. */
enum disk_taken disk_take(struct disk *disk, unsigned *slot);
