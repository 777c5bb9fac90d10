/* SPDX-License-Identifier: BSD-2-Clause */
/* Few sleepers in a plain array: looking at all of them is bounded and short. */
#include "clock.h"

#include <stddef.h>

void clock_start(struct clock *clock, uint64_t now, uint64_t period)
{
    *clock = (struct clock){.period = period > 0 ? period : 1};
    clock->next = now + clock->period;
}

void clock_advance(struct clock *clock, uint64_t now)
{
    if (now < clock->next)
        return;
    uint64_t passed = (now - clock->next) / clock->period + 1;
    clock->periods += passed;
    clock->next += passed * clock->period;
}

uint64_t clock_deadline(const struct clock *clock)
{
    uint64_t nearest = clock->next;
    for (unsigned i = 0; i < CLOCK_SLEEPERS; i++) {
        const struct sleeper *sleeper = &clock->sleeper[i];
        if (sleeper->client != NULL && sleeper->deadline < nearest)
            nearest = sleeper->deadline;
    }
    return nearest;
}

static unsigned count(const struct clock *clock, const void *client)
{
    unsigned sleepers = 0;
    for (unsigned i = 0; i < CLOCK_SLEEPERS; i++)
        sleepers += clock->sleeper[i].client == client;
    return sleepers;
}

bool clock_has_room(const struct clock *clock, const void *client)
{
    return count(clock, NULL) > 0 && count(clock, client) < CLOCK_SLEEPERS_PER_CLIENT;
}

void clock_sleep(struct clock *clock, const void *client, unsigned reply, uint64_t deadline)
{
    for (unsigned i = 0; i < CLOCK_SLEEPERS; i++) {
        if (clock->sleeper[i].client == NULL) {
            clock->sleeper[i] = (struct sleeper){client, reply, deadline};
            return;
        }
    }
}

bool clock_wake(struct clock *clock, uint64_t now, struct sleeper *woken)
{
    for (unsigned i = 0; i < CLOCK_SLEEPERS; i++) {
        struct sleeper *sleeper = &clock->sleeper[i];
        if (sleeper->client != NULL && sleeper->deadline <= now) {
            *woken = *sleeper;
            sleeper->client = NULL;
            return true;
        }
    }
    return false;
}
