/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock without its messages: a period that is counted, and sleepers with
 * their deadlines. Times are ticks of the system counter, given by the caller.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SLEEPERS            32
#define CLOCK_SLEEPERS_PER_CLIENT 4

struct sleeper {
    const void *client; /* NULL: nobody sleeps here */
    unsigned reply;     /* slot of the answer that is owed */
    uint64_t deadline;
};

struct clock {
    uint64_t period;
    uint64_t next;    /* end of the current period */
    uint64_t periods; /* that have passed */
    struct sleeper sleeper[CLOCK_SLEEPERS];
};

/* A period of 0 is taken as 1. */
void clock_start(struct clock *clock, uint64_t now, uint64_t period);
/* Counts the periods that have ended by now, however many. */
void clock_advance(struct clock *clock, uint64_t now);
/* When something has to be done next. */
uint64_t clock_deadline(const struct clock *clock);

/* Could one more request of this client wait? */
bool clock_has_room(const struct clock *clock, const void *client);
/* Only when there is room. */
void clock_sleep(struct clock *clock, const void *client, unsigned reply, uint64_t deadline);
/* Takes out one sleeper whose time has come; false: none. */
bool clock_wake(struct clock *clock, uint64_t now, struct sleeper *woken);
