/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: who runs, what has been used, when a period ends.
 */
#include "model.h"

#define DEADLINES_AN_EVENT 2

static void deadline_set(unsigned core, object_t what);

/* --- Ready ---------------------------------------------------------------------------- */

unsigned priority_of(object_t thread)
{
    unsigned priority = time_at(thread_at(thread)->time)->priority;

    return priority > thread_at(thread)->ceiling ? priority : thread_at(thread)->ceiling;
}

static struct queue *ready_queue(object_t time)
{
    return &model.core[time_at(time)->core].ready;
}

static bool is_queued(object_t time)
{
    const struct queue *queue = ready_queue(time);

    for (unsigned at = 0; at < queue->count; at++)
        if (queue->who[at] == time)
            return true;
    return false;
}

/* Among its equals, before or behind all of them; who runs there may have to stop for it. */
static void line_up(unsigned core, object_t time, int where)
{
    struct queue *queue = ready_queue(time);
    const struct m_core *home = &model.core[time_at(time)->core];
    unsigned mine = priority_of(time_at(time)->thread), at = 0;

    if (home->current == 0 || mine >= time_at(thread_at(home->current)->time)->priority)
        core_kicked(core, time_at(time)->core);

    while (at < queue->count) {
        unsigned other = priority_of(time_at(queue->who[at])->thread);

        if (other < mine || (other == mine && where == BEFORE))
            break;
        at++;
    }
    queue_add(queue, time, at);
}

void thread_ready(unsigned core, object_t thread, int where)
{
    struct m_thread *ready = thread_at(thread);

    if (ready->time == 0) {
        ready->state = THREAD_STRANDED;
        return;
    }
    ready->state = THREAD_READY;
    if (ready->suspended || (!ready->lent && waits_for_period(core, ready->time)))
        return;
    if (core_left(core, thread)) /* else that core lines it up */
        line_up(core, ready->time, where);
}

void thread_unready(unsigned core, object_t thread)
{
    object_t time = thread_at(thread)->time;

    if (is_current(thread)) {
        model.core[core_of(thread)].current = 0;
        core_kicked(core, core_of(thread));
        return;
    }
    if (time != 0 && !queue_take(ready_queue(time), time))
        time_at(time)->waited_for = NEVER;
}

void thread_yields(unsigned core)
{
    object_t thread = model.core[core].current;
    const struct m_time *time = time_at(thread_at(thread)->time);

    if (thread_at(thread)->lent && time->remaining + (int64_t)thread_at(thread)->grace <= 0) {
        fault_of(core, FAULT_TIMEOUT, (uint64_t)-time->remaining, 0);
        return;
    }
    model.core[core].current = 0;
    thread_ready(core, thread, BEHIND);
}

/* --- The books --------------------------------------------------------------------------- */

/*
 * [since, now) was used. Period by period, as they end: what is left is lost,
 * what was used too much is taken from the next.
 */
static void charge(object_t what, uint64_t since, uint64_t now)
{
    struct m_time *time = time_at(what);

    time->consumed += now - since;
    if (time->budget == time->period) { /* never spent: its budget is its turn */
        time->remaining -= (int64_t)(now - since);
        if (time->remaining <= 0)
            time->remaining = (int64_t)time->budget;
        return;
    }
    for (unsigned periods = 0; time->period_end <= now; periods++) {
        if (since >= time->period_end && time->remaining == (int64_t)time->budget) {
            /* Nothing changes until the period of `since`. */
            time->period_end += ((since - time->period_end) / time->period + 1) * time->period;
            continue;
        }
        if (since < time->period_end) {
            time->remaining -= (int64_t)(time->period_end - since);
            since = time->period_end;
        }
        time->remaining = (time->remaining < 0 ? time->remaining : 0) + (int64_t)time->budget;
        time->period_end += time->period;
        if (periods == 1u << 20)
            model_broken("too many periods have passed to count them one by one");
    }
    time->remaining -= (int64_t)(now - since);
}

static void goes_over_to(unsigned core, object_t time)
{
    struct m_core *on = &model.core[core];

    if (on->running == time)
        return;
    if (on->running != 0)
        charge(on->running, on->since, model.now);
    if (time != 0)
        charge(time, model.now, model.now);
    on->running = time;
    on->since = model.now;
}

