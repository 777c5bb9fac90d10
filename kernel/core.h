/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core has of its own: the running thread, the ready queue, the timers.
 * The scheduler: the most urgent ready SchedContext runs, first come first
 * served among equals; the running one is in no queue.
 *
 * All of this, like everything else in the kernel, belongs to the core that is
 * in the kernel (event.c has the lock). `core` is always that one; a thread's
 * own core is the one of its time. Invariant between events: a core has the
 * registers of `loaded`, which is its `current` unless another core took that
 * away; no other thread has registers anywhere but in memory.
 */
#pragma once
#include "deadline.h"
#include "list.h"
#include "object/event_object.h"
#include "object/sched_context.h"
#include "object/thread.h"
#include "option_cores.h"

/*
 * The order is for the short ways: what they touch is in the first cache lines. The size
 * is a product of small numbers, so that finding one of them takes two instructions.
 */
struct core {
    uint32_t gate;               /* event.h: may its short ways be taken? */
    uint32_t runs_lent;          /* `state` to `bereft` of a thread that they make run on lent time */
    struct thread *current;      /* who runs; NULL: nobody can, or it was taken away */
    struct thread *loaded;       /* whose registers and address space it has; NULL: idle */
    uint64_t space;              /* the arch_space_word it has; 0: none */
    uint64_t space_left;         /* the one before it, until the core is in the kernel again */
    struct sched_context *running; /* whose time has been running since `since`; NULL: none */
    uint64_t since;              /* ticks: up to here `running` is accounted */
    uint64_t ready_levels;       /* bit n: ready[n] is not empty */
    struct sched_context *interrupted; /* see core_settle; NULL: nobody */
    struct thread *interrupted_thread;
    struct interrupt_taken took; /* as Interrupts look that its short ways deliver */
    uint16_t number;
    uint16_t alone;              /* 1: no other core runs */
    union {
        struct {
            bool reload;         /* the address space of `loaded` has changed */
            bool kicked;         /* another core told it to come: no short ways until it has */
            bool graced;         /* lent time that runs is used up: the server has its grace */
            bool long_ways;      /* it never has short ones: the machine must do more */
        };
        uint32_t special;        /* any of them */
    };
    uint64_t timer_before;       /* what `timer_set` was when `interrupted` was */
    uint64_t timer_set;          /* the deadline that the machine's timer has */
    struct deadlines deadlines;
    bool expired;                /* when the timer came last, it was for deadlines */
    struct list ready[PRIORITY_COUNT] __attribute__((aligned(16)));
} __attribute__((aligned(256)));

extern struct core cores[CORES_MAX];
extern unsigned core_count; /* of them run */

/* Where there can be one core only (option_cores.h), the compiler knows what these answer. */
static inline unsigned cores_running(void)
{
    return CORES_MAX == 1 ? 1 : core_count;
}
static inline struct core *core_numbered(unsigned number)
{
    return &cores[CORES_MAX == 1 ? 0 : number];
}
static inline bool core_is_alone(const struct core *core)
{
    return CORES_MAX == 1 || core->alone;
}
static inline bool core_is_other(const struct core *core, const struct core *other)
{
    return CORES_MAX > 1 && other != core;
}
/* Is a number, of time or of a thread's registers, that of this core? */
static inline bool core_has_number(const struct core *core, unsigned number)
{
    return CORES_MAX == 1 || core->number == number;
}

/* Of all cores that run, before the first event of any; `frequency`: of the clock, a second. */
void core_init(struct core *core, unsigned number, uint64_t frequency);

/* Its thread was taken away by another core: that is completed. */
void core_lose(struct core *core);
/* The first thing in an event: false if its thread was taken away. */
static inline bool core_enter(struct core *core)
{
    core->kicked = false;
    core->space_left = 0; /* nothing walks it any more: an exception was taken */
    if (core->current != NULL || core->loaded == NULL)
        return true;
    core_lose(core);
    return false;
}
/* Another core has the registers of this thread? MORE: it was told to leave it. */
enum thole_result core_has_left(const struct core *core, const struct thread *thread) MUST_CHECK;
/* Does another core run it now, and may go on? */
bool core_runs_elsewhere(const struct core *core, const struct thread *thread);
/* Does any core have this thread's registers? */
bool core_has(const struct thread *thread);
/* Does another core have this address space? MORE: it was told to leave it. */
enum thole_result core_space_is_free(const struct core *core, uint64_t space_word) MUST_CHECK;
/*
 * The short ways hand over what runs without touching time: while programs run, `running`
 * is what `current` runs on, and nothing else says so. In the kernel both say it themselves.
 * Likewise `interrupted` is what `interrupted_thread` goes on with when what an event began
 * is over: it is in no queue until C enters, and is then the first in its own.
 */
