/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: lines and prompts on a serial line. Text travels in the edge's
 * buffer, from its first byte. Answers: OK, BAD_ARGUMENT (more bytes than the
 * buffer has), BUSY. A client whose call ends with PEER_DIED asks again.
 */
#pragma once

enum console_operation {
    /* in: bytes. Answered when all of the text is on its way to the line. */
    CONSOLE_WRITE = 1,
    /*
     * in: bytes of prompt in the buffer (0: none). Shows it and lets the user
     * edit a line, with the history of this client. out: bytes of the line in
     * the buffer, without its end. One reader at a time; others wait in order.
     */
    CONSOLE_READ_LINE = 2,
    /* out: bytes on their way that the serial line's driver has not taken yet. */
    CONSOLE_PENDING = 3,
};
