/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sender is what waits at an endpoint to be received: a thread that calls or
 * has faulted, an interrupt, a timer, a notification. There is one way to meet
 * a receiver for all of them, and one way to be done.
 *
 * State      where it is linked        who holds its time
 * IDLE       nowhere                   nobody: at home, free (threads: itself)
 * WAITS_TIME sched_context.waiting     someone else who shares it
 * QUEUED     endpoint.events/calls/    events: reserved by the sender
 *            timeless                  threads: itself
 * IN_SERVICE servant->owes             the servant if it had none, else as QUEUED
 * ASIDE      reply slot                as QUEUED
 *
 * IN_SERVICE and ASIDE: exactly one of servant and reply is set, and points back.
 */
#pragma once
#include "../list.h"
#include "capability.h"

struct endpoint;
struct sched_context;
struct thread;

enum sender_state { SENDER_IDLE, SENDER_WAITS_TIME, SENDER_QUEUED, SENDER_IN_SERVICE, SENDER_ASIDE };

/*
 * What makes a sender more than a thread that runs, calls or is called: the short
 * ways (arch) leave it to the long one unless all of these and `doomed` are zero, and most of
 * them unless `fp_turns` is.
 */
enum sender_flag {
    SENDER_EVENT = 1 << 0,     /* no thread */
    SENDER_FAULTED = 1 << 1,   /* kind is FAULT */
    SENDER_SUSPENDED = 1 << 2, /* READY, it is in no queue */
    SENDER_STEPPED = 1 << 3,   /* runs for one instruction */
    SENDER_UNMAPPED = 1 << 4,  /* its space_word must be found first, or there is none */
};

/* The order is for the short ways: what they touch stands behind the slots, with what follows. */
struct sender {
    struct slot endpoint;   /* events: where they go; threads: first endpoint */
    struct slot time;       /* the sender's own SchedContext, or empty */
    struct list link;
    struct endpoint *at;    /* QUEUED: where */
    struct slot *reply;     /* ASIDE: the Reply capability */
    uint64_t badge;         /* threads: of the capability called; events: that of `endpoint` */
    struct thread *servant; /* IN_SERVICE: the thread that owes the reply */
    uint8_t flags;          /* enum sender_flag */
    union {
        uint8_t fp_turns;   /* threads: of those with FP/SIMD registers, this and what is left; 0: none, see thread_fp */
        uint8_t awaited;    /* events: others may wait for the time of this service */
    };
    uint8_t doomed;         /* enum thole_status to answer instead, when its time comes home; 0: none */
    uint8_t ceiling;        /* threads; it is here to be compared with the flags */
    uint8_t kind;           /* enum thole_kind: CALL or FAULT for threads */
    union {
        uint8_t grant;      /* CALL: the capability it was sent through had RIGHT_GRANT */
        uint8_t shares;     /* INTERRUPT: others have its line, too */
    };
    uint8_t fired_again;    /* events: fire once more when this service ends */
    uint8_t state;          /* enum sender_state */
};

/* The SchedContext of its own, or NULL. */
static inline struct sched_context *sender_time(const struct sender *sender)
{
    return slot_object(&sender->time);
}

static inline bool sender_is_thread(const struct sender *sender)
{
    return (sender->flags & SENDER_EVENT) == 0;
}

void sender_init(struct sender *sender, enum thole_kind kind);
/* Of a thread: CALL or FAULT. */
void sender_set_kind(struct sender *sender, enum thole_kind kind);

/* An event happened. If it is not idle it is remembered for the end of its service. */
void sender_fire(struct core *core, struct sender *sender);
/* Fires now, if it is idle, what was remembered. */
void sender_refire(struct core *core, struct sender *sender);

/* The sender and a waiting receiver meet; both are in no list. Cannot fail. */
void sender_deliver(struct core *core, struct sender *sender, struct thread *receiver);

/* The receiver of a message is done with it, in one of these ways. */
void sender_answer(struct core *core, struct thread *servant);  /* with its message registers */
void sender_abandon(struct core *core, struct thread *servant, enum thole_status status);
void sender_set_aside(struct core *core, struct thread *servant, struct slot *empty);
/* `slot` is a Reply; the servant's message registers are the answer. */
void sender_answer_aside(struct core *core, struct slot *slot, struct thread *servant);
/* A sender that was taken out of a queue gets no answer. */
void sender_refuse(struct core *core, struct sender *sender, enum thole_status status);

/* A Reply capability goes away. */
void sender_reply_deleted(struct core *core, struct slot *slot);
/* An embedded slot of the sender is about to be cleared, or is by this. */
void sender_endpoint_removed(struct core *core, struct sender *sender);
void sender_time_removed(struct core *core, struct sender *sender);

/* What an event said and nobody has received yet is taken back. */
void sender_recall(struct core *core, struct sender *sender);
/* In no list and owed by nobody any more, as if it had never been sent. Time does not move. */
void sender_withdraw(struct sender *sender);
/* The sender's object is destroyed: nobody refers to it any more. */
void sender_destroy(struct core *core, struct sender *sender);

/* Fills the embedded slots; `time` NULL: none. */
void sender_bind(struct sender *sender, struct slot *endpoint, struct slot *time);