bool time_spent(object_t time)
{
    struct m_core *on = &model.core[time_at(time)->core];
    uint64_t since = on->running == time ? on->since : model.now;

    charge(time, since, model.now);
    if (on->running == time)
        on->since = model.now;
    return time_at(time)->remaining <= 0;
}

bool waits_for_period(unsigned core, object_t time)
{
    if (time_at(time)->remaining > 0)
        return false;
    time_at(time)->waited_for = NEVER;
    if (!time_spent(time))
        return false;
    time_at(time)->waited_for = time_at(time)->period_end;
    deadline_set(core, time);
    return true;
}

/* After a timeout it goes on in the next period. */
void thread_ready_later(unsigned core, object_t thread)
{
    object_t time = thread_at(thread)->time;

    if (time == 0 || thread_at(thread)->suspended || !time_spent(time) ||
        time_at(time)->remaining + (int64_t)thread_at(thread)->grace > 0) {
        thread_ready(core, thread, BEFORE);
        return;
    }
    thread_at(thread)->state = THREAD_READY;
    time_at(time)->waited_for = time_at(time)->period_end;
    deadline_set(core, time);
}

/* --- Coming and going ----------------------------------------------------------------------- */

void time_released(unsigned core, object_t time)
{
    struct queue *waiting = &time_at(time)->waiting;

    if (waiting->count == 0 || waits_for_period(core, time))
        return;
    object_t event = waiting->who[0];

    queue_take(waiting, event);
    sender_at(event)->place = AT_HOME;
    event_fires(core, event);
}

void thread_stranded(unsigned core, object_t thread)
{
    struct m_thread *stranded = thread_at(thread);
    struct m_sender *sender = &stranded->sender;
    object_t time = stranded->time;

    thread_unready(core, thread);
    stranded->time = 0;
    time_at(time)->thread = 0;
    if (stranded->state == THREAD_READY) {
        stranded->state = THREAD_STRANDED;
    } else if (stranded->state == THREAD_RECEIVING) {
        struct m_endpoint *at = endpoint_at(stranded->receiving_on);

        queue_take(&at->active, thread);
        queue_add(&at->receivers, thread, 0);
    } else if (sender->place == IN_QUEUE && sender->kind == KIND_FAULT) {
        struct m_endpoint *at = endpoint_at(sender->at);

        queue_take(&at->events, thread);
        queue_add(&at->timeless, thread, at->timeless.count);
    } else if (sender->place == IN_QUEUE) {
        sender_withdrawn(thread);
        set_status(thread, STATUS_CANCELLED);
        stranded->arrival = 0;
        stranded->state = THREAD_STRANDED;
    }
    if (time_at(time)->event == 0)
        time_released(core, time);
}

static bool is_lent(object_t time)
{
    object_t thread = time_at(time)->thread;

    return thread != 0 && thread_at(thread)->lent;
}

/* Its core counts for it no longer. */
static void time_forgotten(object_t time)
{
    if (model.core[time_at(time)->core].running == time)
        goes_over_to(time_at(time)->core, 0);
}

static void time_is_no_more(unsigned core, object_t time)
{
    if (time_at(time)->thread != 0)
        thread_stranded(core, time_at(time)->thread);
    time_forgotten(time);
    object_end(time);
}

/* Where a capability lies that stands for dying time: at the first of those it stands for. */
static void place_stand(cap_t stand)
{
    object_t first = 1;

    while (model.object[first].type != OBJECT_SCHED_CONTEXT || !time_at(first)->dying ||
           time_at(first)->stand != stand)
        first++;
    model.cap[stand].object = first;
    model.cap[stand].place = (place_t)(first * MODEL_SLOTS + PART_DYING);
}

/* One capability stands for all that two did. */
void time_stands_with(cap_t standing, cap_t dying)
{
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type == OBJECT_SCHED_CONTEXT && time_at(each)->dying &&
            time_at(each)->stand == dying)
            time_at(each)->stand = standing;
    cap_free(dying);
    place_stand(standing);
}

/* Its original goes; while it is lent that stays, as what its memory is held by. */
void time_ends(unsigned core, cap_t cap)
{
    object_t time = model.cap[cap].object;
    place_t place = model.cap[cap].place;

    if (!is_lent(time)) {
        time_is_no_more(core, time);
        cap_free(cap);
        return;
    }
    model.object[place / MODEL_SLOTS].table.slot[place % MODEL_SLOTS] = 0;
    time_at(time)->dying = 1;
    time_at(time)->stand = cap;
    place_stand(cap);
}

