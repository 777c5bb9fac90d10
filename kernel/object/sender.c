/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one delivery function and the ways a service ends. Time moves here and
 * nowhere else: lent at delivery to a receiver that has none, home at the end.
 */
#include "sender.h"

#include "../core.h"
#include "endpoint.h"
#include "event_object.h"
#include "object.h"
#include "thread.h"

void sender_init(struct sender *sender, enum thole_kind kind)
{
    sender->kind = (uint8_t)kind;
    sender->flags = kind == KIND_CALL ? 0 : SENDER_EVENT;
}

void sender_set_kind(struct sender *sender, enum thole_kind kind)
{
    sender->kind = (uint8_t)kind;
    sender->flags &= (uint8_t)~SENDER_FAULTED;
    if (kind == KIND_FAULT)
        sender->flags |= SENDER_FAULTED;
}

void sender_bind(struct sender *sender, struct slot *endpoint, struct slot *time)
{
    slot_embed(&sender->endpoint, endpoint, HOLDER_SENDER_ENDPOINT);
    sender->badge = endpoint->badge;
    if (time != NULL)
        slot_embed(&sender->time, time, HOLDER_SENDER_TIME);
}

/* --- Firing ------------------------------------------------------------------ */

void sender_fire(struct core *core, struct sender *sender)
{
    struct endpoint *endpoint = slot_object(&sender->endpoint);
    struct sched_context *time = sender_time(sender);

    if (sender->state != SENDER_IDLE || endpoint == NULL) {
        sender->fired_again = 1;
        return;
    }
    if (time != NULL && (!sched_context_is_free(time) || core_waits_for_period(core, time))) {
        sender->state = SENDER_WAITS_TIME;
        list_push_tail(&time->waiting, &sender->link);
        if (time->event != NULL)
            time->event->awaited = 1;
        return;
    }
    if (time != NULL) {
        time->event = sender;
        sender->awaited = !list_empty(&time->waiting);
    }
    endpoint_queue(core, endpoint, sender);
}

void sender_refire(struct core *core, struct sender *sender)
{
    if (sender->fired_again == 0 || sender->state != SENDER_IDLE)
        return;
    sender->fired_again = 0;
    sender_fire(core, sender);
}

/* --- Delivery ---------------------------------------------------------------- */

static void lend_time(struct sender *sender, struct thread *receiver)
{
    struct sched_context *time;

    if (sender_is_thread(sender)) {
        time = thread_of_sender(sender)->time;
        thread_of_sender(sender)->time = NULL;
    } else {
        time = sender_time(sender);
    }
    ASSERT(time != NULL);
    time->thread = receiver;
    receiver->time = time;
    receiver->lent = true;
}

/*
 * A capability offered in the last word arrives as a child in the slot that
 * the receiver named. Returns the tag's bit; in all cases the word reads 0.
 */
static uint64_t transfer(const struct thread *from, bool may_grant, struct thread *to)
{
    struct slot *source = thread_slot(from, frame_get(&from->frame, 7));
    struct slot *target = thread_arrival(to) != 0 ? thread_slot(to, thread_arrival(to)) : NULL;
    struct copied copied;

    frame_set(&to->frame, 7, 0);
    if (!may_grant || source == NULL || slot_is_empty(source) || target == NULL ||
        !slot_is_empty(target) ||
        slot_check_copy(source, slot_rights(source), 0, &copied) != RESULT_DONE)
        return 0;
    slot_fill_child(target, source, copied.object, copied.badge, 0);
    return THOLE_TAG_CAP;
}

/* Six words and the tag from one thread's message registers to another's. */
static void copy_message(const struct thread *from, bool may_grant, struct thread *to,
                         enum thole_kind kind)
{
    uint64_t tag = frame_get(&from->frame, 1);
    uint64_t kept = tag & (UINT64_MAX << THOLE_TAG_LABEL_SHIFT | THOLE_TAG_WORDS_MASK);

    for (unsigned index = 2; index < 2 + THOLE_MESSAGE_WORDS; index++)
        frame_set(&to->frame, index, frame_get(&from->frame, index));
    if ((tag & THOLE_TAG_CAP) != 0)
        kept |= transfer(from, may_grant, to);
    thread_return(to, STATUS_OK, kept | (uint64_t)kind << THOLE_TAG_KIND_SHIFT);
}

