/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing the ring so that a program on another core can read it meanwhile.
 */
#include "trace_ring.h"

#include "../core.h"
#include "address_space.h"

STATIC_ASSERT(sizeof(struct thole_trace_record) == THOLE_TRACE_RECORDS);
STATIC_ASSERT(sizeof(struct thole_trace) <= THOLE_TRACE_RECORDS);

static struct slot ring_frame;       /* empty: nothing is traced */
static struct thole_trace *ring;     /* NULL likewise */
static uint32_t ring_capacity;
static uint64_t records_written;     /* by all traces so far */

/* Filled by its core when `ready` is 0, emptied by who has the lock when it is 1. */
static struct posted {
    struct thole_trace_record record;
    uint32_t ready;
} posted[CORES_MAX];

enum thole_result trace_ring_check(const struct slot *frame)
{
    if (!slot_is_empty(&ring_frame))
        return RESULT_OCCUPIED;
    if (frame_is_device(frame) || frame_size_bits(frame) == FRAME_BITS_1G)
        return RESULT_BAD_ARGUMENT;
    return slot_check_depth(frame);
}

/* Where the holder's own capability is mapped is its own affair. */
void trace_ring_start(struct slot *frame)
{
    trace_ring_flush(); /* of an earlier trace, to nowhere */
    slot_embed(&ring_frame, frame, HOLDER_TRACE);
    ring_frame.badge = 0;
    ring = arch_kernel_address(slot_physical(frame));
    ring_capacity = (uint32_t)((1ULL << frame_size_bits(frame)) / THOLE_TRACE_RECORDS) - 1;
    *ring = (struct thole_trace){
        .magic = TRACE_MAGIC, .bytes = sizeof(struct thole_trace_record),
        .capacity = ring_capacity, .first = records_written + 1, .written = records_written,
    };
    arch_trace_start();
}

void trace_ring_removed(void)
{
    ring = NULL;
    arch_trace_stop();
}

void trace_ring_stop(void)
{
    if (slot_is_empty(&ring_frame))
        return;
    trace_ring_flush();
    trace_ring_removed();
    slot_clear(&ring_frame);
}

static void write(const struct thole_trace_record *record)
{
    struct thole_trace_record *place;

    records_written++;
    place = (struct thole_trace_record *)((char *)ring + THOLE_TRACE_RECORDS) +
            records_written % ring_capacity;
    __atomic_store_n(&place->sequence, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *place = *record;
    __atomic_store_n(&place->sequence, records_written, __ATOMIC_RELEASE);
    __atomic_store_n(&ring->written, records_written, __ATOMIC_RELEASE);
}

void trace_ring_post(unsigned core, const struct thole_trace_record *record)
{
    posted[core].record = *record;
    __atomic_store_n(&posted[core].ready, 1, __ATOMIC_RELEASE);
}

void trace_ring_flush(void)
{
    for (unsigned core = 0; core < cores_running(); core++) {
        if (__atomic_load_n(&posted[core].ready, __ATOMIC_ACQUIRE) == 0)
            continue;
        if (ring != NULL)
            write(&posted[core].record);
        __atomic_store_n(&posted[core].ready, 0, __ATOMIC_RELEASE);
    }
}
