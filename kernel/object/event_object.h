/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt, Timer and Notification: the senders that are no threads. What
 * they say when they arrive, and what the reply to each does.
 */
#pragma once
#include "../deadline.h"
#include "sender.h"

#define IRQ_LINE_NONE UINT32_MAX
/* Lines from here on do not exist: the interrupt controllers' shared lines end here. */
#define IRQ_LINES 1020

extern struct interrupt *irq_line[IRQ_LINES]; /* the first on each */

/* What the sender's slots name if it has time, for the short ways. Without time only `time` says so: NULL. */
struct event_ends {
    struct sched_context *time;
    struct endpoint *endpoint;
};

struct interrupt {
    struct sender sender;
    uint16_t owing;              /* 0; or fired, its reply has not come: 1 + the core that took it */
    uint16_t zero;               /* written with it */
    uint32_t line;               /* IRQ_LINE_NONE: not attached */
    struct event_ends ends;
    struct interrupt *next;      /* others on the same line */
    uint64_t fired;              /* since the last delivery */
};
STATIC_ASSERT(sizeof(struct interrupt) <= 1 << 8);

struct timer {
    struct sender sender;
    struct deadline deadline;    /* in core->deadlines while armed */
    uint64_t when;               /* the deadline that fired */
};
STATIC_ASSERT(sizeof(struct timer) <= 1 << 8);

struct notification {
    struct sender sender;
    uint64_t bits;               /* signalled and not yet received */
    struct event_ends ends;
};
STATIC_ASSERT(sizeof(struct notification) <= 1 << 8);

/* From `flags` to `zero`: an Interrupt in service that this core took, and of which nothing is special. */
struct interrupt_taken {
    uint8_t flags, awaited, doomed, ceiling, kind, shares, fired_again, state;
    uint16_t owing, zero;
};
static inline struct interrupt_taken interrupt_taken(unsigned core)
{
    return (struct interrupt_taken){ .flags = SENDER_EVENT, .kind = KIND_INTERRUPT,
                                     .state = SENDER_IN_SERVICE, .owing = (uint16_t)(1 + core) };
}

/* Its slots have changed. */
void event_bound(struct sender *sender);

/* The words of an event or fault that is being delivered; the count. Takes the bits, the count of firings. */
unsigned event_words(struct sender *sender, uint64_t word[THOLE_MESSAGE_WORDS]);
/* Its service ended. `servant`: who replied, with message registers; NULL: nobody. */
void event_finished(struct core *core, struct sender *sender, const struct thread *servant);

void notification_signal(struct core *core, struct notification *notification, uint64_t bits);

void timer_arm(struct core *core, struct timer *timer, uint64_t when);
/* Its deadline came: the node is in no set any more. */
void timer_expired(struct core *core, struct deadline *deadline);
void timer_destroy(struct core *core, struct timer *timer);

enum thole_result interrupt_attach(struct interrupt *interrupt, uint64_t line,
                                   enum thole_trigger trigger) MUST_CHECK;
/* Its line goes to the core of its time from now on. */
void interrupt_route(const struct interrupt *interrupt);
/* The machine acknowledged `line`: all that share it fire. */
void interrupt_line_fired(struct core *core, uint32_t line);
void interrupt_destroy(struct core *core, struct interrupt *interrupt);
