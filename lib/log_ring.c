/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring is written by one program and read by another, which may be looking
 * now, and outlives both. `written` moves on only when a text is there in full,
 * so a writer that dies half-way leaves no half line. `begun` goes before, and says
 * which of the oldest lines the text is about to replace: what a dead writer began
 * stays begun until as much was written.
 */
#include <lib/string.h>

#include "log.h"

uint32_t log_ring_open(struct log_ring *ring, size_t bytes)
{
    uint32_t capacity;

    if (bytes <= sizeof(*ring) || bytes > UINT32_MAX)
        return 0;
    capacity = (uint32_t)(bytes - sizeof(*ring));
    if (ring->magic != LOG_RING_MAGIC || ring->bytes != capacity) {
        ring->bytes = capacity;
        ring->written = 0;
        ring->begun = 0;
        __atomic_store_n(&ring->magic, LOG_RING_MAGIC, __ATOMIC_RELEASE);
    }
    return capacity;
}

/* The fence keeps the bytes that follow behind it; a reader has the other one. */
static void begin(struct log_ring *ring, uint32_t capacity, uint64_t end)
{
    if (end > ring->begun || ring->begun - end > capacity)
        __atomic_store_n(&ring->begun, end, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

void log_ring_append(struct log_ring *ring, uint32_t capacity, const char *text, size_t count)
{
    uint64_t written = __atomic_load_n(&ring->written, __ATOMIC_RELAXED);
    uint32_t start, first;

    if (capacity == 0)
        return;
    if (count > capacity) {
        text += count - capacity;
        count = capacity;
    }
    start = (uint32_t)(written % capacity);
    first = capacity - start < count ? capacity - start : (uint32_t)count;
    begin(ring, capacity, written + count);
    memcpy(ring->data + start, text, first);
    memcpy(ring->data, text + first, count - first);
    __atomic_store_n(&ring->written, written + count, __ATOMIC_RELEASE);
}

uint64_t log_ring_oldest(const struct log_ring *ring, uint32_t capacity)
{
    uint64_t begun;

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    begun = __atomic_load_n(&ring->begun, __ATOMIC_RELAXED);
    return begun > capacity ? begun - capacity : 0;
}
