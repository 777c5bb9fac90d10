/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, endpoints, time and the scheduler: everything is in exactly one
 * place, and every link is answered by its other end.
 */
#include "invariants.h"

#include <string.h>

static bool in_list(const struct list *head, const struct list *node)
{
    for (const struct list *each = head->next; each != head; each = each->next)
        if (each == node)
            return true;
    return false;
}

static void check_list(const struct list *head)
{
    const struct list *each = head;

    do {
        REQUIRE(each->next->prev == each, "a list is broken");
        each = each->next;
    } while (each != head);
}

/* --- Senders ------------------------------------------------------------------ */

bool known_sender(struct sender *sender)
{
    switch (sender->kind) {
    case KIND_CALL:
    case KIND_FAULT:
        return known_object(OBJECT_THREAD, thread_of_sender(sender)) != NULL;
    case KIND_INTERRUPT:
        return known_object(OBJECT_INTERRUPT, sender) != NULL;
    case KIND_TIMER:
        return known_object(OBJECT_TIMER, sender) != NULL;
    case KIND_SIGNAL:
        return known_object(OBJECT_NOTIFICATION, sender) != NULL;
    default:
        return false;
    }
}

static void check_queued(const struct sender *sender)
{
    struct endpoint *at = sender->at;
    bool has_time = sender_is_thread(sender) ? thread_of_sender(sender)->time != NULL
                                             : !slot_is_empty(&sender->time);
    const struct list *queue = sender->kind == KIND_CALL ? &at->calls
                               : has_time                ? &at->events
                                                         : &at->timeless;

    REQUIRE(sender->kind != KIND_CALL || has_time, "a caller without time is queued");
    REQUIRE(at != NULL && (known_object(OBJECT_ENDPOINT, at) != NULL || dying_any()),
            "a sender is queued at no endpoint");
    REQUIRE(in_list(queue, &sender->link), "a sender is not in the queue that its state says");
}

static void check_sender(struct sender *sender)
{
    bool linked = list_linked(&sender->link), serving = sender->servant != NULL;
    bool aside = sender->reply != NULL;

    REQUIRE(linked == (sender->state == SENDER_QUEUED || sender->state == SENDER_WAITS_TIME),
            "a sender's link and its state differ");
    REQUIRE(serving == (sender->state == SENDER_IN_SERVICE), "in service, or not?");
    REQUIRE(aside == (sender->state == SENDER_ASIDE), "set aside, or not?");
    REQUIRE((sender->at != NULL) == (sender->state == SENDER_QUEUED), "queued, or not?");
    if (sender->state == SENDER_QUEUED)
        check_queued(sender);
    if (serving) {
        REQUIRE(known_object(OBJECT_THREAD, sender->servant) != NULL, "the servant is gone");
        REQUIRE(sender->servant->owes == sender, "the servant knows nothing of it");
    }
    if (aside) {
        REQUIRE(slot_type(sender->reply) == OBJECT_REPLY, "its Reply is something else");
        REQUIRE(sender->reply->badge == (uintptr_t)sender, "its Reply stands for another");
    }
    if (sender->doomed != 0)
        REQUIRE(serving || aside, "doomed, and waits for nothing");
}

/* It was kicked: what is to be done there is done in its next event. */
static bool core_is_told(const struct core *core)
{
    return sim.kicked[core->number];
}

/* There are more who stopped than an event could deal with: a core's timer comes for them. */
static bool stopping_goes_on(void)
{
    for (unsigned number = 0; number < core_count; number++) {
        uint64_t timer = number == sim.here ? sim.timer : sim.other[number].timer;

        if (timer <= sim.now + cores[number].deadlines.pause_least)
            return threads_stopping();
    }
    return false;
}

/* --- Threads --------------------------------------------------------------------- */

static void check_time_of(const struct thread *thread)
{
    const struct core *where = core_has(thread) ? &cores[thread->loaded_on] : NULL;
    bool is_current = where != NULL && where->current == thread;
    bool displaced = where != NULL && where->current == NULL;
    bool ready = thread->state == THREAD_READY;

    if (thread->time != NULL) {
        REQUIRE(known_object(OBJECT_SCHED_CONTEXT, thread->time) != NULL, "its time is gone");
        REQUIRE(thread->time->thread == thread, "its time is somebody else's");
        bool spent = ready && deadline_pending(&thread->time->next_period);

        REQUIRE(list_linked(&thread->time->ready) ==
                    (ready && !is_current && !thread_suspended(thread) && !spent && !displaced),
                "ready and in the ready queue differ");
        REQUIRE(!spent || (!thread_suspended(thread) && thread->time->remaining <= 0),
                "waits for a period, and need not");
    }
    REQUIRE(!is_current || !thread_suspended(thread), "runs and is suspended");
    REQUIRE(!ready || thread->time != NULL, "ready without time");
    REQUIRE(ready || !is_current, "runs and is not ready");
    if (thread->lent && thread->time == NULL)
        REQUIRE(thread->sender.state == SENDER_IN_SERVICE, "what it was lent is nowhere");
}

