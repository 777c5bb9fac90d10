/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watchdog: resets the machine unless it is fed in time. One client owns it, the first
 * that the tree names; others may ask WATCHDOG_STATE, and are answered NOT_PERMITTED to
 * all else. It goes on when the client or the driver dies.
 */
#pragma once

enum watchdog_operation {
    /*
     * in: seconds, 1 to the most it can. Starts it, or feeds it with another time.
     * out: the most, with BAD_ARGUMENT as well.
     */
    WATCHDOG_START = 1,
    /*
     * Again the time of WATCHDOG_START. NOT_FOUND: it does not run, or the driver was
     * restarted and knows no time: WATCHDOG_START will do.
     */
    WATCHDOG_FEED,
    WATCHDOG_STOP,
    /*
     * out: 1 if it runs, thousandths of a second left, 1 if the machine's last reset was by
     * a watchdog, also one that was ordered where a watchdog is the way to reset.
     */
    WATCHDOG_STATE,
};
