/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio entropy device, the device alone: virtio 1.2, 5.4. It is asked for one
 * piece at a time, which it fills as far as it likes. The transport is lib/virtio.
 */
#pragma once
#include <lib/virtio.h>

#define ENTROPY_PIECE_BYTES 4096u

struct entropy {
    struct virtio virtio;
    uint32_t bytes; /* of a piece: at most ENTROPY_PIECE_BYTES */
    bool asked;     /* a piece is in the device */
};

/* Takes the device over, idle. */
enum virtio_state entropy_start(struct entropy *entropy);
/* Asks for at most `bytes`; nothing is asked already. */
void entropy_ask(struct entropy *entropy, uint32_t bytes);
/*
 * What came: bytes and how many, at least 1; entropy_forget takes them out of the memory
 * afterwards. NULL with 0: nothing yet; NULL with 1: the device is to be started anew.
 */
const uint8_t *entropy_take(struct entropy *entropy, uint32_t *bytes);
void entropy_forget(struct entropy *entropy);
