/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system calls on an endpoint, and its queues. Each checks everything
 * first; from the first change on, nothing can fail.
 */
#include "endpoint.h"

#include "../core.h"
#include "object.h"
#include "thread.h"

/* Callers refused, or queues emptied of, in one system call. */
#define ENDPOINT_STEPS 8

void endpoint_init(struct endpoint *endpoint)
{
    list_init(&endpoint->receivers);
    list_init(&endpoint->active);
    list_init(&endpoint->events);
    list_init(&endpoint->timeless);
    list_init(&endpoint->calls);
    endpoint->home = &cores[0]; /* until another uses it */
}

static bool has_time(const struct sender *sender)
{
    if (sender->kind == KIND_FAULT)
        return thread_of_sender(sender)->time != NULL;
    return sender->kind == KIND_CALL || !slot_is_empty(&sender->time);
}

/* Whom would a sender meet? NULL: it would have to wait. */
static struct thread *waiting_receiver(const struct endpoint *endpoint, bool brings_time)
{
    const struct list *stack = &endpoint->receivers;

    if (brings_time && endpoint->warm != NULL)
        return endpoint->warm;
    if (list_empty(stack) || !brings_time)
        stack = &endpoint->active;
    return list_empty(stack) ? NULL : CONTAINER_OF(stack->next, struct thread, link_receive);
}

/* The first sender of a queue, or NULL. */
static struct sender *first_sender(const struct endpoint *endpoint, const struct list *queue)
{
    const struct list *node = queue->next;

    if (node == &endpoint->marker)
        node = node->next;
    return node == queue ? NULL : CONTAINER_OF(node, struct sender, link);
}

void endpoint_receiver_leaves(struct thread *receiver)
{
    struct endpoint *endpoint = receiver->receiving_on;

    if (endpoint->warm == receiver)
        endpoint->warm = NULL;
    else
        list_remove(&receiver->link_receive);
    receiver->receiving_on = NULL;
}

static void push_passive(struct endpoint *endpoint, struct thread *receiver)
{
    if (endpoint->warm != NULL)
        list_push_head(&endpoint->receivers, &endpoint->warm->link_receive);
    endpoint->warm = receiver;
}

/* Nor is the marker there. */
INLINED bool nobody_queued(const struct endpoint *endpoint)
{
    return list_empty(&endpoint->events) && list_empty(&endpoint->timeless) &&
           list_empty(&endpoint->calls);
}

/* The last core that used it may go on by the short ways, if they may use it at all. */
static void settle(struct core *core, struct endpoint *endpoint)
{
    endpoint->home = !endpoint->closed && nobody_queued(endpoint) ? core : NULL;
}

void endpoint_queue(struct core *core, struct endpoint *endpoint, struct sender *sender)
{
    bool brings_time = has_time(sender);
    struct thread *receiver = waiting_receiver(endpoint, brings_time);

    if (receiver != NULL) {
        endpoint_receiver_leaves(receiver);
        settle(core, endpoint);
        sender_deliver(core, sender, receiver);
        return;
    }
    endpoint->home = NULL;
    sender->state = SENDER_QUEUED;
    sender->at = endpoint;
    if (sender->kind == KIND_CALL)
        list_push_tail(&endpoint->calls, &sender->link);
    else if (brings_time)
        list_push_tail(&endpoint->events, &sender->link);
    else
        list_push_tail(&endpoint->timeless, &sender->link);
}

void endpoint_fault_stranded(struct sender *sender)
{
    list_remove(&sender->link);
    list_push_tail(&sender->at->timeless, &sender->link);
}

void endpoint_receiver_stranded(struct thread *receiver)
{
    list_remove(&receiver->link_receive);
    push_passive(receiver->receiving_on, receiver);
}

/* Whom would a receiver meet? NULL: it would have to wait. */
static struct sender *queued_sender(const struct endpoint *endpoint, bool is_active)
{
    const struct list *queue = &endpoint->events;

    if (list_empty(queue) && is_active)
        queue = &endpoint->timeless;
    if (list_empty(queue))
        queue = &endpoint->calls;
    return first_sender(endpoint, queue);
}

