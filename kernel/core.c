/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler of one core, its deadlines, and what an event ends with.
 */
#include "core.h"

#include "arch.h"
#include "object/address_space.h"
#include "object/event_object.h"
#include "object/thread.h"

/* Bounds of one event: a storm is taken in parts, programs' own priorities between them. */
#define INTERRUPTS_AN_EVENT 4
#define DEADLINES_AN_EVENT  8

void core_init(struct core *core, unsigned number)
{
    for (unsigned level = 0; level < PRIORITY_COUNT; level++)
        list_init(&core->ready[level]);
    core->number = number;
    core->timer_set = UINT64_MAX;
}

unsigned core_priority(const struct thread *thread)
{
    unsigned priority = thread->time->priority;

    return priority > thread->ceiling ? priority : thread->ceiling;
}

static void enqueue(struct core *core, struct thread *thread, enum turn turn)
{
    struct sched_context *time = thread->time;
    unsigned level = core_priority(thread);

    time->level = (uint8_t)level;
    if (turn == TURN_NEXT)
        list_push_head(&core->ready[level], &time->ready);
    else
        list_push_tail(&core->ready[level], &time->ready);
    core->ready_levels |= 1ULL << level;
}

static void dequeue(struct core *core, struct sched_context *time)
{
    list_remove(&time->ready);
    if (list_empty(&core->ready[time->level]))
        core->ready_levels &= ~(1ULL << time->level);
}

void core_ready(struct core *core, struct thread *thread, enum turn turn)
{
    if (thread->time == NULL) {
        thread->state = THREAD_STRANDED;
        return;
    }
    thread->state = THREAD_READY;
    if (!thread->suspended)
        enqueue(core, thread, turn);
}

void core_unready(struct core *core, struct thread *thread)
{
    if (core->current == thread)
        core->current = NULL;
    else if (thread->time != NULL && list_linked(&thread->time->ready))
        dequeue(core, thread->time);
}

void core_yield(struct core *core)
{
    struct thread *thread = core->current;

    core->current = NULL;
    enqueue(core, thread, TURN_LAST);
}

/* --- Accounting ------------------------------------------------------------------ */

static void account(struct core *core, struct sched_context *next)
{
    if (core->running == next)
        return;
    uint64_t now = arch_time_now();

    if (core->running != NULL)
        core->running->consumed += now - core->since;
    core->running = next;
    core->since = now;
}

uint64_t core_consumed(struct core *core, const struct sched_context *context)
{
    uint64_t running = core->running == context ? arch_time_now() - core->since : 0;

    return context->consumed + running;
}

void core_forget(struct core *core, struct sched_context *context)
{
    if (core->running == context)
        account(core, NULL);
}

/* --- Choosing ----------------------------------------------------------------------- */

static unsigned highest_level(const struct core *core)
{
    return 63u - (unsigned)__builtin_clzll(core->ready_levels);
}

static struct thread *take_first(struct core *core)
{
    struct list *node = core->ready[highest_level(core)].next;
    struct sched_context *time = CONTAINER_OF(node, struct sched_context, ready);

    dequeue(core, time);
    return time->thread;
}

static void load(struct core *core, struct thread *thread)
{
    struct address_space_root space = address_space_of(&thread->space);

    arch_thread_switch(&thread->frame, &thread->fp, space.root, space.asid);
    core->loaded = thread;
}

struct thread *core_choose(struct core *core)
{
    struct thread *current;

    while (core->current == NULL && core->ready_levels == 0) {
        account(core, NULL);
        core_deadlines(core);
        if (core->ready_levels != 0)
            break;
        arch_wait_for_interrupt();
        core_interrupts(core);
    }
    current = core->current;
    if (current != NULL && core->ready_levels != 0 &&
        highest_level(core) > core_priority(current)) {
        enqueue(core, current, TURN_NEXT);
        current = NULL;
    }
    if (current == NULL)
        current = take_first(core);
    core->current = current;
    account(core, current->time);
    if (core->loaded != current)
        load(core, current);
    core_deadlines(core);
    return current;
}

/* --- Interrupts and deadlines ----------------------------------------------------------- */

void core_interrupts(struct core *core)
{
    for (unsigned count = 0; count < INTERRUPTS_AN_EVENT; count++) {
        uint32_t line = arch_irq_acknowledge();

        if (line == ARCH_IRQ_NONE)
            return;
        if (line == ARCH_IRQ_TIMER)
            core_expire(core);
        else
            interrupt_line_fired(core, line);
    }
}

void core_expire(struct core *core)
{
    uint64_t now = arch_time_now();

    for (unsigned count = 0; count < DEADLINES_AN_EVENT; count++) {
        struct deadline *first = deadlines_first(&core->deadlines);

        if (first == NULL || first->when > now)
            break;
        deadline_remove(&core->deadlines, first);
        timer_expired(core, first);
    }
    core->timer_set = UINT64_MAX; /* it has fired, and stays silent until it is set again */
}

void core_deadlines(struct core *core)
{
    const struct deadline *first = deadlines_first(&core->deadlines);
    uint64_t next = first != NULL ? first->when : UINT64_MAX;

    if (next == core->timer_set)
        return;
    core->timer_set = next;
    arch_timer_set(next);
}
