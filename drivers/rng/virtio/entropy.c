/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtio entropy device: no features, no configuration, requests of one piece. */
#include "entropy.h"

#include <lib/string.h>

#define SLOT        0u
#define DATA_OFFSET VIRTIO_QUEUE_BYTES

static uint8_t *data_of(const struct entropy *entropy)
{
    return entropy->virtio.memory + DATA_OFFSET;
}

static size_t room(const struct entropy *entropy)
{
    return entropy->virtio.bytes - DATA_OFFSET;
}

enum virtio_state entropy_start(struct entropy *entropy)
{
    enum virtio_state state;

    entropy->asked = 0;
    if (room(entropy) == 0)
        entropy->virtio.state = VIRTIO_NO_MEMORY;
    state = virtio_start(&entropy->virtio, VIRTIO_ENTROPY, 0);
    if (state == VIRTIO_WORKS)
        memset(data_of(entropy), 0, room(entropy));
    return state;
}

void entropy_ask(struct entropy *entropy, uint32_t bytes)
{
    struct virtio_part part = {DATA_OFFSET, bytes, true};

    if (part.bytes > room(entropy))
        part.bytes = (uint32_t)room(entropy);
    entropy->asked = part.bytes;
    virtio_offer(&entropy->virtio, SLOT, &part, 1);
}

/* 5.4.6.1: the device writes at least one byte. */
enum entropy_taken entropy_take(struct entropy *entropy, uint8_t *to, uint32_t *bytes)
{
    unsigned slot;
    enum virtio_taken taken = VIRTIO_LIES;

    if (entropy->virtio.state == VIRTIO_WORKS)
        taken = virtio_take(&entropy->virtio, &slot, bytes);
    if (taken == VIRTIO_NONE)
        return ENTROPY_NOTHING;
    if (taken == VIRTIO_LIES || *bytes == 0)
        return ENTROPY_BROKEN;
    entropy->asked = 0;
    memcpy(to, data_of(entropy), *bytes);
    memset(data_of(entropy), 0, *bytes);
    return ENTROPY_BYTES;
}
