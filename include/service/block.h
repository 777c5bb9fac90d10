/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk, or a part of one: sectors by number. Data travels in the edge's buffer, from
 * its first byte; the buffer's size is the most that one request moves. A request is
 * answered when it is done, so a client that wants several under way uses several edges.
 * Requests may be done again: reading and writing the same sectors twice is harmless.
 *
 * A client begins with BLOCK_INFO, before it puts anything into the buffer: what an
 * incarnation before it asked for may still be under way, and its data would come there.
 *
 * Each medium has a number, which is made of what the medium says of itself, and is the
 * same whoever asks and however often the server was restarted. Requests carry it, so that
 * nothing is done to a medium that the client does not know. It is never 0. Cards of one
 * size with the same CID, which a maker does not make, cannot be told apart; a medium that
 * was away and came back is the same.
 */
#pragma once
#include <stdint.h>

enum block_operation {
    /*
     * out: bytes of a sector, a power of two of at least 512; sectors; enum block_flag; the
     * medium's number. Of what this client asked for before, nothing reaches the buffer any more.
     */
    BLOCK_INFO = 1,
    /*
     * in: first sector, sectors (at least 1), the medium's number. BAD_ARGUMENT: past the end,
     * or the buffer's.
     */
    BLOCK_READ,
    /* The same. OK: the device took the data; it is safe after BLOCK_FLUSH. */
    BLOCK_WRITE,
    /* in: 0, 0, the medium's number. What was written by this client before is safe on it. */
    BLOCK_FLUSH,
};

enum block_flag {
    BLOCK_READ_ONLY = 1, /* writing is answered NOT_PERMITTED */
    BLOCK_REMOVABLE = 2,
};

/* out: with FAILED, why. What a write that failed left on the medium is not known. */
enum block_error {
    BLOCK_NO_MEDIUM = 1, /* there is none, or it has another number */
    BLOCK_IO,            /* the medium or the way to it has an error */
    BLOCK_TIMEOUT,       /* the device did not answer in time */
    BLOCK_NO_DRIVER,     /* whoever drives the disk does not run; of the medium nothing is known */
};
