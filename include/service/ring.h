/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shape of a byte ring in a shared buffer, one producer and one consumer.
 * Counters only grow; bytes [read, written) are in the ring at counter % bytes.
 * Either side may be restarted, or lie: the other checks written - read <= bytes
 * and never follows an index past the ring. lib/ has the functions.
 */
#pragma once
#include <stdint.h>

struct ring {
    uint32_t written;            /* only the producer stores it */
    uint32_t producer_pad[15];   /* a cache line of its own for each side */
    uint32_t read;               /* only the consumer stores it */
    uint32_t consumer_pad[15];
    uint8_t data[];
};
