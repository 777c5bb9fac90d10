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

static enum thole_result check_part(const struct thread *caller, uint64_t index,
                                    enum thole_object type, unsigned right, struct slot **slot)
{
    enum thole_result result = operation_slot(caller, index, type, right, slot);

    return result == RESULT_DONE ? slot_check_depth(*slot) : result;
}

static enum thole_result check_optional(const struct thread *caller, uint64_t index,
                                        enum thole_object type, unsigned right, struct slot **slot)
{
    *slot = NULL;
    return index == 0 ? RESULT_DONE : check_part(caller, index, type, right, slot);
}

SELDOM enum thole_result op_THREAD_CONFIGURE(OPERATION_PARAMETERS)
{
    struct thread *thread = slot_object(target);
    struct configuration parts;
    enum thole_result result =
        check_part(caller, word0, OBJECT_CAPTABLE, RIGHT_CONTROL, &parts.captable);

    if (result == RESULT_DONE)
        result = check_part(caller, word1, OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &parts.space);
    if (result == RESULT_DONE)
        result = check_part(caller, word2, OBJECT_ENDPOINT, RIGHT_RECV, &parts.endpoint);
    if (result == RESULT_DONE)
        result = check_optional(caller, word3, OBJECT_ENDPOINT, RIGHT_SEND, &parts.fault);
    if (result == RESULT_DONE)
        result = check_optional(caller, word4, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &parts.time);
    if (result != RESULT_DONE)
        return result;
    if (thread->state != THREAD_STOPPED || thread->ending)
        return RESULT_OCCUPIED;
    thread_finish_stop(core_of(caller), thread);
    thread_unconfigure(core_of(caller), thread);
    slot_embed(&thread->captable, parts.captable, HOLDER_THREAD_CAPTABLE);
    thread_set_table(thread, &thread->captable);
    slot_embed(&thread->space, parts.space, HOLDER_THREAD_SPACE);
    sender_bind(&thread->sender, parts.endpoint, parts.time);
    if (parts.fault != NULL)
        slot_embed(&thread->fault, parts.fault, HOLDER_THREAD_FAULT);
    return RESULT_DONE;
}

/* Has it all that it needs to run? */
static bool is_configured(const struct thread *thread)
{
    const struct sched_context *time = sender_time(&thread->sender);

    return !slot_is_empty(&thread->captable) && !slot_is_empty(&thread->space) &&
           (time == NULL || sched_context_is_configured(time));
}

/* Does somebody else use the time that is bound to it? */
static bool time_is_taken(const struct thread *thread)
{
    const struct sched_context *time = sender_time(&thread->sender);

    return time != NULL && !sched_context_is_free(time) && time->thread != thread;
}

