/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk as a client sees it: include/service/block.h behind four functions. Requests go
 * on when the driver dies meanwhile, since doing one twice does no harm.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct disk {
    const struct startup_edge *edge;
    uint64_t sectors;
    uint32_t sector_bytes;
    uint32_t flags;  /* enum block_flag */
    uint64_t number; /* of the medium */
    uint32_t most;   /* sectors of a request at most */
    uint8_t *buffer; /* that of the edge: data comes and goes here */
};

/* Each returns NULL, or in words what went wrong. */
const char *disk_open(struct disk *disk);
const char *disk_read(const struct disk *disk, uint64_t sector, uint32_t sectors);
const char *disk_write(const struct disk *disk, uint64_t sector, uint32_t sectors);
const char *disk_flush(const struct disk *disk);
