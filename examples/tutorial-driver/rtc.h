/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tutorial's second protocol: the time of day, in seconds since 1970-01-01
 * 00:00 UTC. Who waits when the driver dies gets PEER_DIED, and asks again.
 */
#pragma once

enum rtc_operation {
    /* out: seconds. */
    RTC_NOW = 1,
    /* in: seconds. Answered when it is that time. out: seconds. BUSY: too many wait. */
    RTC_WAIT,
};
