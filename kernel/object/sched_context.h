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
 * Lent time keeps its way home in the reply link of who lent it, not here.
 */
#pragma once
#include "../deadline.h"
#include "sender.h"

struct sched_context {
    struct list ready;        /* in core->ready[level] while queued */
    struct thread *thread;
    struct sender *event;
    struct list waiting;      /* senders in WAITS_TIME */
    struct deadline replenish;
    uint64_t budget;          /* ticks a period; 0: not configured */
    uint64_t period;          /* ticks */
    uint64_t consumed;        /* ticks used since it was made */
    uint8_t priority;
    uint8_t level;            /* of the ready queue it is in */
    uint8_t core;
};
STATIC_ASSERT(sizeof(struct sched_context) <= 1 << 8);

static inline bool sched_context_is_free(const struct sched_context *context)
{
    return context->thread == NULL && context->event == NULL;
}

void sched_context_init(struct sched_context *context);
/* Nobody holds it any more: the next sender that waits for it fires. */
void sched_context_release(struct core *core, struct sched_context *context);
/* RESULT_BUSY while it is lent; else it is taken from its owner and may be destroyed. */
enum thole_result sched_context_destroy(struct core *core, struct sched_context *context) MUST_CHECK;
