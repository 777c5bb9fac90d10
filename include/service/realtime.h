/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock that knows the date, and goes on while the machine is off. */
#pragma once

enum realtime_operation {
    /* out: seconds since 1970-01-01 00:00 UTC. */
    REALTIME_GET = 1,
    /* in: seconds. BAD_ARGUMENT: more than the device can hold. */
    REALTIME_SET,
    /*
     * in: seconds. Answered with the seconds when it is that late; at once if it is later
     * already. BUSY: too many wait.
     */
    REALTIME_WAIT,
};