SELDOM enum thole_result op_THREAD_START(OPERATION_PARAMETERS)
{
    uint64_t pc = word0, sp = word1, tls = word2;
    struct thread *thread = slot_object(target);
    struct endpoint *endpoint = slot_object(&thread->sender.endpoint);

    if (thread->state != THREAD_STOPPED)
        return RESULT_OCCUPIED;
    if (endpoint == NULL || !is_configured(thread))
        return RESULT_NOT_READY;
    if (time_is_taken(thread))
        return RESULT_BUSY;
    if (core_has_left(core_of(caller), thread) == RESULT_MORE)
        return RESULT_MORE;
    thread_finish_stop(core_of(caller), thread);
    thread->slots = 0;
    thread_stepped(thread); /* if it ended before that was reported */
    arch_frame_init(&thread->frame, pc, sp, tls);
    thread_take_time(thread);
    endpoint_wait(core_of(caller), endpoint, thread);
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

SELDOM enum thole_result op_THREAD_CANCEL(OPERATION_PARAMETERS)
{
    struct thread *thread = slot_object(target);

    if (thread->state == THREAD_CALLING)
        return cancel_call(core_of(caller), thread);
    if (thread->state != THREAD_RECEIVING || thread->time == NULL)
        return RESULT_NOT_READY; /* a passive receiver has no time to be told */
    endpoint_receiver_leaves(thread);
    thread_return_status(thread, STATUS_CANCELLED);
    core_ready(core_of(caller), thread, TURN_LAST);
    return RESULT_DONE;
}

/*
 * While it waits in a system call, of its registers only those are kept that the call
 * keeps, and of a call the slot; and who asks for his own is in one.
 */
static uint64_t read_register(const struct thread *caller, const struct thread *thread,
                              unsigned index)
{
    bool calls = thread->state == THREAD_CALLING && thread->sender.kind == KIND_CALL;

    if (thread == caller && index >= FRAME_SCRATCH_FIRST && index <= FRAME_LOST_LAST)
        return 0;

    if (index == 0 && calls)
        return (uint32_t)thread->slots;
    if (index <= FRAME_LOST_LAST && (calls || thread->state == THREAD_RECEIVING))
        return 0;
    return arch_frame_read(&thread->frame, index);
}

SELDOM enum thole_result op_THREAD_READ_REGISTERS(OPERATION_PARAMETERS)
{
    uint64_t first = word0;
    struct thread *thread = slot_object(target);

    if (first >= FRAME_REGISTERS)
        return RESULT_BAD_ARGUMENT;
    if (core_runs_elsewhere(core_of(caller), thread))
        return RESULT_NOT_READY;
    if (core_has_left(core_of(caller), thread) == RESULT_MORE)
        return RESULT_MORE;
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        operation_outs.word[index] = read_register(caller, thread, (unsigned)first + index);
    operation_outs.count = THOLE_MESSAGE_WORDS;
    return RESULT_DONE;
}

/* May its registers be written: will the kernel not write to them itself before it runs? */
static bool is_at_rest(const struct thread *thread)
{
    switch (thread->state) {
    case THREAD_STOPPED:
        return true;
    case THREAD_READY:
        return thread_suspended(thread);
    case THREAD_CALLING:
        return thread->sender.kind == KIND_FAULT;
    default:
        return false;
    }
}

#define WRITE_REGISTERS_MAX 4

SELDOM enum thole_result op_THREAD_WRITE_REGISTERS(OPERATION_PARAMETERS)
{
    uint64_t first = word0, count = word1;
    const uint64_t value[WRITE_REGISTERS_MAX] = { word2, word3, word4, word5 };
    struct thread *thread = slot_object(target);

    if (count == 0 || count > WRITE_REGISTERS_MAX || first > FRAME_REGISTERS - count)
        return RESULT_BAD_ARGUMENT;
    if (!is_at_rest(thread))
        return RESULT_NOT_READY;
    if (core_has_left(core_of(caller), thread) == RESULT_MORE)
        return RESULT_MORE;
    for (unsigned index = 0; index < count; index++)
        arch_frame_write(&thread->frame, (unsigned)first + index, value[index]);
    return RESULT_DONE;
}

SELDOM enum thole_result op_THREAD_SUSPEND(OPERATION_PARAMETERS)
{
    struct thread *thread = slot_object(target);

    thread_suspend(core_of(caller), thread);
    return core_has_left(core_of(caller), thread);
}

SELDOM enum thole_result op_THREAD_RESUME(OPERATION_PARAMETERS)
{
    uint64_t steps = word0;
    struct thread *thread = slot_object(target);

    if (steps > 1)
        return RESULT_BAD_ARGUMENT;
    if (thread->state == THREAD_STOPPED && !is_configured(thread))
        return RESULT_NOT_READY;
    if (thread->state == THREAD_STOPPED && time_is_taken(thread))
        return RESULT_BUSY;
    if (steps != 0 && thread->state != THREAD_STOPPED && !thread_suspended(thread))
        return RESULT_NOT_READY;
    if (steps != 0 && core_has_left(core_of(caller), thread) == RESULT_MORE)
        return RESULT_MORE;
    if (steps != 0)
        thread_step(thread);
    thread_resume(core_of(caller), thread);
    return RESULT_DONE;
}

/* Is it ready, but for the period that must end first? */
static bool is_spent(const struct thread *thread)
{
    return thread->state == THREAD_READY && thread->time != NULL && !core_has(thread) &&
           !list_linked(&thread->time->ready) && deadline_pending(&thread->time->next_period);
}

static unsigned flags_of(const struct thread *thread)
{
    return (thread_suspended(thread) ? THREAD_FLAG_SUSPENDED : 0u) |
           (thread->lent ? THREAD_FLAG_LENT : 0u) |
           (thread->owes != NULL ? THREAD_FLAG_OWES : 0u) |
           (thread->sender.kind == KIND_FAULT ? THREAD_FLAG_FAULTED : 0u) |
           (thread->time != NULL ? THREAD_FLAG_HAS_TIME : 0u) |
           (is_spent(thread) ? THREAD_FLAG_SPENT : 0u);
}

SELDOM enum thole_result op_THREAD_INSPECT(OPERATION_PARAMETERS)
{
    const struct thread *thread = slot_object(target);

    operation_outs.word[0] = thread->state;
    operation_outs.word[1] = flags_of(thread);
    operation_outs.word[2] = thread->sender.ceiling;
    operation_outs.word[3] = thread->grace;
    operation_outs.word[4] = thread->state == THREAD_CALLING ? thread->sender.badge : 0;
    operation_outs.word[5] = thread->fault_word[0];
    operation_outs.count = THOLE_MESSAGE_WORDS;
    return RESULT_DONE;
}

/* --- Time ------------------------------------------------------------------------ */

/* Its time is its own to lose: nobody else runs on it now. */
static enum thole_result unbind_time(struct core *core, struct thread *thread)
{
    struct sender *sender = &thread->sender;
    const struct sched_context *time = sender_time(sender);

    if (time == NULL)
        return RESULT_EMPTY;
    if (thread->state == THREAD_CALLING && thread->time != time)
        return RESULT_BUSY;
    sender_time_removed(core, sender);
    slot_clear(&sender->time);
    return RESULT_DONE;
}

SELDOM enum thole_result op_THREAD_BIND_TIME(OPERATION_PARAMETERS)
{
    uint64_t time_index = word0;
    struct thread *thread = slot_object(target);
    struct slot *time;
    enum thole_result result;

    if (time_index == 0)
        return unbind_time(core_of(caller), thread);
    result = operation_slot(caller, time_index, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &time);
    if (result == RESULT_DONE)
        result = slot_check_depth(time);
    if (result != RESULT_DONE)
        return result;
    if (!slot_is_empty(&thread->sender.time))
        return RESULT_OCCUPIED;
    if (!sched_context_is_configured(slot_object(time)) || !thread_can_be_bound(thread))
        return RESULT_NOT_READY;
    if (!sched_context_is_free(slot_object(time)))
        return RESULT_BUSY;
    slot_embed(&thread->sender.time, time, HOLDER_SENDER_TIME);
    thread_bound(core_of(caller), thread);
    return RESULT_DONE;
}

SELDOM enum thole_result op_SCHED_CONTEXT_CONSUMED(OPERATION_PARAMETERS)
{
    struct sched_context *context = slot_object(target);
    bool configured = sched_context_is_configured(context);

    operation_outs.word[5] = configured && !core_is_spent(context) ? (uint64_t)context->remaining : 0;
    operation_outs.word[0] = sched_context_consumed(context);
    operation_outs.word[1] = context->priority;
    operation_outs.word[2] = context->budget;
    operation_outs.word[3] = context->period;
    operation_outs.word[4] = context->core;
    operation_outs.count = THOLE_MESSAGE_WORDS;
    return RESULT_DONE;
}

SELDOM enum thole_result op_SCHED_CONTROL_CONFIGURE(OPERATION_PARAMETERS)
{
    uint64_t core_number = word1, priority = word2;
    uint64_t budget = word3, period = word4;
    struct slot *slot;
    enum thole_result result = operation_slot(caller, word0,
                                              OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    struct sched_context *context = slot_object(slot);

    if (core_number >= cores_running() || priority >= PRIORITY_COUNT || budget == 0 ||
        budget > period || period > PERIOD_TICKS_MAX)
        return RESULT_BAD_ARGUMENT;
    core_number = arch_mask_index(core_number, cores_running());
    priority = arch_mask_index(priority, PRIORITY_COUNT);
    struct share share = { (uint8_t)core_number, (uint8_t)priority, budget, period };

    core_reconfigure(core_of(caller), context, &share);
    return RESULT_DONE;
}

SELDOM enum thole_result op_SCHED_CONTROL_CEILING(OPERATION_PARAMETERS)
{
    uint64_t ceiling = word1, grace = word2;
    struct slot *slot;
    enum thole_result result =
        operation_slot(caller, word0, OBJECT_THREAD, RIGHT_CONTROL, &slot);

    if (result != RESULT_DONE)
        return result;
    struct thread *thread = slot_object(slot);

    if (ceiling >= PRIORITY_COUNT || grace > PERIOD_TICKS_MAX)
        return RESULT_BAD_ARGUMENT;
    ceiling = arch_mask_index(ceiling, PRIORITY_COUNT);
    core_set_ceiling(core_of(caller), thread, (unsigned)ceiling);
    thread->grace = grace;
    return RESULT_DONE;
}
