/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: how a system call returns, faults, and the end of a thread in
 * whatever state it is.
 */
#include "thread.h"

#include "../core.h"
#include "../print.h"
#include "address_space.h"
#include "endpoint.h"

void thread_init(struct thread *thread)
{
    sender_init(&thread->sender, KIND_CALL);
    thread->sender.flags |= SENDER_UNMAPPED;
    thread->state = THREAD_STOPPED;
    thread_set_table(thread, NULL);
}

void thread_set_table(struct thread *thread, const struct slot *slot)
{
    static struct slot none; /* stays empty: nothing is ever put into a slot 0 */

    thread->table = slot != NULL ? slot_object(slot) : &none;
    thread->table_last = slot != NULL ? (1ULL << slot_size_bits(slot)) - 1 : 0;
}

void thread_return_status(struct thread *thread, enum thole_status status)
{
    thread_return_nothing(thread, status, 0);
}

void thread_take_time(struct thread *thread)
{
    struct sched_context *time = sender_time(&thread->sender);

    if (time == NULL || thread->time != NULL || !sched_context_is_free(time))
        return;
    deadline_remove(&time->next_period); /* what waited for that waits for the thread now */
    thread->time = time;
    time->thread = thread;
}

bool thread_can_be_bound(const struct thread *thread)
{
    return !thread->ending &&
           (thread->state == THREAD_STOPPED || thread->state == THREAD_STRANDED ||
            (thread->state == THREAD_RECEIVING && thread->time == NULL));
}

void thread_bound(struct core *core, struct thread *thread)
{
    if (thread->state == THREAD_STOPPED)
        return;
    thread_take_time(thread);
    if (thread->state == THREAD_STRANDED)
        core_ready(core, thread, TURN_LAST);
    else
        endpoint_receiver_bound(core, thread);
}

void thread_suspend(struct core *core, struct thread *thread)
{
    thread->sender.flags |= SENDER_SUSPENDED;
    if (thread->state == THREAD_READY)
        core_unready(core, thread);
}

void thread_resume(struct core *core, struct thread *thread)
{
    bool held = thread_suspended(thread) && thread->state == THREAD_READY;

    thread->sender.flags &= (uint8_t)~SENDER_SUSPENDED;
    if (thread->state == THREAD_STOPPED) {
        thread_finish_stop(core, thread);
        thread_take_time(thread);
    }
    if (held || thread->state == THREAD_STOPPED)
        core_ready(core, thread, TURN_LAST);
}

/* Nobody supervises init: its last words, and a new start. */
static _Noreturn void end_machine(const uint64_t word[5])
{
    kernel_print("\ninit: panic: fault %lu (abi.h, THOLE_FAULTS), address %lx, syndrome %lx, "
                 "pc %lx, sp %lx\n", word[0], word[1], word[2], word[3], word[4]);
    arch_reset();
}

void thread_timeout(struct core *core, uint64_t ticks)
{
    const struct frame *frame = &core->current->frame;
    uint64_t word[5] = { FAULT_TIMEOUT, ticks, 0, arch_frame_read(frame, FRAME_PC),
                         arch_frame_read(frame, FRAME_SP) };

    thread_fault(core, word);
}

#define STOPS_AN_EVENT 4

struct list threads_stopped;

void threads_start(void)
{
    list_init(&threads_stopped);
}

void thread_stop(struct thread *thread)
{
    thread->state = THREAD_STOPPED;
    if (!list_linked(&thread->link_receive))
        list_push_tail(&threads_stopped, &thread->link_receive);
}

void thread_finish_stop(struct core *core, struct thread *thread)
{
    if (!list_linked(&thread->link_receive))
        return;
    list_remove(&thread->link_receive);
    sender_abandon(core, thread, STATUS_PEER_DIED);
}

RARE bool threads_finish_stopping(struct core *core)
{
    for (unsigned count = 0; count < STOPS_AN_EVENT && threads_stopping(); count++)
        thread_finish_stop(core, CONTAINER_OF(threads_stopped.next, struct thread, link_receive));
    return threads_stopping();
}

