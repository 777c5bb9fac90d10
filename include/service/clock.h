/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock: time since boot, and sleeping, for programs that do not want a
 * timer of their own. The example of a server that sets replies aside.
 */
#pragma once

enum clock_operation {
    /* out: nanoseconds since boot, ticks of the clock's own period so far. */
    CLOCK_NOW = 1,
    /* in: nanoseconds. Answered when they have passed. BUSY: too many sleep. */
    CLOCK_SLEEP = 2,
};
