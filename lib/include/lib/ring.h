/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte rings in shared memory. Each function says who may call it. The peer is
 * not trusted: whatever its counter says, nothing outside the ring is touched;
 * a counter that cannot be is treated as an empty or a full ring.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include <service/ring.h>

/* `bytes` is the capacity, a power of two. Producer: how many bytes were put. */
size_t ring_put(struct ring *ring, size_t bytes, const void *from, size_t count);
/* Consumer: how many bytes were taken. */
size_t ring_take(struct ring *ring, size_t bytes, void *to, size_t count);
/* Either: bytes that can be taken, bytes that can be put. */
size_t ring_used(const struct ring *ring, size_t bytes);
size_t ring_free(const struct ring *ring, size_t bytes);
