/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoint: where messages meet. Invariant: not both a receiver waits and a
 * sender that could meet it is queued. Receivers form stacks (the last to wait
 * is the warmest), senders queues: events before calls, first come first
 * served. Events without time of their own wait for a receiver that has some,
 * so those who have stand apart; other senders meet those who have none first.
 */
#pragma once
#include "sender.h"

struct endpoint {
    struct core *home;       /* whose short ways may use it: it is open, and nobody is queued; NULL: none */
    struct thread *warm;     /* the passive receiver that came last; NULL: see receivers */
    struct list receivers;   /* struct thread.link_receive: the passive ones, without time, before it */
    struct list active;      /* struct thread.link_receive: with time of their own */
    struct list events;      /* struct sender.link: have their time reserved */
    struct list timeless;    /* events without a SchedContext, faults that lost theirs */
    struct list calls;       /* threads; `marker` may stand among them */
    struct list marker;      /* linked: before it, `cancelling` was looked for */
    union {
        struct dying dying;  /* links destroyed endpoints */
        struct {
            uint64_t cancelling; /* the badge whose callers are being refused */
            bool closed;     /* callers get STATUS_PEER_STOPPED; stays so when it is dying */
        };
    };
};
STATIC_ASSERT(offsetof(struct endpoint, closed) >=
              offsetof(struct endpoint, dying) + offsetof(struct dying, progress));
STATIC_ASSERT(sizeof(struct endpoint) <= 1 << 7);

void endpoint_init(struct endpoint *endpoint);

/* System calls on an endpoint; the running thread is core->current. */
void endpoint_call(struct core *core, struct slot *slot, bool may_wait);
void endpoint_reply_receive(struct core *core, struct slot *slot);
void endpoint_receive(struct core *core, struct slot *slot, bool may_wait);
/* A thread that starts, or a sender that fires, comes to an endpoint. */
void endpoint_wait(struct core *core, struct endpoint *endpoint, struct thread *receiver);
void endpoint_queue(struct core *core, struct endpoint *endpoint, struct sender *sender);
/* A queued fault, or a waiting receiver, has just lost its time. */
void endpoint_fault_stranded(struct sender *sender);
void endpoint_receiver_stranded(struct thread *receiver);
/* A receiver waits no more. */
void endpoint_receiver_leaves(struct thread *receiver);
/* A waiting receiver has time of its own now. */
void endpoint_receiver_bound(struct core *core, struct thread *receiver);

/* Closes, refusing some of the queued callers; RESULT_MORE while some are left. */
enum thole_result endpoint_close(struct core *core, struct endpoint *endpoint) MUST_CHECK;
void endpoint_open(struct endpoint *endpoint);
/*
 * Looks at some of the queued callers and refuses those of `badge`; MORE while
 * some are left, or while those of another badge had to be looked for first:
 * two who cancel different badges in turns get no further than one queue of
 * eight allows, so an endpoint's requests are cancelled by one supervisor.
 */
enum thole_result endpoint_cancel_badge(struct core *core, struct endpoint *endpoint,
                                        uint64_t badge) MUST_CHECK;

/* Its original capability is gone: the dying list empties it. */
void endpoint_destroy(struct endpoint *endpoint);
