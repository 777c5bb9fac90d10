/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All tests may run with the kernel recording its events: none may notice. After
 * each of them the newest records are looked at.
 */
#include "conformance.h"

#include <string.h>

#include <thole/trace.h>

/* In the table of the window, behind its pages. */
#define RING_ADDRESS (WINDOW_ADDRESS + (1ULL << FRAME_BITS_2M) - (2ULL << FRAME_BITS_4K))

static const struct thole_trace *ring;
static uint64_t looked_at; /* the newest record that was */
static unsigned cores_seen;

void trace_begin(void)
{
    unsigned frame;

    if (!events_are_traced)
        return;
    frame = slot_take();
    CHECK_EQUAL(retype(keep, OBJECT_FRAME, FRAME_BITS_4K, frame), RESULT_DONE);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, RING_ADDRESS, RIGHT_READ,
                       MEMORY_NORMAL), RESULT_DONE);
    ring = (const struct thole_trace *)RING_ADDRESS;
    CHECK_EQUAL(INVOKE(INIT_SLOT_MACHINE, MACHINE_TRACE, frame), RESULT_DONE);
    CHECK_EQUAL(ring->magic, TRACE_MAGIC);
    CHECK_EQUAL(ring->capacity, (1u << FRAME_BITS_4K) / THOLE_TRACE_RECORDS - 1);
    looked_at = ring->first - 1;
}

/* False: it is being overwritten, or was. */
static bool record_copy(uint64_t number, struct thole_trace_record *out)
{
    const struct thole_trace_record *place =
        (const struct thole_trace_record *)((const char *)ring + THOLE_TRACE_RECORDS) +
        number % ring->capacity;

    if (__atomic_load_n(&place->sequence, __ATOMIC_ACQUIRE) != number)
        return false;
    memcpy(out, place, sizeof(*out));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&place->sequence, __ATOMIC_RELAXED) == number;
}

static void record_check(const struct thole_trace_record *record)
{
    CHECK(record->kind >= TRACE_SYSCALL && record->kind <= TRACE_INTERRUPT);
    CHECK(record->core < boot->cores_running);
    CHECK(record->entered <= record->left);
    CHECK(record->left <= ticks_now());
    cores_seen |= 1u << record->core;
}

void trace_check(void)
{
    struct thole_trace_record record;
    uint64_t written;

    if (ring == NULL)
        return;
    written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
    CHECK(written > looked_at);
    for (uint64_t number = looked_at + 1; number <= written; number++)
        if (number + ring->capacity > written && record_copy(number, &record))
            record_check(&record);
    looked_at = written;
}

void trace_print(void)
{
    if (ring != NULL)
        print_line("# traced %lu events on %u cores", (unsigned long)(ring->written - ring->first),
                   (unsigned)__builtin_popcount(cores_seen));
}
