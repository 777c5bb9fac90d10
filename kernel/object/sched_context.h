/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SchedContext: time. The scheduler queues these, not threads. It is in
 * exactly one place:
 *
 * thread set     that thread runs on it, waits with it, or is ready with it
 * event set      reserved by an event sender that is queued or in service
 *                (both set: the event's servant runs on it)
 * neither        free
 *
 * Lent time keeps its way home in the reply link of who lent it, not here. If
 * it is destroyed while it is lent it is dying: the chain goes on with it to
 * the end, and until then its original capability stands in `dying`, so that
 * its memory is in use.
 */
#pragma once
#include "../deadline.h"
#include "sender.h"

/* The order is for the short ways: what a change of whose time it is touches is in the first cache line. */
struct sched_context {
    struct list ready;        /* in core->ready[level] while queued */
    struct thread *thread;
    struct sender *event;
    uint8_t core;             /* the short ways read four bytes from here on as one word */
    uint8_t nothing[2];
    uint8_t priority;
    uint8_t level;            /* of the ready queue it is in */
    uint8_t unused[3];
    int64_t remaining;        /* ticks left in its period, but for what runs now; below 0: used too much */
    uint64_t period_end;      /* of the period that `remaining` is for; UINT64_MAX: it is whole */
    uint64_t given;           /* ticks since it was made; what is not `remaining` of them is consumed */
    uint64_t budget;          /* ticks a period; 0: not configured */
    uint64_t period;          /* ticks */
    struct list waiting;      /* senders in WAITS_TIME */
    struct slot dying;        /* empty too if another of the ring stands for it */
    struct list dying_ring;   /* linked while dying */
    struct deadline next_period; /* pending while somebody waits for its end */
};
STATIC_ASSERT(sizeof(struct sched_context) <= 1 << 8);

static inline bool sched_context_is_free(const struct sched_context *context)
{
    return context->thread == NULL && context->event == NULL;
}

/* Has SchedControl given it a share? Until then nothing runs on it. */
static inline bool sched_context_is_configured(const struct sched_context *context)
{
    return context->budget != 0;
}

/* Longer periods are refused, so that no sum of times overflows. */
#define PERIOD_TICKS_MAX (1ULL << 61)

/* Is it never spent? Then the budget is only its turn among equals, and its periods need no end. */
static inline bool sched_context_is_whole(const struct sched_context *context)
{
    return context->period_end == UINT64_MAX;
}

void sched_context_init(struct sched_context *context);

/* Ticks used since it was made, by its books: whoever runs it writes no more than `remaining`. */
static inline uint64_t sched_context_consumed(const struct sched_context *context)
{
    return context->given - (uint64_t)context->remaining;
}

/* What SchedControl gives it. A new period begins now. */
struct share {
    uint8_t core, priority;
    uint64_t budget, period; /* ticks, 1 <= budget <= period <= PERIOD_TICKS_MAX */
};
void sched_context_fill(struct sched_context *context, const struct share *share, uint64_t now);
/* The same, when a period has ended by now, or some. */
void sched_context_begin_period(struct sched_context *context, uint64_t since, uint64_t now);
/* What `remaining` gave is used; if it is whole its next turn begins. */
void sched_context_used_up(struct sched_context *context);
/* It ran from `since` to `now` (the same: it rested); periods that have begun meanwhile count. */
INLINED void sched_context_charge(struct sched_context *context, uint64_t since, uint64_t now)
{
    ASSERT(sched_context_is_configured(context));
    if (now >= context->period_end) {
        sched_context_begin_period(context, since, now);
        return;
    }
    context->remaining -= (int64_t)(now - since);
    if (context->remaining <= 0)
        sched_context_used_up(context);
}
/* A period has ended, and somebody waited for that. */
void sched_context_period_ended(struct core *core, struct sched_context *context);
/* Nobody holds it any more: the next sender that waits for it fires. */
void sched_context_release(struct core *core, struct sched_context *context);
/* It is taken from its owner; while it is lent, its capability moves to `dying`. */
void sched_context_destroy(struct core *core, struct slot *original);
/* Lent time has gone back one link: if it is dying and this was the last, it ends. */
void sched_context_returned(struct core *core, struct sched_context *context);

/* The dying SchedContext that this slot is part of, or NULL. */
static inline struct sched_context *sched_context_dying(const struct slot *slot)
{
    struct sched_context *context = slot_object(slot);

    return slot_type(slot) == OBJECT_SCHED_CONTEXT && slot == &context->dying ? context : NULL;
}
/* `one` shall stand for what `other` stands for; that one's slot is out of the tree, and zero. */
void sched_context_stand_for(struct sched_context *one, struct sched_context *other);
