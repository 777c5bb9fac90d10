/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL031's registers: one bit in each but the counters. */
#include "clock.h"

#define YES 1u

/* More seconds than pass between two looks at a clock that is one. */
#define SECONDS_WHILE_SETTING 8u

void clock_start(const struct clock *clock)
{
    clock_no_alarm(clock);
    if (clock_read(clock, CLOCK_RUN) != YES)
        clock_write(clock, CLOCK_RUN, YES);
}

uint32_t clock_seconds(const struct clock *clock)
{
    return clock_read(clock, CLOCK_DATA);
}

void clock_set(const struct clock *clock, uint32_t seconds)
{
    clock_write(clock, CLOCK_LOAD, seconds);
}

/* Has the second come, or can it still come? A match is one of equality. */
static bool will_ring(const struct clock *clock, uint32_t when)
{
    return clock_seconds(clock) < when || clock_read(clock, CLOCK_RAISED) == YES;
}

void clock_alarm(const struct clock *clock, uint32_t when)
{
    clock_write(clock, CLOCK_CLEAR, YES);
    clock_write(clock, CLOCK_MASK, YES);
    clock_write(clock, CLOCK_MATCH, when);
    for (unsigned i = 0; i < SECONDS_WHILE_SETTING && !will_ring(clock, when); i++) {
        when = clock_seconds(clock) + 1;
        clock_write(clock, CLOCK_MATCH, when);
    }
}

void clock_no_alarm(const struct clock *clock)
{
    clock_write(clock, CLOCK_MASK, 0);
    clock_write(clock, CLOCK_CLEAR, YES);
}
