/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler, the cores' deadlines, and what an event begins and ends with.
 */
#include "core.h"

#include "arch.h"
#include "event.h"
#include "object/event_object.h"
#include "object/thread.h"

/* Likewise: a bound of one event. */
#define DEADLINES_AN_EVENT 2

/*
 * From one such event to the next there are twice as long as its deadlines took, for what
 * it takes besides and who runs, and this: a timer may be that much late because of another.
 */
#define PAUSE_LEAST_US 2
#define US_PER_SECOND  1000000

unsigned core_count = 1;

/* Four bytes of struct thread in a word: state, loaded_on, lent, bereft. */
static uint32_t runs_lent(unsigned number)
{
    STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    return THREAD_READY | number << 8 | 1u << 16;
}

void core_init(struct core *core, unsigned number, uint64_t frequency)
{
    for (unsigned level = 0; level < PRIORITY_COUNT; level++)
        list_init(&core->ready[level]);
    core->number = (uint16_t)number;
    core->alone = core_count == 1;
    core->timer_set = UINT64_MAX;
    core->gate = GATE_CLOSED;
    core->runs_lent = runs_lent(number);
    core->took = interrupt_taken(number);
    deadlines_init(&core->deadlines, frequency * PAUSE_LEAST_US / US_PER_SECOND + 1);
}

/* --- Between cores ----------------------------------------------------------------- */

static RARE void kick(const struct core *core, struct core *other)
{
    if (!core_is_other(core, other))
        return;
    other->kicked = true;
    arch_core_kick(other->number);
}

/* The core that has the thread's registers, or NULL. */
INLINED struct core *loaded_on(const struct thread *thread)
{
    struct core *last = core_numbered(thread->loaded_on);

    return last->loaded == thread ? last : NULL;
}

bool core_has(const struct thread *thread)
{
    return loaded_on(thread) != NULL;
}

INLINED bool is_current(const struct thread *thread)
{
    const struct core *where = loaded_on(thread);

    return where != NULL && where->current == thread;
}

enum thole_result core_has_left(const struct core *core, const struct thread *thread)
{
    struct core *where = loaded_on(thread);

    if (where == NULL || !core_is_other(core, where))
        return RESULT_DONE;
    kick(core, where);
    return RESULT_MORE;
}

bool core_runs_elsewhere(const struct core *core, const struct thread *thread)
{
    return is_current(thread) && core_is_other(core, loaded_on(thread));
}

enum thole_result core_space_is_free(const struct core *core, uint64_t space_word)
{
    enum thole_result result = RESULT_DONE;

    for (unsigned number = 0; number < cores_running(); number++) {
        struct core *other = &cores[number];

        if (core_is_other(core, other) &&
            (other->space == space_word || other->space_left == space_word)) {
            kick(core, other);
            result = RESULT_MORE;
        }
    }
    return result;
}

/* The thread that is loaded will not be, and its memory or another core is to have all of it. */
static RARE void leave_fp(struct thread *thread)
{
    struct fp_state *fp = thread_fp(thread);

    if (fp != NULL)
        arch_fp_switch(fp, NULL);
}

void core_abandon(struct core *core, struct thread *thread)
{
    if (core->loaded == thread) {
        leave_fp(thread);
        core->loaded = NULL;
        core->reload = true;
    }
}

void core_reload(struct core *core, struct thread *thread)
{
    struct core *where = loaded_on(thread);

    if (where == NULL)
        return;
    where->reload = true;
    kick(core, where);
}

RARE void core_lose(struct core *core)
{
    struct thread *thread = core->loaded;

    leave_fp(thread);
    core->loaded = NULL;
    core->reload = true;
    if (thread->state == THREAD_READY)
        core_ready(core, thread, TURN_NEXT);
}

/* --- Ready queues ------------------------------------------------------------------ */

/* The core of that time, another than this: told if `level` may change who runs there. */
static RARE struct core *other_core(const struct core *from, const struct sched_context *time,
                                    unsigned level)
{
    struct core *core = core_numbered(time->core);

    /* Also if it will share its turn only when lent time goes home. */
    if (core->current == NULL || level >= core->current->time->priority)
        kick(from, core);
    return core;
}

