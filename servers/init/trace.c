/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's trace: a ring of 2 MiB, made when the first is asked for and kept.
 * It may be written while it is read, thole/trace.h says how.
 */
#include <string.h>

#include <thole/trace.h>

#include "control.h"
#include "window.h"

#define RECORDS_AN_ANSWER (CONTROL_BUFFER_BYTES / sizeof(struct thole_trace_record))

static unsigned frame;                 /* slot of the ring; 0: there was no trace yet */
static const struct thole_trace *ring;
static bool on;

wrong_t trace_name(unsigned thread, unsigned number)
{
    return wrong_of(INVOKE(INIT_SLOT_MACHINE, MACHINE_NAME, thread, number));
}

/* All that is needed, or nothing. */
static bool ring_make(void)
{
    unsigned slot = slots_take(1);
    int block = slot ? memory_take(FRAME_BITS_2M, MEMORY_INIT) : -1;

    if (block >= 0) {
        if (kernel_retype(memory_untyped(block), OBJECT_FRAME, FRAME_BITS_2M, slot) ==
            RESULT_DONE) {
            ring = window_map_large(slot);
        }
        if (ring) {
            frame = slot;
            return true;
        }
        if (kernel_delete(slot) == RESULT_DONE) {
            memory_give(block);
        }
    }
    if (slot) {
        slots_give(slot, 1);
    }
    return false;
}

uint32_t trace_switch(struct control *control)
{
    bool wanted = control->word[0] != 0;

    if (wanted == on) {
        return SERVICE_ALREADY;
    }
    if (wanted && !ring && !ring_make()) {
        return SERVICE_NO_MEMORY;
    }
    if (INVOKE(INIT_SLOT_MACHINE, MACHINE_TRACE, wanted ? frame : 0) != RESULT_DONE) {
        return SERVICE_FAILED;
    }
    on = wanted;
    return SERVICE_OK;
}

/* A copy of the record, if it is not overwritten now. */
static bool record_copy(uint64_t number, struct thole_trace_record *out)
{
    const char *records = (const char *)ring + THOLE_TRACE_RECORDS;
    const struct thole_trace_record *place =
        (const struct thole_trace_record *)records + number % ring->capacity;

    if (__atomic_load_n(&place->sequence, __ATOMIC_ACQUIRE) != number) {
        return false;
    }
    memcpy(out, place, sizeof(*out));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&place->sequence, __ATOMIC_RELAXED) == number;
}

static uint64_t oldest(uint64_t written)
{
    return written - ring->first >= ring->capacity ? written - ring->capacity + 1 : ring->first;
}

uint32_t trace_read(struct control *control)
{
    struct thole_trace_record record;
    uint64_t from = control->word[0], count = 0, written, first;

    if (!ring) {
        return SERVICE_NOT_FOUND;
    }
    written = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
    first = written < ring->first ? ring->first : oldest(written);
    from = from < first ? first : from;
    for (; count < RECORDS_AN_ANSWER && from <= written && count <= written - from; count++) {
        if (!record_copy(from + count, &record)) {
            break;
        }
        memcpy(control->buffer + count * sizeof(record), &record, sizeof(record));
    }
    control->word[0] = from;
    control->word[1] = count;
    control->word[2] = first;
    control->word[3] = written;
    control->words = 4;
    return SERVICE_OK;
}
