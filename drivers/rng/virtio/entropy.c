/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtio entropy device: no features, no configuration, requests of one piece. */
#include "entropy.h"

#include <lib/string.h>

#define SLOT        0u
#define DATA_OFFSET 1024u /* behind the queue */

_Static_assert(DATA_OFFSET >= VIRTIO_QUEUE_BYTES, "behind the queue");

enum virtio_state entropy_start(struct entropy *entropy)
{
    size_t room = entropy->virtio.bytes;

    entropy->asked = false;
    room = room > DATA_OFFSET ? room - DATA_OFFSET : 0;
    entropy->bytes = room < ENTROPY_PIECE_BYTES ? (uint32_t)room : ENTROPY_PIECE_BYTES;
    if (entropy->bytes == 0)
        entropy->virtio.state = VIRTIO_NO_MEMORY;
    return virtio_start(&entropy->virtio, VIRTIO_ENTROPY, 0);
}

void entropy_ask(struct entropy *entropy, uint32_t bytes)
{
    const struct virtio_part part = {
        DATA_OFFSET, bytes < entropy->bytes ? bytes : entropy->bytes, true};

    entropy_forget(entropy);
    virtio_offer(&entropy->virtio, SLOT, &part, 1);
    entropy->asked = true;
}

/* 5.4.6.1: the device writes at least one byte. */
const uint8_t *entropy_take(struct entropy *entropy, uint32_t *bytes)
{
    unsigned slot;
    enum virtio_taken taken = VIRTIO_LIES;

    if (entropy->virtio.state == VIRTIO_WORKS)
        taken = virtio_take(&entropy->virtio, &slot, bytes);
    if (taken == VIRTIO_TAKEN && *bytes > 0) {
        entropy->asked = false;
        return entropy->virtio.memory + DATA_OFFSET;
    }
    *bytes = taken != VIRTIO_NONE;
    return NULL;
}

void entropy_forget(struct entropy *entropy)
{
    memset(entropy->virtio.memory + DATA_OFFSET, 0, entropy->bytes);
}