/* Into the ready queue of its time's core. */
INLINED void enqueue(struct core *from, struct thread *thread, enum turn turn)
{
    struct sched_context *time = thread->time;
    unsigned level = core_priority(thread);
    struct core *core = core_has_number(from, time->core) ? from : other_core(from, time, level);
    struct list *head = &core->ready[level];

    time->level = (uint8_t)level;
    if (turn == TURN_NEXT)
        list_push_head(head, &time->ready);
    else
        list_push_tail(head, &time->ready);
    core->ready_levels |= 1ULL << level;
}

/* It was first when it was left out. */
RARE void core_settle_interrupted(struct core *core)
{
    struct sched_context *time = core->interrupted;
    struct thread *thread = core->interrupted_thread;

    thread->time = time;
    time->thread = thread;
    time->level = (uint8_t)core_priority(thread);
    list_push_head(&core->ready[time->level], &time->ready);
    core->ready_levels |= 1ULL << time->level;
    core->interrupted = NULL;
}

/* Out of that of `core`, which is its time's. */
INLINED void dequeue_from(struct core *core, struct sched_context *time)
{
    bool is_last = time->ready.next == time->ready.prev; /* the head */

    list_remove(&time->ready);
    if (is_last)
        core->ready_levels &= ~(1ULL << time->level);
}

static void dequeue(struct sched_context *time)
{
    dequeue_from(core_numbered(time->core), time);
}

void core_ready(struct core *core, struct thread *thread, enum turn turn)
{
    if (thread->time == NULL) {
        thread->state = THREAD_STRANDED;
        return;
    }
    thread->state = THREAD_READY;
    if (thread_suspended(thread) || (!thread->lent && core_waits_for_period(core, thread->time)))
        return;
    if (core_has_number(core, thread->loaded_on) || core_has_left(core, thread) == RESULT_DONE)
        enqueue(core, thread, turn); /* if not, that core queues it */
}

void core_ready_later(struct core *core, struct thread *thread)
{
    struct sched_context *time = thread->time;

    if (time == NULL || thread_suspended(thread) || !core_is_spent(time) ||
        time->remaining + (int64_t)thread->grace > 0) {
        core_ready(core, thread, TURN_NEXT);
        return;
    }
    thread->state = THREAD_READY;
    deadline_remove(&time->next_period);
    core_deadline_add(core, core_numbered(time->core), &time->next_period, time->period_end);
}

void core_continue(struct core *core, struct thread *thread)
{
    if (thread->state == THREAD_READY && !is_current(thread) &&
        !list_linked(&thread->time->ready))
        core_ready(core, thread, TURN_LAST);
}

void core_unready(struct core *core, struct thread *thread)
{
    if (core->current == thread) {
        core->current = NULL;
    } else if (is_current(thread)) {
        loaded_on(thread)->current = NULL;
        kick(core, loaded_on(thread));
    } else if (thread->time != NULL && list_linked(&thread->time->ready))
        dequeue(thread->time);
    else if (thread->time != NULL)
        deadline_remove(&thread->time->next_period);
}

/*
 * The timer's interrupt may be on its way still when a call comes: what the books
 * say is used up ends here, or two could yield to each other for ever.
 */
void core_yield(struct core *core)
{
    struct thread *thread = core->current;

    if (thread->lent && thread->time->remaining + (int64_t)thread->grace <= 0) {
        thread_timeout(core, (uint64_t)-thread->time->remaining);
        return;
    }
    core->current = NULL;
    core_ready(core, thread, TURN_LAST);
}

/* --- Accounting ------------------------------------------------------------------ */

INLINED void account(struct core *core, struct sched_context *next)
{
    if (core->running == next)
        return;
    uint64_t now = arch_time_now();

    if (core->running != NULL)
        sched_context_charge(core->running, core->since, now);
    if (next != NULL)
        sched_context_charge(next, now, now);
    core->running = next;
    core->since = now;
}