void endpoint_wait(struct core *core, struct endpoint *endpoint, struct thread *receiver)
{
    struct sender *sender = queued_sender(endpoint, receiver->time != NULL);

    if (sender != NULL) {
        list_remove(&sender->link);
        settle(core, endpoint);
        sender_deliver(core, sender, receiver);
        return;
    }
    receiver->state = THREAD_RECEIVING;
    receiver->receiving_on = endpoint;
    if (receiver->time != NULL)
        list_push_head(&endpoint->active, &receiver->link_receive);
    else
        push_passive(endpoint, receiver);
    settle(core, endpoint);
}

void endpoint_receiver_bound(struct core *core, struct thread *receiver)
{
    struct endpoint *endpoint = receiver->receiving_on;

    endpoint_receiver_leaves(receiver);
    endpoint_wait(core, endpoint, receiver);
}

/* --- call, try_call ----------------------------------------------------------- */

void endpoint_call(struct core *core, struct slot *slot, bool may_wait)
{
    struct thread *caller = core->current;
    struct endpoint *endpoint = slot_object(slot);
    struct sender *sender = &caller->sender;

    if (!slot_permits(slot, RIGHT_SEND)) {
        thread_return_status(caller, STATUS_NO_RIGHT);
        return;
    }
    if (endpoint->closed) {
        thread_return_status(caller, STATUS_PEER_STOPPED);
        return;
    }
    if (!may_wait && waiting_receiver(endpoint, true) == NULL) {
        thread_return_status(caller, STATUS_WOULD_WAIT);
        return;
    }
    caller->slots = frame_get(&caller->frame, 8) >> 32 << 32 | (uint32_t)frame_get(&caller->frame, 0);
    caller->state = THREAD_CALLING;
    core_unready(core, caller);
    sender->badge = slot->badge;
    sender->grant = slot_permits(slot, RIGHT_GRANT);
    endpoint_queue(core, endpoint, sender);
}

/* --- reply_recv, recv, try_recv -------------------------------------------------- */

/*
 * Before anything changes: the endpoint, or NULL with the status returned to
 * the thread.
 */
static struct endpoint *check_receive(struct thread *thread, const struct slot *slot)
{
    if (slot == NULL || slot_type(slot) != OBJECT_ENDPOINT) {
        thread_return_status(thread, STATUS_BAD_CAPABILITY);
        return NULL;
    }
    if (!slot_permits(slot, RIGHT_RECV)) {
        thread_return_status(thread, STATUS_NO_RIGHT);
        return NULL;
    }
    return slot_object(slot);
}

/* The thread owes nothing now and has only time of its own: it takes the next message. */
static void receive(struct core *core, struct endpoint *endpoint, struct thread *thread,
                    uint64_t slots)
{
    thread->slots = slots;
    core_unready(core, thread);
    endpoint_wait(core, endpoint, thread);
}

void endpoint_reply_receive(struct core *core, struct slot *slot)
{
    struct thread *thread = core->current;
    struct endpoint *endpoint = check_receive(thread, slot);

    if (endpoint == NULL)
        return;
    sender_answer(core, thread);
    receive(core, endpoint, thread, frame_get(&thread->frame, 8));
}

void endpoint_receive(struct core *core, struct slot *slot, bool may_wait)
{
    struct thread *thread = core->current;
    struct endpoint *endpoint = check_receive(thread, slot);
    uint64_t slots = frame_get(&thread->frame, 8);
    struct slot *aside = NULL;

    if (endpoint == NULL)
        return;
    if ((uint32_t)slots != 0) {
        aside = thread_slot(thread, (uint32_t)slots);
        if (aside == NULL || !slot_is_empty(aside)) {
            thread_return_status(thread, STATUS_BAD_CAPABILITY);
            return;
        }
    }
    bool keeps_time = thread->time != NULL && !thread->lent;

    /* Or who polls for an event would never get it again: it is queued when it is done. */
    if (!may_wait && keeps_time && aside == NULL && thread->owes != NULL &&
        !sender_is_thread(thread->owes))
        sender_abandon(core, thread, STATUS_ABANDONED);
    if (!may_wait && queued_sender(endpoint, keeps_time) == NULL) {
        thread_return_status(thread, STATUS_WOULD_WAIT);
        return;
    }
    if (aside != NULL)
        sender_set_aside(core, thread, aside);
    else
        sender_abandon(core, thread, STATUS_ABANDONED);
    receive(core, endpoint, thread, slots);
}

