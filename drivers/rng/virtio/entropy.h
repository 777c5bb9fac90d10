/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio entropy device, the device alone: virtio 1.2, 5.4. It is asked for one
 * piece at a time, which it fills as far as it likes. The transport is lib/virtio.
 */
#pragma once
#include <lib/virtio.h>

struct entropy {
    struct virtio virtio;
    uint32_t asked; /* bytes that it is filling; 0: none */
};

/* Takes the device over, idle; nothing of what it gave before is left. */
enum virtio_state entropy_start(struct entropy *entropy);
/* Asks for `bytes`, as many as there is memory for at most; only if nothing is asked. */
void entropy_ask(struct entropy *entropy, uint32_t bytes);

enum entropy_taken {
    ENTROPY_NOTHING,
    ENTROPY_BYTES,
    ENTROPY_BROKEN, /* it is to be started anew: virtio.state says why */
};
/* What came, at least 1 and no more than was asked for; it is cleared in the memory. */
enum entropy_taken entropy_take(struct entropy *entropy, uint8_t *to, uint32_t *bytes);
