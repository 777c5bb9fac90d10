/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system log. Each client writes its own ring in its edge's buffer without
 * asking anybody, overwriting its oldest lines; the log server only reads. The
 * ring belongs to the edge and so outlives the client: `log NAME` shows what a
 * dead server said last. The second half of the buffer carries LOG_READ.
 *
 * Before bytes are put, `begun` says how far they will go; `written` follows when
 * they are there. What a reader copied is whole if, looked at afterwards, `begun`
 * is not more than `bytes` ahead of where the copy began.
 */
#pragma once
#include <stdint.h>

#define LOG_RING_MAGIC 0x474f4cu

/* At the start of the buffer. A line: seconds since boot as text "[    1.234567] ", text, '\n'. */
struct log_ring {
    uint32_t magic;
    uint32_t bytes;    /* of data */
    uint64_t written;  /* bytes ever written; byte n is data[n % bytes] */
    uint64_t begun;    /* as far as the writer has put bytes, or is about to */
    uint8_t data[];
};

enum log_operation {
    /*
     * in: bytes of the client's node name at the start of the buffer's second
     * half (0: of all, merged by time), position (0 at first). out: bytes of
     * text there, next position (0: that was all). NOT_FOUND: no such client.
     */
    LOG_READ = 1,
};