/* Whoever else stands with it takes the capability over; the last one takes it along. */
void time_came_back(unsigned core, object_t time)
{
    cap_t stand = time_at(time)->stand;
    bool last = true;

    if (!time_at(time)->dying || is_lent(time))
        return;
    time_at(time)->dying = 0;
    time_at(time)->stand = 0;
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type == OBJECT_SCHED_CONTEXT && time_at(each)->dying &&
            time_at(each)->stand == stand)
            last = false;
    if (last)
        cap_free(stand);
    else
        place_stand(stand);
    time_is_no_more(core, time);
}

/* --- Shares ------------------------------------------------------------------------------------ */

static void period_ended(unsigned core, object_t time)
{
    object_t thread = time_at(time)->thread;

    time_at(time)->waited_for = NEVER;
    if (thread == 0) {
        if (time_at(time)->event == 0)
            time_released(core, time);
    } else if (thread_at(thread)->state == THREAD_READY && !is_current(thread) &&
               !is_queued(time)) {
        thread_ready(core, thread, BEHIND);
    }
}

void time_fill(unsigned core, object_t what, struct m_share share)
{
    struct m_time *time = time_at(what);
    object_t thread = time->thread;
    bool ready = thread != 0 && thread_at(thread)->state == THREAD_READY;
    bool goes_on = ready && is_current(thread) && time->core == share.core;
    bool waited = time->waited_for != NEVER;

    if (goes_on)
        (void)time_spent(what);
    else
        time_forgotten(what);
    if (ready && !goes_on)
        thread_unready(core, thread);
    time->waited_for = NEVER;
    time->core = (uint8_t)share.core;
    time->priority = (uint8_t)share.priority;
    time->budget = share.budget;
    time->period = share.period;
    time->remaining = (int64_t)share.budget;
    time->period_end = share.budget < share.period ? model.now + share.period : NEVER;
    if (goes_on)
        core_kicked(core, time->core);
    else if (ready)
        thread_ready(core, thread, BEHIND);
    else if (waited)
        period_ended(core, what);
}

void set_ceiling(unsigned core, object_t thread, unsigned ceiling)
{
    object_t time = thread_at(thread)->time;
    bool queued = time != 0 && queue_take(ready_queue(time), time);

    thread_at(thread)->ceiling = (uint8_t)ceiling;
    if (queued)
        line_up(core, time, BEHIND);
    else if (is_current(thread))
        core_kicked(core, core_of(thread));
}

/* --- Deadlines ---------------------------------------------------------------------------------- */

static uint64_t deadline_of(object_t what)
{
    if (model.object[what].type == OBJECT_TIMER)
        return event_at(what)->deadline;
    return model.object[what].type == OBJECT_SCHED_CONTEXT ? time_at(what)->waited_for : NEVER;
}

static unsigned home_of(object_t what)
{
    return model.object[what].type == OBJECT_TIMER ? event_at(what)->home : time_at(what)->core;
}

/* Not before the pause is over in which it was set. */
static uint64_t *due_of(object_t what)
{
    return model.object[what].type == OBJECT_TIMER ? &event_at(what)->due : &time_at(what)->due;
}

static bool comes_before(object_t one, object_t other)
{
    if (*due_of(one) != *due_of(other))
        return *due_of(one) < *due_of(other);
    return deadline_of(one) < deadline_of(other);
}

/* The first of this core; 0: nobody waits. Drivers see to it that no two are equal. */
static object_t first_deadline(unsigned core)
{
    object_t first = 0;

    for (object_t each = 1; each < model.object_limit; each++)
        if (deadline_of(each) != NEVER && home_of(each) == core &&
            (first == 0 || comes_before(each, first)))
            first = each;
    return first;
}

/* If it is the first there, that core must hear of it. */
static void deadline_set(unsigned core, object_t what)
{
    uint64_t pause_end = model.core[home_of(what)].pause_end;

    *due_of(what) = deadline_of(what) > pause_end ? deadline_of(what) : pause_end;
    if (first_deadline(home_of(what)) == what)
        core_kicked(core, home_of(what));
}

/* On the core that arms it. */
void timer_armed(unsigned core, object_t timer, uint64_t when)
{
    event_at(timer)->deadline = when;
    event_at(timer)->home = (uint8_t)core;
    deadline_set(core, timer);
}

