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

enum thole_result sched_context_destroy(struct core *core, struct sched_context *context)
{
    struct thread *thread = context->thread;

    if (thread != NULL && thread->lent)
        return RESULT_BUSY;
    if (thread != NULL)
        thread_strand(core, thread);
    /* Bindings are capabilities, and those are gone: no sender waits here. */
    ASSERT(sched_context_is_free(context) && list_empty(&context->waiting));
    core_forget(core, context);
    return RESULT_DONE;
}
