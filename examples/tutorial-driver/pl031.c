/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL031's registers. */
#include "pl031.h"

#define RUN       1u /* RTCCR */
#define INTERRUPT 1u /* RTCIMSC, RTCRIS, RTCICR */

void pl031_start(const struct pl031 *clock)
{
    pl031_quiet(clock);
    if (!(pl031_read(clock, RTCCR) & RUN))
        pl031_write(clock, RTCCR, RUN);
}

uint32_t pl031_seconds(const struct pl031 *clock)
{
    return pl031_read(clock, RTCDR);
}

void pl031_alarm(const struct pl031 *clock, uint32_t when)
{
    uint32_t now;

    pl031_write(clock, RTCICR, INTERRUPT);
    pl031_write(clock, RTCIMSC, INTERRUPT);
    pl031_write(clock, RTCMR, when);
    /* The device compares for equality: a second that has passed would never come. */
    while ((now = pl031_seconds(clock)) > when && !(pl031_read(clock, RTCRIS) & INTERRUPT)) {
        when = now + 1;
        pl031_write(clock, RTCMR, when);
    }
}

void pl031_quiet(const struct pl031 *clock)
{
    pl031_write(clock, RTCIMSC, 0);
    pl031_write(clock, RTCICR, INTERRUPT);
}
