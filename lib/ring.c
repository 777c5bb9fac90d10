/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte rings. Each call reads each counter once and uses what it read: the peer
 * may change them at any time. The acquire loads pair with the peer's release
 * stores, so bytes are there before they are counted, and read before they are
 * overwritten.
 */
#include <lib/ring.h>
#include <lib/string.h>

/* Bytes in the ring; more than `bytes` if a counter cannot be. */
static uint32_t distance(const struct ring *ring)
{
    uint32_t read = __atomic_load_n(&ring->read, __ATOMIC_ACQUIRE);
    uint32_t written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);

    return written - read;
}

size_t ring_used(const struct ring *ring, size_t bytes)
{
    size_t used = distance(ring);

    return used <= bytes ? used : 0;
}

size_t ring_free(const struct ring *ring, size_t bytes)
{
    size_t used = distance(ring);

    return used <= bytes ? bytes - used : 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ring_put(struct ring *ring, size_t bytes, const void *from, size_t count)
{
    uint32_t written = __atomic_load_n(&ring->written, __ATOMIC_RELAXED);
    size_t used = written - __atomic_load_n(&ring->read, __ATOMIC_ACQUIRE);
    size_t start = written & (bytes - 1);
    size_t first;

    if (used > bytes)
        return 0;
    count = smaller(count, bytes - used);
    first = smaller(count, bytes - start);
    memcpy(ring->data + start, from, first);
    memcpy(ring->data, (const uint8_t *)from + first, count - first);
    __atomic_store_n(&ring->written, written + (uint32_t)count, __ATOMIC_RELEASE);
    return count;
}

size_t ring_take(struct ring *ring, size_t bytes, void *to, size_t count)
{
    uint32_t read = __atomic_load_n(&ring->read, __ATOMIC_RELAXED);
    size_t used = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE) - read;
    size_t start = read & (bytes - 1);
    size_t first;

    if (used > bytes)
        return 0;
    count = smaller(count, used);
    first = smaller(count, bytes - start);
    memcpy(to, ring->data + start, first);
    memcpy((uint8_t *)to + first, ring->data, count - first);
    __atomic_store_n(&ring->read, read + (uint32_t)count, __ATOMIC_RELEASE);
    return count;
}
