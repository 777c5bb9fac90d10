/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on event senders and on the machine.
 */
#include "event_object.h"
#include "operation.h"
#include "option_trace.h"
#include "thread.h"
#include "trace_ring.h"

SELDOM enum thole_result op_INTERRUPT_BIND(OPERATION_PARAMETERS)
{
    struct interrupt *interrupt = slot_object(target);

    enum thole_result result = operation_bind(caller, word0, word1, &interrupt->sender);

    if (result == RESULT_DONE)
        interrupt_route(interrupt);
    return result;
}

SELDOM enum thole_result op_TIMER_BIND(OPERATION_PARAMETERS)
{
    struct timer *timer = slot_object(target);

    return operation_bind(caller, word0, word1, &timer->sender);
}

enum thole_result op_TIMER_ARM(OPERATION_PARAMETERS)
{
    timer_arm(core_of(caller), slot_object(target), word0);
    return RESULT_DONE;
}

SELDOM enum thole_result op_TIMER_DISARM(OPERATION_PARAMETERS)
{
    struct timer *timer = slot_object(target);

    deadline_remove(&timer->deadline);
    sender_recall(core_of(caller), &timer->sender);
    return RESULT_DONE;
}

SELDOM enum thole_result op_NOTIFICATION_BIND(OPERATION_PARAMETERS)
{
    struct notification *notification = slot_object(target);

    return operation_bind(caller, word0, word1, &notification->sender);
}

enum thole_result op_NOTIFICATION_SIGNAL(OPERATION_PARAMETERS)
{
    notification_signal(core_of(caller), slot_object(target),
                        target->badge);
    return RESULT_DONE;
}

SELDOM enum thole_result op_IRQ_CONTROL_ATTACH(OPERATION_PARAMETERS)
{
    uint64_t line = word1, trigger = word2;
    struct slot *slot;
    enum thole_result result =
        operation_slot(caller, word0, OBJECT_INTERRUPT, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    if (trigger > TRIGGER_EDGE)
        return RESULT_BAD_ARGUMENT;
    return interrupt_attach(slot_object(slot), line, (enum thole_trigger)trigger);
}

/* --- Machine ----------------------------------------------------------------------- */

SELDOM enum thole_result op_MACHINE_POWER_OFF(OPERATION_PARAMETERS)
{
    arch_try_power_off();
    return RESULT_NOT_READY;
}

SELDOM enum thole_result op_MACHINE_RESET(OPERATION_PARAMETERS)
{
    arch_try_reset();
    return RESULT_NOT_READY;
}

#define PRINT_WORDS 5

SELDOM enum thole_result op_MACHINE_PRINT(OPERATION_PARAMETERS)
{
    const uint64_t text[PRINT_WORDS] = { word1, word2, word3, word4, word5 };
    uint64_t bytes = word0;
    uint64_t taken = 0;

    if (bytes > PRINT_WORDS * sizeof(uint64_t))
        return RESULT_BAD_ARGUMENT;
    while (taken < bytes) {
        uint64_t word = text[taken / sizeof(uint64_t)];

        if (!arch_print_byte((char)(word >> 8 * (taken % sizeof(uint64_t)))))
            break;
        taken++;
    }
    operation_outs.word[0] = taken;
    operation_outs.count = 1;
    return RESULT_DONE;
}

/* Frame 0 ends it. */
SELDOM enum thole_result op_MACHINE_TRACE(OPERATION_PARAMETERS)
{
    struct slot *frame;
    enum thole_result result;

    if (!OPTION_TRACE)
        return RESULT_BAD_OPERATION;
    if (word0 == 0) {
        trace_ring_stop();
        return RESULT_DONE;
    }
    result = operation_slot(caller, word0, OBJECT_FRAME,
                            RIGHT_CONTROL | RIGHT_WRITE, &frame);
    if (result == RESULT_DONE)
        result = trace_ring_check(frame);
    if (result == RESULT_DONE)
        trace_ring_start(frame);
    return result;
}

SELDOM enum thole_result op_MACHINE_NAME(OPERATION_PARAMETERS)
{
    uint64_t number = word1;
    struct slot *slot;
    enum thole_result result =
        operation_slot(caller, word0, OBJECT_THREAD, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    if (number >= TRACE_NOBODY)
        return RESULT_BAD_ARGUMENT;
    ((struct thread *)slot_object(slot))->number = (uint32_t)number;
    return RESULT_DONE;
}
