/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on threads and time: what a thread runs in, its first wait, and
 * the SchedContexts and ceilings that SchedControl alone may fill.
 */
#include "endpoint.h"
#include "event_object.h"
#include "operation.h"
#include "thread.h"

/* Words of THREAD_CONFIGURE, checked. */
struct configuration {
    struct slot *captable, *space, *endpoint, *fault, *time;
};

static enum thole_result check_part(struct invocation *invocation, unsigned word,
                                    enum thole_object type, unsigned right, struct slot **slot)
{
    enum thole_result result =
        operation_slot(invocation, invocation->word[word], type, right, slot);

    return result == RESULT_DONE ? slot_check_depth(*slot) : result;
}

static enum thole_result check_optional(struct invocation *invocation, unsigned word,
                                        enum thole_object type, unsigned right, struct slot **slot)
{
    *slot = NULL;
    return invocation->word[word] == 0 ? RESULT_DONE
                                       : check_part(invocation, word, type, right, slot);
}

static enum thole_result check_configuration(struct invocation *invocation,
                                             struct configuration *parts)
{
    enum thole_result result =
        check_part(invocation, 0, OBJECT_CAPTABLE, RIGHT_CONTROL, &parts->captable);

    if (result == RESULT_DONE)
        result = check_part(invocation, 1, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &parts->space);
    if (result == RESULT_DONE)
        result = check_part(invocation, 2, OBJECT_ENDPOINT, RIGHT_RECV, &parts->endpoint);
    if (result == RESULT_DONE)
        result = check_optional(invocation, 3, OBJECT_ENDPOINT, RIGHT_SEND, &parts->fault);
    if (result == RESULT_DONE)
        result = check_optional(invocation, 4, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &parts->time);
    return result;
}

enum thole_result op_THREAD_CONFIGURE(struct invocation *invocation)
{
    struct thread *thread = slot_object(invocation->target);
    struct configuration parts;
    enum thole_result result = check_configuration(invocation, &parts);

    if (result != RESULT_DONE)
        return result;
    if (thread->started || !slot_is_empty(&thread->captable) || !slot_is_empty(&thread->space) ||
        !slot_is_empty(&thread->sender.endpoint) || !slot_is_empty(&thread->fault) ||
        !slot_is_empty(&thread->sender.time))
        return RESULT_OCCUPIED;
    slot_embed(&thread->captable, parts.captable, HOLDER_THREAD_CAPTABLE);
    slot_embed(&thread->space, parts.space, HOLDER_THREAD_SPACE);
    sender_bind(&thread->sender, parts.endpoint, parts.time);
    if (parts.fault != NULL)
        slot_embed(&thread->fault, parts.fault, HOLDER_THREAD_FAULT);
    return RESULT_DONE;
}

enum thole_result op_THREAD_START(struct invocation *invocation)
{
    uint64_t pc = invocation->word[0], sp = invocation->word[1], tls = invocation->word[2];
    struct thread *thread = slot_object(invocation->target);
    struct endpoint *endpoint = slot_object(&thread->sender.endpoint);
    struct sched_context *time = sender_time(&thread->sender);

    if (thread->started || thread->state != THREAD_STOPPED)
        return RESULT_OCCUPIED;
    if (endpoint == NULL || slot_is_empty(&thread->captable) || slot_is_empty(&thread->space))
        return RESULT_NOT_READY;
    if (time != NULL && !sched_context_is_configured(time))
        return RESULT_NOT_READY;
    if (time != NULL && !sched_context_is_free(time))
        return RESULT_BUSY;
    thread->started = true;
    arch_frame_init(&thread->frame, pc, sp, tls);
    if (time != NULL) {
        thread->time = time;
        time->thread = thread;
    }
    endpoint_wait(invocation->core, endpoint, thread);
    return RESULT_DONE;
}

/*
 * A queued call ends at once. One that is being served ends as soon as its
 * time is its own: now, or when the server replies, whose answer is dropped.
 */
static enum thole_result cancel_call(struct core *core, struct thread *thread)
{
    if (thread->sender.kind != KIND_CALL)
        return RESULT_NOT_READY; /* a fault waits for its handler */
    if (thread->time == NULL) {
        if (thread->sender.doomed == 0)
            thread->sender.doomed = STATUS_CANCELLED;
        return RESULT_DONE;
    }
    sender_withdraw(&thread->sender);
    thread_return_status(thread, STATUS_CANCELLED);
    core_ready(core, thread, TURN_LAST);
    return RESULT_DONE;
}

enum thole_result op_THREAD_CANCEL(struct invocation *invocation)
{
    struct thread *thread = slot_object(invocation->target);

    if (thread->state == THREAD_CALLING)
        return cancel_call(invocation->core, thread);
    if (thread->state != THREAD_RECEIVING || thread->time == NULL)
        return RESULT_NOT_READY; /* a passive receiver has no time to be told */
    list_remove(&thread->link_receive);
    thread->receiving_on = NULL;
    thread_return_status(thread, STATUS_CANCELLED);
    core_ready(invocation->core, thread, TURN_LAST);
    return RESULT_DONE;
}

enum thole_result op_THREAD_READ_REGISTERS(struct invocation *invocation)
{
    uint64_t first = invocation->word[0];
    struct thread *thread = slot_object(invocation->target);

    if (first > FRAME_REGISTERS)
        return RESULT_BAD_ARGUMENT;
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        invocation->out[index] = arch_frame_read(&thread->frame, (unsigned)first + index);
    invocation->outs = THOLE_MESSAGE_WORDS;
    return RESULT_DONE;
}

/* --- Time ------------------------------------------------------------------------ */

enum thole_result op_SCHED_CONTEXT_CONSUMED(struct invocation *invocation)
{
    invocation->out[0] = core_consumed(invocation->core, slot_object(invocation->target));
    invocation->outs = 1;
    return RESULT_DONE;
}

enum thole_result op_SCHED_CONTROL_CONFIGURE(struct invocation *invocation)
{
    uint64_t core_number = invocation->word[1], priority = invocation->word[2];
    uint64_t budget = invocation->word[3], period = invocation->word[4];
    struct slot *slot;
    enum thole_result result = operation_slot(invocation, invocation->word[0],
                                              OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    struct sched_context *context = slot_object(slot);

    if (core_number != invocation->core->number || priority >= PRIORITY_COUNT || budget == 0 ||
        budget > period)
        return RESULT_BAD_ARGUMENT;
    if (list_linked(&context->ready))
        return RESULT_BUSY; /* its place in the ready queue is by its old priority */
    context->core = (uint8_t)core_number;
    context->priority = (uint8_t)priority;
    context->budget = budget;
    context->period = period;
    return RESULT_DONE;
}

enum thole_result op_SCHED_CONTROL_CEILING(struct invocation *invocation)
{
    uint64_t ceiling = invocation->word[1], grace = invocation->word[2];
    struct slot *slot;
    enum thole_result result =
        operation_slot(invocation, invocation->word[0], OBJECT_THREAD, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    struct thread *thread = slot_object(slot);

    if (ceiling >= PRIORITY_COUNT)
        return RESULT_BAD_ARGUMENT;
    if (thread->time != NULL && list_linked(&thread->time->ready))
        return RESULT_BUSY;
    thread->ceiling = (uint8_t)ceiling;
    thread->grace = grace;
    return RESULT_DONE;
}
