/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every state that a thread can be in, one line each: how it comes to be, what
 * ends it, and what the operations on the thread answer in it. From the tables
 * of docs/kernel-states.md.
 */
#pragma once
#include "fixture.h"

/* Ends by init: the subject's endpoint has no other receiver, its faults go to `handler_end`. */
extern struct party subject;
extern unsigned handler_end; /* with SUBJECT_FAULTS on the way */
#define SUBJECT_PRIORITY 10
#define SUBJECT_FAULTS   0xf
#define SUBJECT_CALLS    0xc /* the badge with which it calls, where it does */

struct situation {
    const char *name;
    void (*enter)(void);  /* both begin and end while init runs */
    void (*finish)(void); /* what the subject waits for happens; NULL: it waits for nothing */
    enum thole_thread_state state, after; /* after `finish` */
    unsigned flags;
    enum thole_result resume, step, write, unbind, bind, cancel, start;
};

extern const struct situation situations[];
extern const unsigned situation_count;
