/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and ending objects: one line a type.
 */
#include "object.h"

#include "../core.h"
#include "address_space.h"
#include "endpoint.h"
#include "event_object.h"
#include "option_trace.h"
#include "thread.h"
#include "trace_ring.h"

unsigned object_size_bits(uint64_t type, uint64_t size_bits)
{
    static const int8_t size[OBJECT_COUNT] = {
#define SIZE(number, NAME, bits, text) [OBJECT_##NAME] = (bits),
        THOLE_OBJECTS(SIZE)
#undef SIZE
    };

    if (type >= OBJECT_COUNT)
        return 0;
    type = arch_mask_index(type, OBJECT_COUNT);
    switch ((enum thole_object)type) {
    case OBJECT_UNTYPED:
        return size_bits >= UNTYPED_MIN_BITS && size_bits <= UNTYPED_MAX_BITS
                   ? (unsigned)size_bits : 0;
    case OBJECT_CAPTABLE:
        return size_bits >= CAPTABLE_MIN_BITS && size_bits <= CAPTABLE_MAX_BITS
                   ? (unsigned)size_bits + 5 : 0;
    case OBJECT_FRAME:
        return size_bits == FRAME_BITS_4K || size_bits == FRAME_BITS_2M ||
               size_bits == FRAME_BITS_1G ? (unsigned)size_bits : 0;
    default:
        return size_bits == 0 ? (unsigned)size[type] : 0;
    }
}

uint64_t object_make(enum thole_object type, unsigned size_bits, paddr_t memory)
{
    void *object;

    if (type == OBJECT_UNTYPED)
        return slot_word_of_memory(memory, size_bits, type, RIGHTS_ALL);
    if (type == OBJECT_FRAME)
        return frame_object_word(memory, size_bits, false);
    object = arch_kernel_address(memory);
    switch (type) {
    case OBJECT_CAPTABLE:
        return slot_word_of_object(object, type, RIGHTS_ALL) | size_bits;
    case OBJECT_THREAD:
        thread_init(object);
        break;
    case OBJECT_SCHED_CONTEXT:
        sched_context_init(object);
        break;
    case OBJECT_ENDPOINT:
        endpoint_init(object);
        break;
    case OBJECT_INTERRUPT:
        ((struct interrupt *)object)->line = IRQ_LINE_NONE;
        sender_init(&((struct interrupt *)object)->sender, KIND_INTERRUPT);
        break;
    case OBJECT_TIMER:
        sender_init(&((struct timer *)object)->sender, KIND_TIMER);
        break;
    case OBJECT_NOTIFICATION:
        sender_init(&((struct notification *)object)->sender, KIND_SIGNAL);
        break;
    default:
        break;
    }
    return slot_word_of_object(object, type, RIGHTS_ALL);
}

static void captable_destroy(struct slot *original)
{
    struct dying *table = slot_object(original);

    *table = (struct dying){ .progress = 1, .count_bits = slot_size_bits(original) };
    dying_add(table);
}

SELDOM enum thole_result object_destroy(struct core *core, struct slot *original)
{
    void *object = slot_object(original);

    switch (slot_type(original)) {
    case OBJECT_CAPTABLE:
        captable_destroy(original);
        break;
    case OBJECT_THREAD:
        return thread_destroy(core, object);
    case OBJECT_SCHED_CONTEXT:
        sched_context_destroy(core, original);
        break;
    case OBJECT_ENDPOINT:
        endpoint_destroy(object);
        break;
    case OBJECT_INTERRUPT:
        interrupt_destroy(core, object);
        break;
    case OBJECT_TIMER:
        timer_destroy(core, object);
        break;
    case OBJECT_NOTIFICATION:
        sender_destroy(core, &((struct notification *)object)->sender);
        break;
    case OBJECT_ADDRESS_SPACE:
        return address_space_destroy(core, original);
    case OBJECT_PAGE_TABLE:
        page_table_destroy(original);
        break;
    case OBJECT_FRAME:
        frame_unmap(original);
        break;
    default: /* Untyped and the authorities: nothing but the capability */
        break;
    }
    return RESULT_DONE;
}

void capability_removed(struct core *core, struct slot *slot)
{
    frame_capability_removed(slot);
    if (slot_type(slot) == OBJECT_REPLY)
        sender_reply_deleted(core, slot);
    switch (slot_holder(slot)) {
    case HOLDER_SENDER_ENDPOINT:
        sender_endpoint_removed(core, CONTAINER_OF(slot, struct sender, endpoint));
        break;
    case HOLDER_SENDER_TIME:
        sender_time_removed(core, CONTAINER_OF(slot, struct sender, time));
        break;
    case HOLDER_THREAD_SPACE:
        thread_space_changed(core, CONTAINER_OF(slot, struct thread, space));
        break;
    case HOLDER_TRACE:
        if (OPTION_TRACE)
            trace_ring_removed();
        break;
    case HOLDER_THREAD_CAPTABLE:
        thread_set_table(CONTAINER_OF(slot, struct thread, captable), NULL);
        break;
    case HOLDER_THREAD_FAULT:
    case HOLDER_TABLE:
        break;
    }
}
