/* SPDX-License-Identifier: BSD-2-Clause */
/* The last lines of a client, the newest first; old ones make room for new ones. */
#pragma once
#include <stddef.h>

#define HISTORY_LINES 16
#define HISTORY_BYTES 1024 /* of all lines together, each with a zero byte */

struct history {
    unsigned count;
    size_t used;
    char text[HISTORY_BYTES]; /* oldest first, one after the other */
};

/* Empty lines, repetitions of the last and lines that are too long are not kept. */
void history_add(struct history *history, const char *line, size_t size);
/* The line `back` lines ago (1: the last); NULL: there is none. */
const char *history_line(const struct history *history, unsigned back);
