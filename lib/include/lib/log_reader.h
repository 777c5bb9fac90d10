/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines out of a log ring that somebody else writes, perhaps right now, perhaps
 * with bad intent: nothing outside of the ring is read, a line has an end, and what
 * is no text becomes '?'. A line is a copy that was whole when it was made: what is
 * overwritten before or meanwhile is left out up to the next line's beginning.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <service/log.h>

#define READER_LINE_BYTES 256 /* of a line with its end; longer ones are cut in two */

struct reader {
    const struct log_ring *ring;
    size_t bytes;  /* of data, found sound */
    uint64_t next; /* the byte where the next line begins */
    uint64_t end;  /* what was written when it was opened */
    uint64_t lost; /* bytes that were to be read and are not there any more */
    uint64_t time; /* of the last line, in microseconds; never falls */
};

struct reader_line {
    char text[READER_LINE_BYTES]; /* with a line feed at the end */
    size_t size;
    uint64_t start;    /* its first byte in the ring */
    size_t after_time; /* where the text begins behind "[    1.234567] " */
    uint64_t time;     /* a line that says none has that of the one before */
};

/* A ring in a buffer with room for `room` bytes; from its oldest line on. false: there is none. */
bool reader_open(struct reader *reader, const struct log_ring *ring, size_t room);
/* Goes on at byte `position`, or at the first whole line behind it that is still there. */
void reader_seek(struct reader *reader, uint64_t position);
/* The next line; false: that was all. */
bool reader_next(struct reader *reader, struct reader_line *line);
