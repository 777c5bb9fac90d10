/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes of a hardware generator. */
#pragma once

enum random_operation {
    /*
     * in: bytes, 1 to the buffer's. out: how many are at the start of the buffer, at least
     * 1, and not more than were asked for. FAILED: the generator gives none. BUSY: too many
     * wait. BAD_ARGUMENT: no bytes, or more than the buffer has.
     */
    RANDOM_READ = 1,
};