static void check_thread(struct thread *thread)
{
    bool receiving = thread->state == THREAD_RECEIVING;
    bool calling = thread->state == THREAD_CALLING;

    check_sender(&thread->sender);
    check_time_of(thread);
    REQUIRE(thread->zero == 0, "what is written with `owes` is not 0");
    REQUIRE(calling == (thread->sender.state != SENDER_IDLE), "calls, or not?");
    REQUIRE(!calling || thread->sender.state != SENDER_WAITS_TIME, "a thread waits for time");
    bool warm = receiving && thread->receiving_on->warm == thread;

    REQUIRE(!warm || (thread->time == NULL && !list_linked(&thread->link_receive)),
            "is the warmest receiver, and in a list, or has time");
    REQUIRE(receiving == (warm || list_linked(&thread->link_receive)) ||
                (thread->state == THREAD_STOPPED && stopping_goes_on()),
            "receives, or not?");
    if (receiving) {
        REQUIRE(known_object(OBJECT_ENDPOINT, thread->receiving_on) != NULL || dying_any(),
                "receives on an endpoint that is gone");
        REQUIRE(warm || in_list(thread->time != NULL ? &thread->receiving_on->active
                                             : &thread->receiving_on->receivers,
                        &thread->link_receive),
                "is not among the receivers");
        REQUIRE(thread->owes == NULL && !thread->lent, "receives, and still owes");
    }
    REQUIRE(thread->state != THREAD_STRANDED || thread->time == NULL, "stranded with time");
    REQUIRE(calling || thread->sender.kind == KIND_CALL || thread->state == THREAD_STOPPED,
            "a fault that is over has left its mark");
    if (thread->owes != NULL) {
        REQUIRE(known_sender(thread->owes), "owes to somebody who is gone");
        REQUIRE(thread->owes->servant == thread, "owes what is not its to answer");
    }
}

/* --- Endpoints ------------------------------------------------------------------- */

#define MEMBER(node, type, member) CONTAINER_OF((struct list *)(uintptr_t)(node), type, member)

static void check_queue(struct endpoint *endpoint, const struct list *queue)
{
    check_list(queue);
    for (const struct list *each = queue->next; each != queue; each = each->next) {
        if (each == &endpoint->marker && queue == &endpoint->calls)
            continue;
        struct sender *sender = MEMBER(each, struct sender, link);

        REQUIRE(known_sender(sender), "a queue holds a sender that is gone");
        REQUIRE(sender->state == SENDER_QUEUED && sender->at == endpoint, "queued elsewhere");
    }
}

static void check_receivers(const struct endpoint *endpoint, const struct list *stack)
{
    check_list(stack);
    for (const struct list *each = stack->next; each != stack; each = each->next) {
        struct thread *thread = MEMBER(each, struct thread, link_receive);

        REQUIRE(known_object(OBJECT_THREAD, thread) != NULL, "a receiver that is gone");
        REQUIRE(thread->receiving_on == endpoint, "a receiver of another endpoint");
        REQUIRE((thread->time != NULL) == (stack == &endpoint->active), "active, or passive?");
    }
}

static void check_endpoint(struct endpoint *endpoint)
{
    check_queue(endpoint, &endpoint->calls);
    check_queue(endpoint, &endpoint->events);
    check_queue(endpoint, &endpoint->timeless);
    check_receivers(endpoint, &endpoint->receivers);
    check_receivers(endpoint, &endpoint->active);
    if (endpoint->warm != NULL)
        REQUIRE(known_object(OBJECT_THREAD, endpoint->warm) != NULL &&
                    endpoint->warm->state == THREAD_RECEIVING &&
                    endpoint->warm->receiving_on == endpoint,
                "the warmest receiver does not wait here");
    if (endpoint->home != NULL)
        REQUIRE(!endpoint->closed && list_empty(&endpoint->calls) && list_empty(&endpoint->events) &&
                    list_empty(&endpoint->timeless),
                "a core may use it, and there is more to do than that");
    if (endpoint->warm != NULL || !list_empty(&endpoint->receivers) || !list_empty(&endpoint->active))
        REQUIRE((list_empty(&endpoint->calls) || (endpoint->calls.next == &endpoint->marker &&
                                                  endpoint->calls.prev == &endpoint->marker)) &&
                    list_empty(&endpoint->events),
                "a receiver and a sender wait for each other");
    if (!list_empty(&endpoint->active))
        REQUIRE(list_empty(&endpoint->timeless), "a receiver with time and an event wait");
}

/* --- Time -------------------------------------------------------------------------- */