bool core_is_spent(struct sched_context *context)
{
    struct core *core = core_numbered(context->core);
    uint64_t now = arch_time_now();

    if (core->running == context) {
        sched_context_charge(context, core->since, now);
        core->since = now;
    } else {
        sched_context_charge(context, now, now);
    }
    return context->remaining <= 0;
}

RARE bool core_waits_for_next(struct core *core, struct sched_context *context)
{
    deadline_remove(&context->next_period); /* who waited for it may be overtaken before it comes */
    if (!core_is_spent(context))
        return false;
    core_deadline_add(core, core_numbered(context->core), &context->next_period,
                      context->period_end);
    return true;
}

void core_forget(struct sched_context *context)
{
    struct core *core = core_numbered(context->core);

    if (core->running == context)
        account(core, NULL);
}

/* --- Changing shares -------------------------------------------------------------- */

void core_reconfigure(struct core *core, struct sched_context *context, const struct share *share)
{
    struct thread *thread = context->thread;
    bool ready = thread != NULL && thread->state == THREAD_READY;
    bool waited_for = deadline_pending(&context->next_period);
    bool goes_on = ready && is_current(thread) && context->core == share->core;

    if (goes_on)
        (void)core_is_spent(context); /* brings its account up to now */
    else
        core_forget(context);
    if (ready && !goes_on)
        core_unready(core, thread);
    deadline_remove(&context->next_period);
    sched_context_fill(context, share, arch_time_now());
    if (goes_on)
        kick(core, core_numbered(context->core));
    else if (ready)
        core_ready(core, thread, TURN_LAST);
    else if (waited_for)
        sched_context_period_ended(core, context);
}

void core_set_ceiling(struct core *core, struct thread *thread, unsigned ceiling)
{
    struct sched_context *time = thread->time;
    bool queued = time != NULL && list_linked(&time->ready);

    if (queued)
        dequeue(time);
    thread->sender.ceiling = (uint8_t)ceiling;
    if (queued)
        enqueue(core, thread, TURN_LAST);
    else if (is_current(thread))
        kick(core, loaded_on(thread));
}

/* --- Choosing ----------------------------------------------------------------------- */

INLINED unsigned highest_level(const struct core *core)
{
    return 63u - (unsigned)__builtin_clzll(core->ready_levels);
}

INLINED struct thread *take_first(struct core *core)
{
    struct list *node = core->ready[highest_level(core)].next;
    struct sched_context *time = CONTAINER_OF(node, struct sched_context, ready);

    dequeue_from(core, time);
    return time->thread;
}

INLINED void load(struct core *core, struct thread *thread)
{
    struct fp_state *from = thread_fp(core->loaded), *to = thread_load_fp(thread);

    if (from != to)
        arch_fp_switch(from, to);
    core->loaded = thread;
    core->space = 0;
    if (thread != NULL) {
        core->space = thread_space(thread);
        thread->loaded_on = (uint8_t)core->number;
    }
    arch_thread_switch(thread != NULL ? &thread->frame : NULL, core->space);
    core->reload = false;
}

/*
 * Does anybody wait for a turn of whole time? Those between its own priority and that
 * of its server wait until it is home: then its turn is over at once.
 */
INLINED bool turn_is_wanted(const struct core *core, const struct thread *thread)
{
    unsigned level = core_priority(thread);
    uint64_t from = core->graced ? level : thread->time->priority;

    return (core->ready_levels & UINT64_MAX << from & UINT64_MAX >> (63 - level)) != 0;
}

/*
 * When the timer must come for the budget of what runs; UINT64_MAX: it need
 * not, since it always goes on, and nobody waits for a turn. A call and its
 * answer change nothing of it: a server's grace counts when the budget has ended.
 */
INLINED uint64_t budget_end(const struct core *core)
{
    const struct thread *thread = core->current;

    if (thread == NULL)
        return UINT64_MAX;
    const struct sched_context *time = thread->time;
    int64_t left = time->remaining;

    if (sched_context_is_whole(time) && !turn_is_wanted(core, thread))
        return UINT64_MAX;
    if (core->graced && !sched_context_is_whole(time))
        left += (int64_t)thread->grace;
    return left > 0 ? core->since + (uint64_t)left : core->since;
}

