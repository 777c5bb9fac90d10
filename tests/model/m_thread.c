/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: faults, suspending, the end; and the ways into the model.
 */
#include <string.h>

#include "model.h"

#define SYSCALL_BYTES 4

object_t space_of(object_t thread)
{
    object_t space = part_of(thread, PART_SPACE);

    return space != 0 && model.object[space].space.asid != 0 ? space : 0;
}

/* --- Faults ---------------------------------------------------------------------------- */

/* Whom it owes is told at the end of the event, or of a later one. */
#define STOPS_AN_EVENT 4

void thread_stops(object_t thread)
{
    thread_at(thread)->state = THREAD_STOPPED;
    if (thread_at(thread)->stopping)
        return;
    thread_at(thread)->stopping = 1;
    queue_add(&model.stopping, thread, model.stopping.count);
}

void thread_stop_finished(unsigned core, object_t thread)
{
    if (!queue_take(&model.stopping, thread))
        return;
    thread_at(thread)->stopping = 0;
    service_dropped(core, thread, STATUS_PEER_DIED);
}

static bool finish_stops(unsigned core)
{
    for (unsigned count = 0; count < STOPS_AN_EVENT && model.stopping.count != 0; count++)
        thread_stop_finished(core, model.stopping.who[0]);
    return model.stopping.count != 0;
}

void fault_of(unsigned core, uint64_t kind, uint64_t address, uint64_t syndrome)
{
    object_t who = model.core[core].current;
    struct m_thread *thread = thread_at(who);
    cap_t handler = thread->part[PART_FAULT];

    if (thread->vital)
        model_broken("init faults: drivers avoid that");
    thread_unready(core, who);
    thread->fault[0] = kind;
    thread->fault[1] = address;
    thread->fault[2] = syndrome;
    if (handler == 0 || endpoint_at(model.cap[handler].object)->closed) {
        thread_stops(who);
        return;
    }
    thread->state = THREAD_CALLING;
    thread->sender.kind = KIND_FAULT;
    thread->sender.badge = model.cap[handler].badge;
    sender_comes(core, model.cap[handler].object, who);
}

/* --- Time of its own ----------------------------------------------------------------------- */

void thread_takes_time(object_t thread)
{
    object_t time = part_of(thread, PART_TIME);

    if (time == 0 || thread_at(thread)->time != 0 || time_at(time)->thread != 0 ||
        time_at(time)->event != 0)
        return;
    time_at(time)->waited_for = NEVER;
    thread_at(thread)->time = time;
    time_at(time)->thread = thread;
}

void thread_got_time(unsigned core, object_t thread)
{
    struct m_thread *bound = thread_at(thread);

    if (bound->state == THREAD_STOPPED)
        return;
    thread_takes_time(thread);
    if (bound->state == THREAD_STRANDED) {
        thread_ready(core, thread, BEHIND);
        return;
    }
    object_t endpoint = bound->receiving_on;

    queue_take(&endpoint_at(endpoint)->receivers, thread);
    bound->receiving_on = 0;
    receiver_comes(core, endpoint, thread);
}

void thread_suspends(unsigned core, object_t thread)
{
    thread_at(thread)->suspended = 1;
    if (thread_at(thread)->state == THREAD_READY)
        thread_unready(core, thread);
}

void thread_resumes(unsigned core, object_t thread)
{
    struct m_thread *resumed = thread_at(thread);
    bool held = resumed->suspended && resumed->state == THREAD_READY;

    resumed->suspended = 0;
    if (resumed->state == THREAD_STOPPED) {
        thread_stop_finished(core, thread);
        thread_takes_time(thread);
    }
    if (held || resumed->state == THREAD_STOPPED)
        thread_ready(core, thread, BEHIND);
}

/* --- The end --------------------------------------------------------------------------------- */

void thread_unconfigured(unsigned core, object_t thread)
{
    object_t time = thread_at(thread)->time;

    thread_at(thread)->time = 0;
    if (time != 0) {
        time_at(time)->thread = 0;
        time_released(core, time);
    }
    sender_ends(core, thread);
    part_drop(thread, PART_CAPTABLE);
    part_drop(thread, PART_SPACE);
    part_drop(thread, PART_FAULT);
    if (core_of(thread) != NO_CORE)
        core_kicked(core, core_of(thread)); /* its space has changed */
}