void core_settle_interrupted(struct core *core);
static inline void core_settle(struct core *core)
{
    if (core->current == NULL)
        return;
    core->current->time = core->running;
    core->running->thread = core->current;
    if (core->interrupted != NULL)
        core_settle_interrupted(core);
}
static inline void cores_settle(void)
{
    for (unsigned number = 0; number < cores_running(); number++)
        core_settle(&cores[number]);
}
static inline void core_unsettle(struct core *core)
{
    if (core->current != NULL)
        core->current->time = NULL;
}
/* May threads of this core call and answer without the lock? */
static inline bool core_is_plain(const struct core *core)
{
    return core->current != NULL && core->running == core->current->time && core->special == 0 &&
           core->running->remaining > 0 && !list_linked(&core->running->dying_ring);
}
/* This core need not keep the registers of `thread`: it is destroyed. */
void core_abandon(struct core *core, struct thread *thread);
/* What `thread` runs in has changed. */
void core_reload(struct core *core, struct thread *thread);

/*
 * The thread has time and can run. TURN_NEXT: it goes on where it was, before
 * its equals; TURN_LAST: behind them.
 */
enum turn { TURN_NEXT, TURN_LAST };
void core_ready(struct core *core, struct thread *thread, enum turn turn);
/* It used lent time beyond its grace: it is ready, but goes on when the next period has begun. */
void core_ready_later(struct core *core, struct thread *thread);
/* The thread, READY until now, no longer is (it waits, stops, or lost its time). */
void core_unready(struct core *core, struct thread *thread);
/* Has the event changed nothing of who runs here, and until when? core_choose would do nothing. */
static inline bool core_goes_on(const struct core *core)
{
    const struct thread *thread = core->current;

    if (thread == NULL || core->loaded != thread || core->running != thread->time ||
        core->special != 0)
        return false;
    const struct sched_context *time = core->running;

    if (time->remaining <= 0 || core->ready_levels >> time->priority != 0)
        return false;
    uint64_t spent = core->since + (uint64_t)time->remaining, until = core->deadlines.timer;

    if (!sched_context_is_whole(time) && spent < until)
        until = spent;
    return until == core->timer_set;
}
/* Ends an event: chooses who runs, switches to it, sets the timer. NULL: the core is idle. */
struct thread *core_choose(struct core *core);
/*
 * The event that began `since` left something for another: after core_choose. The timer
 * comes for it after a pause, as for deadlines.
 */
void core_come_again(struct core *core, uint64_t since);
/* The running thread lets its equals run. */
void core_yield(struct core *core);

/* Its SchedContext's period ended: it goes on if it waits for that. */
void core_continue(struct core *core, struct thread *thread);
/* A deadline on that core, which is told if it is its first. */
void core_deadline_add(struct core *core, struct core *home, struct deadline *deadline,
                       uint64_t when);
/* Brings the account of a SchedContext up to now: is its budget used up? */
bool core_is_spent(struct sched_context *context);
/* The same; and if it is, the period's end will be told. */
bool core_waits_for_next(struct core *core, struct sched_context *context);
/* What is left in the books is enough to know: the clock is read only when nothing is. */
static inline bool core_waits_for_period(struct core *core, struct sched_context *context)
{
    return context->remaining <= 0 && core_waits_for_next(core, context);
}
/* Gives a SchedContext another share, whatever it is being used for. */
void core_reconfigure(struct core *core, struct sched_context *context, const struct share *share);
/* Another ceiling for a thread, whatever it does. */
void core_set_ceiling(struct core *core, struct thread *thread, unsigned ceiling);

/* The SchedContext is about to be destroyed. */
void core_forget(struct sched_context *context);

static inline unsigned core_priority(const struct thread *thread)
{
    unsigned priority = thread->time->priority;

    return priority > thread->sender.ceiling ? priority : thread->sender.ceiling;
}

/* Bound of one event: a storm is taken in parts, programs' own priorities between them. */
#define INTERRUPTS_AN_EVENT 4
/* Handles what the interrupt controller has pending, a bounded number. */
void core_interrupts(struct core *core);
/* Handles one of them, and answers which: ARCH_IRQ_NONE if there is none. */
uint32_t core_interrupt(struct core *core);
/* Fires the timers that are due, a bounded number; others come when who runs has got on. */
void core_expire(struct core *core);
/*
 * May another follow in the event that `line` was handled in? Deadlines are enough for one: the
 * pause after them is time for a line, which may have a short way to its driver.
 */
static inline bool core_takes_more(const struct core *core, uint32_t line)
{
    return line != ARCH_IRQ_NONE && (line != ARCH_IRQ_TIMER || !core->expired);
}