static void check_sched_context(struct sched_context *time)
{
    check_list(&time->waiting);
    if (time->thread != NULL) {
        REQUIRE(known_object(OBJECT_THREAD, time->thread) != NULL, "whose thread is gone");
        REQUIRE(time->thread->time == time, "whose thread has other time");
    }
    if (time->event != NULL) {
        REQUIRE(known_sender(time->event), "whose event is gone");
        REQUIRE(sender_time(time->event) == time, "whose event is bound to other time");
        REQUIRE(time->event->state == SENDER_QUEUED || time->event->state == SENDER_IN_SERVICE ||
                    time->event->state == SENDER_ASIDE, "reserved for nothing");
    }
    if (list_linked(&time->dying_ring))
        REQUIRE(time->thread != NULL && time->thread->lent, "dying, and not lent");
    else
        REQUIRE(slot_is_empty(&time->dying), "has a dying capability and is not dying");
    if (sched_context_is_free(time))
        REQUIRE(list_empty(&time->waiting) || deadline_pending(&time->next_period),
                "free time, and an event waits for it");
    REQUIRE(!deadline_pending(&time->next_period) || time->remaining <= 0,
            "a period's end is waited for, and there is time");
    REQUIRE(!list_linked(&time->ready) || (time->thread != NULL), "ready without a thread");
    for (struct list *each = time->waiting.next; each != &time->waiting; each = each->next) {
        struct sender *sender = CONTAINER_OF(each, struct sender, link);

        REQUIRE(known_sender(sender) && sender->state == SENDER_WAITS_TIME &&
                    sender_time(sender) == time, "something else waits for time");
    }
}

static void check_level(const struct core *core, unsigned level)
{
    const struct list *queue = &core->ready[level];

    check_list(queue);
    REQUIRE((core->ready_levels >> level & 1) == !list_empty(queue),
            "the ready bitmap and the queues differ");
    for (const struct list *each = queue->next; each != queue; each = each->next) {
        struct sched_context *time = MEMBER(each, struct sched_context, ready);

        REQUIRE(known_object(OBJECT_SCHED_CONTEXT, time) != NULL, "ready time that is gone");
        REQUIRE(time->thread != NULL && time->thread->state == THREAD_READY,
                "whose thread is not ready");
        REQUIRE(time->level == level && core_priority(time->thread) == level,
                "ready in the wrong place");
    }
}

/* What the core says it has is what the machine has. */
static void check_loaded(const struct core *core)
{
    const struct sim_core mine = { .frame = sim.frame, .fp_open = sim.fp_open, .root = sim.root };
    uint64_t space = core->space;
    const void *root = space != 0 ? arch_kernel_address((paddr_t){ space << 16 >> 16 }) : NULL;
    const struct sim_core *machine = core->number == sim.here ? &mine : &sim.other[core->number];
    const struct thread *thread = core->loaded;

    REQUIRE(machine->root == root, "a core has another address space than it says");
    if (thread == NULL) {
        REQUIRE(machine->frame == NULL && space == 0 && !machine->fp_open,
                "an idle core has a thread");
        return;
    }
    REQUIRE(known_object(OBJECT_THREAD, thread) != NULL, "a core has a thread that is gone");
    REQUIRE(thread->loaded_on == core->number, "a core has a thread that is not there");
    REQUIRE(machine->frame == &thread->frame, "a core has other registers than it says");
    REQUIRE(machine->fp_open == (thread->sender.fp_turns != 0),
            "a core has FP/SIMD registers open otherwise than it says");
    REQUIRE(core->current == thread || (core->current == NULL && core_is_told(core)),
            "a core has a thread that does not run");
}

static void check_core(const struct core *core)
{
    const struct thread *current = core->current;

    for (unsigned level = 0; level < PRIORITY_COUNT; level++)
        check_level(core, level);
    check_loaded(core);
    const struct interrupt_taken took = interrupt_taken(core->number);

    REQUIRE(memcmp(&core->took, &took, sizeof(took)) == 0, "what its lines look like has changed");
    REQUIRE(core->interrupted == NULL, "somebody who was interrupted is in no queue");
    if (current == NULL) {
        REQUIRE(core_is_told(core) || core->ready_levels == 0, "something is ready, and nobody runs");
        return;
    }
    REQUIRE(known_object(OBJECT_THREAD, current) != NULL, "who runs is gone");
    REQUIRE(current->time->core == core->number, "runs on time of another core");
    REQUIRE(current->state == THREAD_READY && current->time != NULL, "who runs cannot");
    REQUIRE(core_is_told(core) || core->ready_levels == 0 ||
                63 - (unsigned)__builtin_clzll(core->ready_levels) <= core_priority(current),
            "something more urgent is ready");
    REQUIRE(core->loaded == current, "who runs is not loaded");
    struct address_space_root space = address_space_of(&current->space);

    REQUIRE(core->space == (space.root != NULL ? arch_space_word(space.root, space.asid) : 0) ||
                core_is_told(core),
            "another address space is loaded");
    REQUIRE(core->running == current->time, "time is accounted to somebody else");
}

void threads_check(void)
{
    for (unsigned index = 0; index < known.objects; index++) {
        void *object = known.object[index].object;

        switch (known.object[index].type) {
        case OBJECT_THREAD:
            check_thread(object);
            break;
        case OBJECT_ENDPOINT:
            check_endpoint(object);
            break;
        case OBJECT_SCHED_CONTEXT:
            check_sched_context(object);
            break;
        case OBJECT_INTERRUPT:
        case OBJECT_TIMER:
        case OBJECT_NOTIFICATION:
            check_sender(object); /* their first member */
            break;
        default:
            break;
        }
    }
    for (unsigned number = 0; number < core_count; number++)
        check_core(&cores[number]);
}
