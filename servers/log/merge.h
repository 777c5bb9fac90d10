/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several rings as one text, by time. Where a reading stops is one number, so that
 * the log server remembers nothing of its readers: the time of the last line given,
 * whose ring it was in, and how many lines of that ring had that time.
 */
#pragma once
#include <lib/log_reader.h>
#include <service/startup.h>

#define MERGE_RINGS STARTUP_EDGE_MAX

struct merge_source {
    const char *name;
    struct reader reader;
    struct reader_line line; /* the next of this ring */
    uint64_t key;            /* of that line: its place in the order; MERGE_END: none */
};

#define MERGE_END UINT64_MAX

/* What was given, as MERGE_START or as merge_text returned it. */
#define MERGE_START 0

/*
 * Fills `text` with whole lines behind `position`, each with its source's name, and
 * returns the position behind them; MERGE_START: that was all. Readers are open.
 */
uint64_t merge_text(struct merge_source *source, unsigned count, uint64_t position, char *text,
                    size_t limit, size_t *size);
