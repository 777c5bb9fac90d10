/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A serial line. One client; no requests, only two rings in the edge's buffer
 * and signals both ways: received bytes flow driver -> client, bytes to send
 * flow client -> driver. Signal the peer after adding bytes, and after taking
 * bytes from a ring that was full. The rings belong to the edge, so they
 * survive the death of either side; a driver that dies loses at most the one
 * byte it had taken from the device and not yet put into the ring.
 */
#pragma once
#include <service/ring.h>

#define SERIAL_RING_BYTES 1024 /* capacity of each; a power of two */

struct serial_buffer {
    struct ring receive;                     /* driver produces */
    uint8_t receive_data[SERIAL_RING_BYTES]; /* receive.data */
    struct ring transmit;                    /* client produces */
    uint8_t transmit_data[SERIAL_RING_BYTES];
};