static void write_event(struct sender *sender, struct thread *to)
{
    uint64_t *word = frame_words(&to->frame);

#pragma GCC unroll 6
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        word[index] = 0;
    unsigned count = event_words(sender, word);

    thread_return(to, STATUS_OK,
                  thole_tag(0, count) | (uint64_t)sender->kind << THOLE_TAG_KIND_SHIFT);
}

void sender_deliver(struct core *core, struct sender *sender, struct thread *receiver)
{
    enum turn turn = TURN_LAST;

    sender->state = SENDER_IN_SERVICE;
    sender->fired_again = 0; /* what was merged until now is told with this message */
    sender->at = NULL;
    sender->servant = receiver;
    receiver->owes = sender;
    receiver->bereft = false;
    if (receiver->time == NULL) {
        lend_time(sender, receiver);
        turn = TURN_NEXT;
    }
    if (sender->kind == KIND_CALL)
        copy_message(thread_of_sender(sender), sender->grant != 0, receiver, KIND_CALL);
    else
        write_event(sender, receiver);
    frame_set(&receiver->frame, 8, sender->badge);
    core_ready(core, receiver, turn);
}

/* --- The end of a service ------------------------------------------------------ */

/* The servant has no message any more; what it was lent goes back exactly one link. */
static struct sender *detach(struct core *core, struct thread *servant)
{
    struct sender *sender = servant->owes;
    struct sched_context *time = servant->time;

    servant->owes = NULL;
    servant->bereft = false;
    if (sender != NULL)
        sender->servant = NULL;
    if (!servant->lent)
        return sender;
    core_unready(core, servant);
    servant->lent = false;
    servant->time = NULL;
    time->thread = NULL;
    if (sender != NULL && sender_is_thread(sender)) {
        time->thread = thread_of_sender(sender);
        thread_of_sender(sender)->time = time;
    } else if (time->event == NULL) {
        sched_context_release(core, time); /* whose time it was has died meanwhile */
    }
    sched_context_returned(core, time);
    return sender;
}

static void finish_event(struct core *core, struct sender *sender, const struct thread *servant)
{
    struct sched_context *time = sender_time(sender);

    sender->state = SENDER_IDLE;
    sender->doomed = 0;
    sender->awaited = 0;
    event_finished(core, sender, servant);
    if (time != NULL && time->event == sender) {
        time->event = NULL;
        if (time->thread == NULL)
            sched_context_release(core, time);
    }
    sender_refire(core, sender);
}

static void finish_fault(struct core *core, struct thread *thread, const struct thread *servant)
{
    uint32_t label = THOLE_FAULT_STOP;

    if (servant != NULL)
        label = thole_tag_label(frame_get(&servant->frame, 1));
    sender_set_kind(&thread->sender, KIND_CALL);
    if (label != THOLE_FAULT_RESUME && label != THOLE_FAULT_STEP) {
        thread_stop(thread);
        return;
    }
    if (label == THOLE_FAULT_STEP)
        thread_step(thread);
    if (thread->fault_word[0] == FAULT_TIMEOUT)
        core_ready_later(core, thread);
    else
        core_ready(core, thread, TURN_NEXT);
}

/*
 * The sender is in no list and owed by nobody. `servant` has the answer in its
 * message registers; NULL: there is none, and callers get `status`.
 */
static void finish(struct core *core, struct sender *sender, const struct thread *servant,
                   enum thole_status status)
{
    struct thread *caller;

    if (sender->doomed != 0) {
        servant = NULL;
        status = (enum thole_status)sender->doomed;
    }
    if (!sender_is_thread(sender)) {
        finish_event(core, sender, servant);
        return;
    }
    caller = thread_of_sender(sender);
    sender->state = SENDER_IDLE;
    sender->doomed = 0;
    if (sender->kind == KIND_FAULT) {
        finish_fault(core, caller, servant);
        return;
    }
    if (servant != NULL) {
        copy_message(servant, true, caller, KIND_ANSWER);
        frame_set(&caller->frame, 8, 0);
    } else {
        thread_return_status(caller, status);
    }
    core_ready(core, caller, servant != NULL ? TURN_NEXT : TURN_LAST);
}

void sender_answer(struct core *core, struct thread *servant)
{
    struct sender *sender = detach(core, servant);

    if (sender != NULL)
        finish(core, sender, servant, STATUS_OK);
}

void sender_abandon(struct core *core, struct thread *servant, enum thole_status status)
{
    struct sender *sender = detach(core, servant);

    if (sender != NULL)
        finish(core, sender, NULL, status);
}

