/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tutorial's protocol. A gauge keeps how many samples it was given, the
 * lowest and the highest. It forgets them when it dies.
 */
#pragma once

enum gauge_operation {
    /* in: a sample. */
    GAUGE_ADD = 1,
    /*
     * in: how many samples of 64 bits stand at the start of the buffer.
     * BAD_ARGUMENT: more than the buffer holds.
     */
    GAUGE_ADD_MANY,
    /* out: how many, lowest, highest. NOT_FOUND: there were none yet. */
    GAUGE_READ,
};