/* --- Closing and destruction ------------------------------------------------------- */

/* Refuses one queued sender of `queue`; false if it is empty. */
static bool refuse_one(struct core *core, struct endpoint *endpoint, struct list *queue,
                       enum thole_status status)
{
    struct sender *sender = first_sender(endpoint, queue);

    if (sender == NULL)
        return false;
    list_remove(&sender->link);
    sender_refuse(core, sender, status);
    return true;
}

enum thole_result endpoint_close(struct core *core, struct endpoint *endpoint)
{
    endpoint->closed = true;
    endpoint->home = NULL;
    for (unsigned step = 0; step < ENDPOINT_STEPS; step++)
        if (!refuse_one(core, endpoint, &endpoint->calls, STATUS_PEER_STOPPED))
            return RESULT_DONE;
    return RESULT_MORE;
}

/*
 * The marker steps over one caller, towards the head, who is refused if the badge
 * is his; false at the end. Who calls again stands behind where it began.
 */
static bool cancel_next(struct core *core, struct endpoint *endpoint)
{
    struct list *next = endpoint->marker.prev;
    struct sender *sender = CONTAINER_OF(next, struct sender, link);

    list_remove(&endpoint->marker);
    if (next == &endpoint->calls)
        return false;
    list_insert_after(next->prev, &endpoint->marker);
    if (sender->badge == endpoint->cancelling) {
        list_remove(&sender->link);
        sender_refuse(core, sender, STATUS_CANCELLED);
    }
    return true;
}

enum thole_result endpoint_cancel_badge(struct core *core, struct endpoint *endpoint,
                                        uint64_t badge)
{
    if (!list_linked(&endpoint->marker)) {
        endpoint->cancelling = badge;
        endpoint->home = NULL;
        list_push_tail(&endpoint->calls, &endpoint->marker);
    }
    for (unsigned step = 0; step < ENDPOINT_STEPS; step++)
        if (!cancel_next(core, endpoint))
            return endpoint->cancelling == badge ? RESULT_DONE : RESULT_MORE;
    return RESULT_MORE;
}

void endpoint_open(struct endpoint *endpoint)
{
    endpoint->closed = false;
}

void endpoint_destroy(struct endpoint *endpoint)
{
    if (nobody_queued(endpoint) && waiting_receiver(endpoint, true) == NULL)
        return; /* there is nobody who must be told */
    endpoint->closed = true;
    endpoint->home = NULL;
    dying_add(&endpoint->dying);
}

static bool dismiss_receiver(struct core *core, struct endpoint *endpoint)
{
    struct thread *receiver = waiting_receiver(endpoint, true);

    if (receiver == NULL)
        return false;
    endpoint_receiver_leaves(receiver);
    thread_return_status(receiver, STATUS_BAD_CAPABILITY);
    receiver->state = THREAD_STOPPED;
    if (receiver->time != NULL)
        core_ready(core, receiver, TURN_LAST);
    return true;
}

enum thole_result endpoint_dying_step(struct core *core, struct dying *object)
{
    struct endpoint *endpoint = CONTAINER_OF(object, struct endpoint, dying);

    if (refuse_one(core, endpoint, &endpoint->calls, STATUS_PEER_DIED) ||
        refuse_one(core, endpoint, &endpoint->events, STATUS_PEER_DIED) ||
        refuse_one(core, endpoint, &endpoint->timeless, STATUS_PEER_DIED) ||
        dismiss_receiver(core, endpoint))
        return RESULT_MORE;
    return RESULT_DONE;
}
