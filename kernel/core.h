/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core has of its own: the running thread, the ready queue, the timers.
 * The scheduler: the most urgent ready SchedContext runs, first come first
 * served among equals; the running one is in no queue.
 */
#pragma once
#include "deadline.h"
#include "list.h"
#include "object/sched_context.h"

struct core {
    struct thread *current;      /* who runs; NULL while nobody can */
    struct thread *loaded;       /* whose address space and FP trap are set up; NULL: load again */
    struct sched_context *running; /* whose time has been running since `since`; NULL: none */
    uint64_t ready_levels;       /* bit n: ready[n] is not empty */
    struct list ready[PRIORITY_COUNT];
    struct deadlines deadlines;
    uint64_t since;              /* ticks: up to here `running` is accounted */
    uint64_t timer_set;          /* the deadline that the machine's timer has */
    unsigned number;
};

void core_init(struct core *core, unsigned number);

/*
 * The thread has time and can run. TURN_NEXT: it goes on where it was, before
 * its equals; TURN_LAST: behind them.
 */
enum turn { TURN_NEXT, TURN_LAST };
void core_ready(struct core *core, struct thread *thread, enum turn turn);
/* The thread, READY until now, no longer is (it waits, stops, or lost its time). */
void core_unready(struct core *core, struct thread *thread);
/* Ends an event: chooses who runs, switches to it, sets the timer. Waits if nobody can. */
struct thread *core_choose(struct core *core);
/* The running thread lets its equals run. */
void core_yield(struct core *core);

/* Its SchedContext's period ended: it goes on if it waits for that. */
void core_continue(struct core *core, struct thread *thread);
/* Brings the account of a SchedContext up to now: is its budget used up? */
bool core_is_spent(struct core *core, struct sched_context *context);
/* The same; and if it is, the period's end will be told. */
bool core_waits_for_period(struct core *core, struct sched_context *context);
/* Gives a SchedContext another share, whatever it is being used for. */
void core_reconfigure(struct core *core, struct sched_context *context, const struct share *share);
/* Another ceiling for a thread, whatever it does. */
void core_set_ceiling(struct core *core, struct thread *thread, unsigned ceiling);

/* The SchedContext is about to be destroyed. */
void core_forget(struct core *core, struct sched_context *context);

unsigned core_priority(const struct thread *thread);

/* Handles what the interrupt controller has pending, a bounded number. */
void core_interrupts(struct core *core);
/* Fires the timers that are due, a bounded number. */
void core_expire(struct core *core);
/* Sets the machine's timer for the first deadline, if that has changed. */
void core_deadlines(struct core *core);
