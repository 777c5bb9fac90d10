/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoint: where messages meet. Invariant: not both a receiver waits and a
 * sender that could meet it is queued. Receivers form a stack (the last to
 * wait is the warmest), senders queues: events before calls, first come first
 * served. Events without time of their own wait for a receiver that has some.
 */
#pragma once
#include "sender.h"

struct endpoint {
    struct dying dying;      /* links destroyed endpoints */
    struct list receivers;   /* struct thread.link_receive */
    struct list events;      /* struct sender.link: have their time reserved */
    struct list timeless;    /* events without a SchedContext */
    struct list calls;       /* threads */
    bool closed;             /* callers get STATUS_PEER_STOPPED */
};
STATIC_ASSERT(sizeof(struct endpoint) <= 1 << 7);

void endpoint_init(struct endpoint *endpoint);

/* System calls on an endpoint; the running thread is core->current. */
void endpoint_call(struct core *core, struct slot *slot, bool may_wait);
void endpoint_reply_receive(struct core *core, struct slot *slot);
void endpoint_receive(struct core *core, struct slot *slot, bool may_wait);
/* A thread that starts, or a sender that fires, comes to an endpoint. */
void endpoint_wait(struct core *core, struct endpoint *endpoint, struct thread *receiver);
void endpoint_queue(struct core *core, struct endpoint *endpoint, struct sender *sender);

/* Closes, refusing some of the queued callers; RESULT_MORE while some are left. */
enum thole_result endpoint_close(struct core *core, struct endpoint *endpoint) MUST_CHECK;
void endpoint_open(struct endpoint *endpoint);

/* Its original capability is gone: the dying list empties it. */
void endpoint_destroy(struct endpoint *endpoint);