/* The machine's timer comes for what is first, if that has changed. */
INLINED void set_timer(struct core *core)
{
    uint64_t next = budget_end(core);

    if (core->deadlines.timer < next)
        next = core->deadlines.timer;
    if (next == core->timer_set)
        return;
    core->timer_set = next;
    arch_timer_set(next);
}

RARE void core_come_again(struct core *core, uint64_t since)
{
    uint64_t when = deadlines_pause_end(&core->deadlines, since, arch_time_now());

    if (when >= core->timer_set)
        return;
    core->timer_set = when;
    arch_timer_set(when);
}

static struct thread *go_idle(struct core *core)
{
    core->graced = false;
    account(core, NULL);
    if (core->loaded != NULL || core->reload)
        load(core, NULL);
    set_timer(core);
    return NULL;
}

APART struct thread *core_choose(struct core *core)
{
    struct thread *current = core->current;

    if (current == NULL && core->ready_levels == 0)
        return go_idle(core);
    if (current != NULL && core->ready_levels != 0 &&
        highest_level(core) > core_priority(current)) {
        core->current = NULL;
        core_ready(core, current, TURN_NEXT);
        current = NULL;
    }
    if (current == NULL)
        current = take_first(core);
    core->current = current;
    if (!current->lent || core->running != current->time)
        core->graced = false;
    account(core, current->time);
    if (core->loaded != current || core->reload)
        load(core, current);
    set_timer(core);
    return current;
}

/* --- Interrupts and deadlines ----------------------------------------------------------- */

uint32_t core_interrupt(struct core *core)
{
    uint32_t line = arch_irq_acknowledge();

    if (line == ARCH_IRQ_NONE)
        return line;
    if (line == ARCH_IRQ_TIMER)
        core_expire(core);
    else if (line != ARCH_IRQ_KICK)
        interrupt_line_fired(core, line);
    return line;
}

void core_interrupts(struct core *core)
{
    for (unsigned count = 0; count < INTERRUPTS_AN_EVENT; count++)
        if (!core_takes_more(core, core_interrupt(core)))
            return;
}

/* The timer came, perhaps for the budget of what runs. */
static void end_budget(struct core *core)
{
    struct thread *thread = core->current;

    if (thread == NULL || core->running != thread->time || arch_time_now() < budget_end(core))
        return;
    if (thread->lent && !core->graced) {
        core->graced = true;
        if (arch_time_now() < budget_end(core))
            return;
    }
    if (!core_is_spent(thread->time)) {
        core_yield(core); /* it was its turn, and a new period has begun */
    } else if (!thread->lent) {
        core->current = NULL;
        core_ready(core, thread, TURN_LAST);
    } else if (thread->time->remaining + (int64_t)thread->grace <= 0) {
        thread_timeout(core, (uint64_t)-thread->time->remaining);
    }
}

static void deadline_came(struct core *core, struct deadline *deadline)
{
    if (deadline->kind == DEADLINE_TIMER)
        timer_expired(core, deadline);
    else
        sched_context_period_ended(core, CONTAINER_OF(deadline, struct sched_context, next_period));
}

void core_expire(struct core *core)
{
    struct deadlines *set = &core->deadlines;
    uint64_t now = arch_time_now();

    core->expired = set->timer <= now;
    if (core->expired) {
        for (unsigned count = 0; count < DEADLINES_AN_EVENT && set->timer <= now; count++) {
            struct deadline *first = deadlines_first(set);

            deadline_remove(first);
            deadline_came(core, first);
        }
        deadlines_pause(set, now, arch_time_now());
    }
    end_budget(core);
    core->timer_set = UINT64_MAX; /* it has fired, and stays silent until it is set again */
}

void core_deadline_add(struct core *core, struct core *home, struct deadline *deadline,
                       uint64_t when)
{
    deadline_add(&home->deadlines, deadline, when);
    if (deadlines_first(&home->deadlines) == deadline)
        kick(core, home);
}
