/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SchedContext: who waits for time, and its end.
 */
#include "sched_context.h"

#include "../core.h"
#include "thread.h"

void sched_context_init(struct sched_context *context)
{
    list_init(&context->waiting);
    context->next_period.kind = DEADLINE_PERIOD;
}

/* So many are left from now on, whatever was: none of them is consumed. */
static inline void refill(struct sched_context *context, int64_t remaining)
{
    context->given += (uint64_t)remaining - (uint64_t)context->remaining;
    context->remaining = remaining;
}

SELDOM void sched_context_used_up(struct sched_context *context)
{
    if (sched_context_is_whole(context))
        refill(context, (int64_t)context->budget);
}

SELDOM void sched_context_fill(struct sched_context *context, const struct share *share, uint64_t now)
{
    context->core = share->core;
    context->priority = share->priority;
    context->budget = share->budget;
    context->period = share->period;
    context->period_end = share->budget < share->period ? now + share->period : UINT64_MAX;
    refill(context, (int64_t)share->budget);
}

/* What a period begins with, after so many that have ended. */
static int64_t pay_back(const struct sched_context *context, uint64_t ended)
{
    uint64_t debt = context->remaining < 0 ? (uint64_t)-context->remaining : 0;

    if (ended > debt / context->budget)
        return (int64_t)context->budget - (int64_t)(ended == debt / context->budget + 1
                                                        ? debt % context->budget : 0);
    return (int64_t)(ended * context->budget) - (int64_t)debt;
}

/*
 * Periods follow one another without a gap. What was left of those that have
 * ended is lost, what was used too much is paid back out of each that begins.
 */
RARE void sched_context_begin_period(struct sched_context *context, uint64_t since, uint64_t now)
{
    uint64_t used = now - since, consumed = sched_context_consumed(context) + used;
    uint64_t ended = (now - context->period_end) / context->period + 1;
    uint64_t start = context->period_end + (ended - 1) * context->period;

    uint64_t used_in_first = since < context->period_end ? context->period_end - since : 0;
    uint64_t used_in_last = since < start ? now - start : used;

    if (context->remaining > (int64_t)used_in_first)
        context->remaining = (int64_t)used_in_first; /* more than that was left, and is lost */
    context->remaining -= (int64_t)(used - used_in_last);
    context->remaining = pay_back(context, ended) - (int64_t)used_in_last;
    context->given = consumed + (uint64_t)context->remaining;
    context->period_end = start + context->period;
}

void sched_context_period_ended(struct core *core, struct sched_context *context)
{
    if (context->thread != NULL)
        core_continue(core, context->thread);
    else if (context->event == NULL)
        sched_context_release(core, context);
}

void sched_context_release(struct core *core, struct sched_context *context)
{
    ASSERT(sched_context_is_free(context));
    if (list_empty(&context->waiting) || core_waits_for_period(core, context))
        return;
    struct sender *sender = CONTAINER_OF(context->waiting.next, struct sender, link);

    list_remove(&sender->link);
    sender->state = SENDER_IDLE;
    sender_fire(core, sender); /* takes the time, so at most one goes on */
}

static void end(struct core *core, struct sched_context *context)
{
    if (context->thread != NULL)
        thread_strand(core, context->thread);
    /* Bindings are capabilities, and those are gone: no sender waits here. */
    ASSERT(sched_context_is_free(context) && list_empty(&context->waiting));
    deadline_remove(&context->next_period);
    core_forget(context);
}

static bool is_lent(const struct sched_context *context)
{
    return context->thread != NULL && context->thread->lent;
}

void sched_context_destroy(struct core *core, struct slot *original)
{
    struct sched_context *context = slot_object(original);

    if (!is_lent(context)) {
        end(core, context);
        return;
    }
    slot_move(&context->dying, original);
    list_init(&context->dying_ring);
}

/* The capability passes to another that is dying: it was left to stand for all of them. */
static void pass_on(struct sched_context *context)
{
    struct sched_context *heir =
        CONTAINER_OF(context->dying_ring.next, struct sched_context, dying_ring);

    slot_move(&heir->dying, &context->dying);
    heir->dying.object = slot_word_of_object(heir, OBJECT_SCHED_CONTEXT, RIGHTS_ALL);
}

void sched_context_returned(struct core *core, struct sched_context *context)
{
    if (!list_linked(&context->dying_ring) || is_lent(context))
        return;
    if (!slot_is_empty(&context->dying) && !list_empty(&context->dying_ring))
        pass_on(context);
    else if (!slot_is_empty(&context->dying))
        slot_clear(&context->dying);
    list_remove(&context->dying_ring);
    end(core, context);
}

void sched_context_stand_for(struct sched_context *one, struct sched_context *other)
{
    slot_clear(&other->dying);
    list_join(&one->dying_ring, &other->dying_ring);
}