/* Is anybody ready who is as urgent as that, but no more than `thread`? */
static bool has_ready_from(unsigned core, unsigned least, object_t thread)
{
    const struct queue *queue = &model.core[core].ready;

    for (unsigned at = 0; at < queue->count; at++) {
        unsigned priority = priority_of(time_at(queue->who[at])->thread);

        if (priority >= least && priority <= priority_of(thread))
            return true;
    }
    return false;
}

/* When the budget of what runs is at its end; once it was, and it is lent: its grace. */
static uint64_t budget_end(unsigned core)
{
    object_t thread = model.core[core].current;

    if (thread == 0)
        return NEVER;
    const struct m_time *time = time_at(thread_at(thread)->time);
    int64_t left = time->remaining;
    bool graced = model.core[core].graced;

    if (time->budget == time->period) {
        if (!has_ready_from(core, graced ? priority_of(thread) : time->priority, thread))
            return NEVER;
    } else if (graced) {
        left += (int64_t)thread_at(thread)->grace;
    }
    return model.core[core].since + (left > 0 ? (uint64_t)left : 0);
}

static uint64_t deadline_comes_at(unsigned core, object_t what)
{
    uint64_t pause_end = model.core[core].pause_end;

    return *due_of(what) > pause_end ? *due_of(what) : pause_end;
}

uint64_t timer_due(unsigned core)
{
    object_t first = first_deadline(core);
    uint64_t end = budget_end(core);

    return first != 0 && deadline_comes_at(core, first) < end ? deadline_comes_at(core, first) : end;
}

static void budget_ends(unsigned core)
{
    object_t thread = model.core[core].current;

    if (thread == 0 || model.core[core].running != thread_at(thread)->time ||
        model.now < budget_end(core))
        return;
    struct m_time *time = time_at(thread_at(thread)->time);

    if (thread_at(thread)->lent && !model.core[core].graced) {
        model.core[core].graced = 1;
        if (model.now < budget_end(core))
            return;
    }
    if (!time_spent(thread_at(thread)->time)) {
        thread_yields(core);
    } else if (!thread_at(thread)->lent) {
        model.core[core].current = 0;
        thread_ready(core, thread, BEHIND);
    } else if (time->remaining + (int64_t)thread_at(thread)->grace <= 0) {
        fault_of(core, FAULT_TIMEOUT, (uint64_t)-time->remaining, 0);
    }
}

static void deadline_comes(unsigned core, object_t what)
{
    if (model.object[what].type == OBJECT_TIMER) {
        event_at(what)->bits = event_at(what)->deadline;
        event_at(what)->deadline = NEVER;
        event_at(what)->home = 0;
        event_fires(core, what);
    } else {
        period_ended(core, what);
    }
}

bool time_passes(unsigned core)
{
    unsigned count = 0;

    for (; count < DEADLINES_AN_EVENT; count++) {
        object_t first = first_deadline(core);

        if (first == 0 || deadline_comes_at(core, first) > model.now)
            break;
        deadline_comes(core, first);
    }
    if (count > 0)
        model.core[core].pause_end = model.now + PAUSE;
    budget_ends(core);
    return count > 0;
}

/* --- Choosing -------------------------------------------------------------------------------------- */

static void go_idle(unsigned core)
{
    struct m_core *on = &model.core[core];

    on->graced = 0;
    goes_over_to(core, 0);
    on->loaded = 0;
    on->space = 0;
    on->timer = timer_due(core);
}

void choose(unsigned core)
{
    struct m_core *on = &model.core[core];

    if (on->current == 0 && on->ready.count == 0) {
        go_idle(core);
        return;
    }
    if (on->current != 0 && on->ready.count != 0 &&
        priority_of(time_at(on->ready.who[0])->thread) > priority_of(on->current)) {
        object_t preempted = on->current;

        on->current = 0;
        thread_ready(core, preempted, BEFORE);
    }
    if (on->current == 0) {
        on->current = time_at(on->ready.who[0])->thread;
        queue_take(&on->ready, on->ready.who[0]);
    }
    if (!thread_at(on->current)->lent || on->running != thread_at(on->current)->time)
        on->graced = 0;
    goes_over_to(core, thread_at(on->current)->time);
    on->loaded = on->current;
    on->space = space_of(on->current);
    on->timer = timer_due(core);
}
