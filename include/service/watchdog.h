/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watchdog: resets the machine unless it is fed in time. One client, which owns it;
 * others are answered NOT_PERMITTED. It goes on when the client or the driver dies.
 */
#pragma once

enum watchdog_operation {
    /* in: seconds, 1 to the most it can. Starts it, or feeds it with another time. out: the most. */
    WATCHDOG_START = 1,
    /* Again the time of WATCHDOG_START. NOT_FOUND: it does not run. */
    WATCHDOG_FEED,
    WATCHDOG_STOP,
    /* out: 1 if it runs, thousandths of a second left, 1 if the machine's last reset was its. */
    WATCHDOG_STATE,
};
