/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on event senders and on the machine.
 */
#include "event_object.h"
#include "operation.h"
#include "thread.h"
#include "trace_ring.h"

SELDOM enum thole_result op_INTERRUPT_BIND(struct invocation *invocation)
{
    struct interrupt *interrupt = slot_object(invocation->target);

    enum thole_result result = operation_bind(invocation, &interrupt->sender);

    if (result == RESULT_DONE)
        interrupt_route(interrupt);
    return result;
}

SELDOM enum thole_result op_TIMER_BIND(struct invocation *invocation)
{
    struct timer *timer = slot_object(invocation->target);

    return operation_bind(invocation, &timer->sender);
}

enum thole_result op_TIMER_ARM(struct invocation *invocation)
{
    timer_arm(invocation->core, slot_object(invocation->target), invocation->word[0]);
    return RESULT_DONE;
}

enum thole_result op_TIMER_DISARM(struct invocation *invocation)
{
    struct timer *timer = slot_object(invocation->target);

    deadline_remove(&timer->deadline);
    sender_recall(invocation->core, &timer->sender);
    return RESULT_DONE;
}

SELDOM enum thole_result op_NOTIFICATION_BIND(struct invocation *invocation)
{
    struct notification *notification = slot_object(invocation->target);

    return operation_bind(invocation, &notification->sender);
}

enum thole_result op_NOTIFICATION_SIGNAL(struct invocation *invocation)
{
    notification_signal(invocation->core, slot_object(invocation->target),
                        invocation->target->badge);
    return RESULT_DONE;
}

SELDOM enum thole_result op_IRQ_CONTROL_ATTACH(struct invocation *invocation)
{
    uint64_t line = invocation->word[1], trigger = invocation->word[2];
    struct slot *slot;
    enum thole_result result =
        operation_slot(invocation, invocation->word[0], OBJECT_INTERRUPT, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    if (trigger > TRIGGER_EDGE)
        return RESULT_BAD_ARGUMENT;
    return interrupt_attach(slot_object(slot), line, (enum thole_trigger)trigger);
}

/* --- Machine ----------------------------------------------------------------------- */

SELDOM enum thole_result op_MACHINE_POWER_OFF(struct invocation *invocation)
{
    (void)invocation;
    arch_power_off();
}

SELDOM enum thole_result op_MACHINE_RESET(struct invocation *invocation)
{
    (void)invocation;
    arch_reset();
}

#define PRINT_WORDS 5

SELDOM enum thole_result op_MACHINE_PRINT(struct invocation *invocation)
{
    uint64_t bytes = invocation->word[0];
    uint64_t taken = 0;

    if (bytes > PRINT_WORDS * sizeof(uint64_t))
        return RESULT_BAD_ARGUMENT;
    while (taken < bytes) {
        uint64_t word = invocation->word[1 + taken / sizeof(uint64_t)];

        if (!arch_print_byte((char)(word >> 8 * (taken % sizeof(uint64_t)))))
            break;
        taken++;
    }
    invocation->out[0] = taken;
    invocation->outs = 1;
    return RESULT_DONE;
}

/* Frame 0 ends it. */
SELDOM enum thole_result op_MACHINE_TRACE(struct invocation *invocation)
{
    struct slot *frame;
    enum thole_result result;

    if (invocation->word[0] == 0) {
        trace_ring_stop();
        return RESULT_DONE;
    }
    result = operation_slot(invocation, invocation->word[0], OBJECT_FRAME,
                            RIGHT_CONTROL | RIGHT_WRITE, &frame);
    if (result == RESULT_DONE)
        result = trace_ring_check(frame);
    if (result == RESULT_DONE)
        trace_ring_start(frame);
    return result;
}

SELDOM enum thole_result op_MACHINE_NAME(struct invocation *invocation)
{
    uint64_t number = invocation->word[1];
    struct slot *slot;
    enum thole_result result =
        operation_slot(invocation, invocation->word[0], OBJECT_THREAD, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    if (number >= TRACE_NOBODY)
        return RESULT_BAD_ARGUMENT;
    ((struct thread *)slot_object(slot))->number = (uint32_t)number;
    return RESULT_DONE;
}
