/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailboxes and the firmware behind them for host tests. A message sent waits until
 * the firmware has its turn; what it finds in memory that no firmware would understand
 * fails the test. One device; the driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the firmware deals with a question. */
enum mbox_model_manner {
    MBOX_HONEST,
    MBOX_SILENT,        /* takes the message and says nothing */
    MBOX_ERROR,         /* the code for a question not understood */
    MBOX_UNANSWERED,    /* its message comes back, the memory untouched */
    MBOX_TAG_UNKNOWN,   /* all is well, but the tags' codes do not say so */
    MBOX_TAG_OTHER,     /* answers other tags than were asked */
    MBOX_SHORT,         /* answers of three bytes */
    MBOX_LONG,          /* answers that say they are two GiB long, less a byte */
    MBOX_OTHER_CLOCK,   /* numbers of another clock, or of another sensor */
    MBOX_OTHER_ADDRESS, /* right answers, and a message that names another address */
    MBOX_GARBAGE,       /* writes all ones over the question and beyond */
};

/* A new device; memory of ours is at `bus` for the firmware. */
void mbox_model_reset(void *memory, size_t bytes, uint64_t bus);
void mbox_model_manner(enum mbox_model_manner manner);
/* The firmware takes all that was sent, and answers; how many messages. */
unsigned mbox_model_turn(void);
/* A message that nobody asked for. */
void mbox_model_message(uint32_t message);
/* The firmware has no room for messages, or again. */
void mbox_model_full(bool full);
/* The status says for ever that there is a message. */
void mbox_model_chatter(void);
bool mbox_model_interrupt(void);
unsigned mbox_model_waiting(void);
/* The last message that was sent. */
uint32_t mbox_model_last(void);
/* Of these clocks there is one: 1, and the firmware says 0 Hz of all others. */
#define MBOX_MODEL_CLOCKS 3u