/* A chain A -> this -> C survives: C's answer ends A's call, with an error. */
static void chain_closes(object_t thread)
{
    struct m_thread *middle = thread_at(thread);
    object_t upstream = middle->owes, servant = middle->sender.servant;

    if (servant == 0 || upstream == 0 || !middle->lent || !thread_at(servant)->lent)
        return;
    thread_at(servant)->owes = upstream;
    sender_at(upstream)->servant = servant;
    sender_at(upstream)->doomed = STATUS_PEER_DIED;
    middle->sender.servant = 0;
    middle->owes = 0;
    middle->lent = 0;
}

enum thole_result thread_dies(unsigned core, object_t thread)
{
    struct m_thread *dead = thread_at(thread);

    thread_unready(core, thread);
    if (dead->receiving_on != 0) {
        struct m_endpoint *at = endpoint_at(dead->receiving_on);

        if (!queue_take(&at->receivers, thread))
            queue_take(&at->active, thread);
        dead->receiving_on = 0;
    }
    chain_closes(thread);
    if (dead->time == 0)
        dead->lent = 0;
    sender_withdrawn(thread);
    thread_stops(thread);
    thread_stop_finished(core, thread);
    thread_unconfigured(core, thread);
    dead->ending = 1;
    dead->arrival = 0;
    if (!core_left(core, thread))
        return RESULT_MORE;
    if (model.core[core].loaded == thread)
        model.core[core].loaded = 0;
    object_end(thread);
    return RESULT_DONE;
}

/* --- The ways in ----------------------------------------------------------------------------- */

static void call(unsigned core, bool may_wait)
{
    object_t caller = model.core[core].current;
    const cap_t *slot = thread_slot_of(caller, thread_at(caller)->reg[0]);

    if (slot == NULL || *slot == 0) {
        set_status(caller, STATUS_BAD_CAPABILITY);
    } else if (model.cap[*slot].type == OBJECT_ENDPOINT) {
        call_endpoint(core, *slot, may_wait);
    } else if (model.cap[*slot].type == OBJECT_REPLY) {
        answer_reply(core, *slot, caller);
        set_status(caller, STATUS_OK);
    } else {
        operate(core, *slot);
    }
}

static cap_t named(unsigned core)
{
    object_t caller = model.core[core].current;
    const cap_t *slot = thread_slot_of(caller, thread_at(caller)->reg[0]);

    return slot != NULL ? *slot : 0;
}

static void system_call(unsigned core, unsigned number)
{
    object_t caller = model.core[core].current;

    switch (number) {
    case SYSCALL_CALL:
    case SYSCALL_TRY_CALL:
        call(core, number == SYSCALL_CALL);
        break;
    case SYSCALL_REPLY_RECV:
        reply_and_receive(core, named(core));
        break;
    case SYSCALL_RECV:
    case SYSCALL_TRY_RECV:
        receive_on(core, named(core), number == SYSCALL_RECV);
        break;
    case SYSCALL_YIELD:
        set_status(caller, STATUS_OK);
        thread_yields(core);
        break;
    case SYSCALL_EXIT:
        fault_of(core, FAULT_EXIT, thread_at(caller)->reg[0], 0);
        break;
    default:
        fault_of(core, FAULT_SYSCALL, number, 0);
        break;
    }
}

static void leave(unsigned core)
{
    bool more = finish_stops(core);

    choose(core);
    if (more && model.core[core].timer > model.now + PAUSE)
        model.core[core].timer = model.now + PAUSE;
}

/* What was the thread's own happens again when it runs again, if another core has taken it. */
void model_syscall(unsigned core, unsigned number)
{
    object_t thread = model.core[core].loaded;

    if (core_entered(core))
        system_call(core, number);
    else
        thread_at(thread)->reg[MODEL_PC] -= SYSCALL_BYTES;
    leave(core);
}

void model_fault(unsigned core, const uint64_t word[5])
{
    object_t thread = model.core[core].loaded;

    if (core_entered(core))
        fault_of(core, word[0], word[1], word[2]);
    else if (word[0] == FAULT_STEP)
        thread_at(thread)->reg[MODEL_PSTATE] |= MODEL_STEP;
    leave(core);
}

void model_interrupt(unsigned core, bool only_one)
{
    (void)core_entered(core);
    take_interrupts(core, only_one ? 1 : INTERRUPTS_AN_EVENT);
    leave(core);
}