void sender_refuse(struct core *core, struct sender *sender, enum thole_status status)
{
    ASSERT(!list_linked(&sender->link) && sender->servant == NULL && sender->reply == NULL);
    sender->at = NULL;
    finish(core, sender, NULL, status);
}

/* --- Replies set aside ------------------------------------------------------------ */

static struct sender *reply_sender(const struct slot *slot)
{
    return (struct sender *)(uintptr_t)slot->badge;
}

void sender_set_aside(struct core *core, struct thread *servant, struct slot *empty)
{
    bool bereft = servant->bereft;
    struct sender *sender = detach(core, servant);

    if (sender == NULL && !bereft)
        return; /* nothing was owed */
    if (sender != NULL && sender->doomed != 0) {
        finish(core, sender, NULL, STATUS_PEER_DIED);
        sender = NULL;
    }
    if (sender != NULL) {
        sender->state = SENDER_ASIDE;
        sender->reply = empty;
    }
    /* Also for a sender that is gone: the answer to it is dropped, not refused. */
    slot_fill_root(empty, slot_word_of_object(NULL, OBJECT_REPLY, RIGHT_CONTROL),
                   (uintptr_t)sender, 0);
}

void sender_answer_aside(struct core *core, struct slot *slot, struct thread *servant)
{
    struct sender *sender = reply_sender(slot);

    slot_clear(slot);
    if (sender == NULL)
        return; /* the caller is gone: its answer is dropped */
    sender->reply = NULL;
    finish(core, sender, servant, STATUS_OK);
}

void sender_reply_deleted(struct core *core, struct slot *slot)
{
    struct sender *sender = reply_sender(slot);

    if (sender == NULL)
        return;
    slot->badge = 0;
    sender->reply = NULL;
    sender_refuse(core, sender, STATUS_PEER_DIED);
}

void reply_moved(struct slot *slot)
{
    struct sender *sender = reply_sender(slot);

    if (sender != NULL)
        sender->reply = slot;
}

/* --- Going away ---------------------------------------------------------------------- */

void sender_withdraw(struct sender *sender)
{
    if (list_linked(&sender->link))
        list_remove(&sender->link);
    if (sender->servant != NULL) {
        sender->servant->owes = NULL;
        sender->servant->bereft = true;
    }
    if (sender->reply != NULL)
        sender->reply->badge = 0;
    sender->servant = NULL;
    sender->reply = NULL;
    sender->at = NULL;
    sender->state = SENDER_IDLE;
    sender->doomed = 0;
}

/* An event has no SchedContext of its own any more. */
static void unbind_time(struct core *core, struct sender *sender)
{
    struct sched_context *time = sender_time(sender);

    if (time == NULL)
        return;
    slot_clear(&sender->time);
    if (!sender_is_thread(sender))
        event_bound(sender);
    if (time->event != sender)
        return;
    time->event = NULL;
    if (time->thread == NULL)
        sched_context_release(core, time);
}

/* A fired event waits nowhere: it is to fire again. */
static void stop_waiting(struct sender *sender)
{
    if (!list_linked(&sender->link))
        return;
    list_remove(&sender->link);
    sender->at = NULL;
    sender->state = SENDER_IDLE;
    sender->awaited = 0;
    sender->fired_again = 1;
}

void sender_recall(struct core *core, struct sender *sender)
{
    struct sched_context *time = sender_time(sender);

    stop_waiting(sender);
    sender->fired_again = 0;
    if (sender->state != SENDER_IDLE || time == NULL || time->event != sender)
        return;
    time->event = NULL;
    sched_context_release(core, time);
}

void sender_time_removed(struct core *core, struct sender *sender)
{
    if (sender_is_thread(sender)) {
        struct thread *thread = thread_of_sender(sender);

        if (thread->time == sender_time(sender) && !thread->lent)
            thread_strand(core, thread);
        return;
    }
    stop_waiting(sender);
    unbind_time(core, sender);
    sender_refire(core, sender); /* goes on without time */
}

/* The binding is a whole: without endpoint there is no time either, until the next BIND. */
void sender_endpoint_removed(struct core *core, struct sender *sender)
{
    if (sender_is_thread(sender))
        return;
    stop_waiting(sender);
    unbind_time(core, sender);
}

void sender_destroy(struct core *core, struct sender *sender)
{
    sender_withdraw(sender);
    unbind_time(core, sender);
    if (!slot_is_empty(&sender->endpoint))
        slot_clear(&sender->endpoint);
}
