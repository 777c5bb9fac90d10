/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arrives at the program's endpoint, one at a time: the event in hand, and
 * how the next one is taken. The server loop and the C library's sleep share
 * it. Internal to lib/; one thread only.
 */
#pragma once
#include <lib/syscall.h>

enum hold {
    HOLD_NOTHING, /* no event */
    HOLD_FREE,    /* an event for which nothing is owed any more */
    HOLD_OWED,    /* the kernel expects its reply with the next reply_recv */
    HOLD_ASIDE,   /* its reply lies in `slot` */
};

/* The event in hand. crt0.S stores the first message at its beginning. */
struct hand {
    struct message message;
    enum hold hold;
    unsigned slot; /* reserved for its reply, or where that lies; 0: none */
};
extern struct hand event_hand;

/* By the start-up code: how the thread entered; its message is in hand already. */
void event_enter(enum thole_status status);

/* Waits until an event is in hand, if there is none. */
void event_first(void);
/* Answers the event in hand and takes the next. */
void event_answer(struct message answer);
/* Leaves the event in hand unanswered in the slot reserved for it; takes the next. */
void event_later(void);

/* A slot for the reply to the event in hand, the same when asked again. 0: none free. */
unsigned event_reserve(void);

/* The program's own timer. While its event is in hand, the answer to it does the arming. */
void event_timer_arm(uint64_t deadline);
void event_timer_disarm(void);

/* An active program sleeps. What arrives meanwhile is kept and taken afterwards. */
void event_sleep_until(uint64_t deadline);