void thread_fault(struct core *core, const uint64_t word[5])
{
    struct thread *thread = core->current;
    struct endpoint *endpoint = slot_object(&thread->fault);

    if (thread->vital)
        end_machine(word);
    core_unready(core, thread);
    for (unsigned index = 0; index < 3; index++)
        thread->fault_word[index] = word[index];
    if (endpoint == NULL || endpoint->closed) {
        thread_stop(thread);
        return;
    }
    thread->state = THREAD_CALLING;
    sender_set_kind(&thread->sender, KIND_FAULT);
    thread->sender.badge = thread->fault.badge;
    endpoint_queue(core, endpoint, &thread->sender);
}

void thread_step(struct thread *thread)
{
    thread->sender.flags |= SENDER_STEPPED;
    arch_frame_step(&thread->frame);
}

void thread_stepped(struct thread *thread)
{
    thread->sender.flags &= (uint8_t)~SENDER_STEPPED;
}

uint64_t thread_space(struct thread *thread)
{
    if ((thread->sender.flags & SENDER_UNMAPPED) == 0)
        return thread->space_word;
    struct address_space_root space = address_space_of(&thread->space);

    if (space.root == NULL)
        return 0;
    thread->space_word = arch_space_word(space.root, space.asid);
    thread->sender.flags &= (uint8_t)~SENDER_UNMAPPED;
    return thread->space_word;
}

void thread_space_changed(struct core *core, struct thread *thread)
{
    thread->sender.flags |= SENDER_UNMAPPED;
    thread->space_word = 0;
    core_reload(core, thread);
}

SELDOM void thread_strand(struct core *core, struct thread *thread)
{
    struct sched_context *time = thread->time;

    core_unready(core, thread);
    thread->time = NULL;
    time->thread = NULL;
    if (thread->state == THREAD_READY) {
        thread->state = THREAD_STRANDED;
    } else if (thread->state == THREAD_RECEIVING) {
        endpoint_receiver_stranded(thread);
    } else if (thread->sender.state == SENDER_QUEUED && thread->sender.kind == KIND_FAULT) {
        endpoint_fault_stranded(&thread->sender);
    } else if (thread->sender.state == SENDER_QUEUED) {
        sender_withdraw(&thread->sender); /* nobody could serve it without time */
        thread_return_status(thread, STATUS_CANCELLED);
        thread->state = THREAD_STRANDED;
    }
    if (time->event == NULL)
        sched_context_release(core, time);
}

/*
 * In a chain A -> this -> C with lent time: A's answer now waits for C, who
 * never notices; it will be `peer died`, and brings A its time.
 */
static void bridge_chain(struct thread *thread)
{
    struct thread *servant = thread->sender.servant;
    struct sender *upstream = thread->owes;

    if (servant == NULL || !servant->lent || upstream == NULL || !thread->lent)
        return;
    servant->owes = upstream;
    upstream->servant = servant;
    upstream->doomed = STATUS_PEER_DIED;
    thread->sender.servant = NULL;
    thread->owes = NULL;
    thread->lent = false;
}

static void clear_embedded(struct slot *slot)
{
    if (!slot_is_empty(slot))
        slot_clear(slot);
}

void thread_unconfigure(struct core *core, struct thread *thread)
{
    struct sched_context *time = thread->time;

    thread->time = NULL;
    if (time != NULL) {
        time->thread = NULL;
        sched_context_release(core, time);
    }
    sender_destroy(core, &thread->sender);
    clear_embedded(&thread->captable);
    thread_set_table(thread, NULL);
    clear_embedded(&thread->space);
    clear_embedded(&thread->fault);
    thread_space_changed(core, thread);
}

enum thole_result thread_destroy(struct core *core, struct thread *thread)
{
    core_unready(core, thread);
    if (thread->state == THREAD_RECEIVING)
        endpoint_receiver_leaves(thread);
    bridge_chain(thread);
    if (thread->time == NULL)
        thread->lent = false; /* its time is further down a chain, and loses its way home */
    sender_withdraw(&thread->sender);
    thread_stop(thread);
    thread_finish_stop(core, thread);
    thread_unconfigure(core, thread);
    thread->ending = true;
    if (core_has_left(core, thread) == RESULT_MORE)
        return RESULT_MORE;
    core_abandon(core, thread);
    return RESULT_DONE;
}
