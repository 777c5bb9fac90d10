/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line editor: keys in, a line and what the terminal has to be told out. It
 * knows no serial line and no client. The line keeps to one row: what does not fit
 * beside the prompt scrolls sideways. Every character counts as one column.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "history.h"
#include "keys.h"
#include "text.h"

#define LINE_BYTES        256 /* of the longest line, with a zero byte */
#define LINE_PROMPT_BYTES 64  /* of the longest prompt */
#define LINE_COLUMNS      80  /* of the narrowest terminal */

/* What one key, or showing the line, may add to the output at most. */
#define LINE_OUTPUT_MAX (LINE_PROMPT_BYTES + LINE_COLUMNS * 4 + 96)

struct line {
    struct keys keys;
    struct history *history;
    char prompt[LINE_PROMPT_BYTES];
    size_t prompt_size;
    char text[LINE_BYTES]; /* whole characters only, no zero byte at the end */
    size_t size;
    size_t cursor;          /* a byte, the first of a character or the end */
    size_t first;           /* the first byte that is shown */
    bool refused;           /* characters found no room since the last other key */
    unsigned back;          /* how far back in the history; 0: the new line */
    char stash[LINE_BYTES]; /* the new line while one of the history is shown */
    size_t stash_size;
};

enum line_event {
    LINE_MORE,
    LINE_DONE, /* text[0..size) is the line */
};

/* A new, empty line. The decoding of keys goes on where it was. */
void line_begin(struct line *line, struct history *history, const char *prompt, size_t size);
/* Puts text at the cursor as if typed, without showing it: for a line begun before. */
void line_insert(struct line *line, const char *bytes, size_t size);
/* Shows prompt and line on an empty row; takes them off the row again. */
void line_show(struct line *line, struct text *out);
void line_hide(struct text *out);
/* A byte from the terminal, while the line is shown. */
enum line_event line_byte(struct line *line, uint8_t byte, struct text *out);
