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
}

void sched_context_release(struct core *core, struct sched_context *context)
{
    ASSERT(sched_context_is_free(context));
    if (list_empty(&context->waiting))
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
    core_forget(core, context);
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
