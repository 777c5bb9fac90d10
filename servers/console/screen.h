/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to the terminal and back: the two rings of the serial line. What the
 * console says itself is staged in a small buffer; text of clients goes from their
 * memory into the ring, as much as it has room for. Nothing here waits.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "text.h"

#define SCREEN_PARTIAL_BYTES LINE_PROMPT_BYTES

/* False: there is no usable serial line. */
bool screen_start(void);
/* Behind the rings the edge's buffer has room that outlives the console. */
void *screen_spare(size_t *bytes);

/* Where to put what the console says; empty it with screen_flush before adding more. */
struct text *screen_stage(void);
/* True: all that was staged is in the ring. */
bool screen_flush(void);
/* Sends text with line ends made ready for a terminal; how much of it was sent. */
size_t screen_send(const char *bytes, size_t count);
/* Bytes that the driver has not taken yet. */
size_t screen_pending(void);
/* Is the cursor behind text without an end? */
bool screen_is_partial(void);
/* Makes that text the prompt `to`: as many bytes, 0 for none or too many. */
size_t screen_take_partial(char to[SCREEN_PARTIAL_BYTES]);
/* Ends that line, if there is one, by staging an end. */
void screen_end_partial(void);

/* A byte the user typed; false: none. */
bool screen_byte(uint8_t *byte);
/* Wakes the driver if it has to know of something. Last of all. */
void screen_signal(void);
