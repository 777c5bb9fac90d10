/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that arrived while the program slept, kept until the server loop asks
 * for them; and the slots in which their replies lie. Internal to lib/.
 */
#pragma once
#include <stdbool.h>

#include "event.h"

#define EVENT_NEVER UINT64_MAX

/* One of the program's free slots, 0 if none is free; and giving it back. */
unsigned slot_take(void);
void slot_give(unsigned slot);

/* A message whose reply lies in `slot`. False: no room. */
bool backlog_add(const struct message *message, unsigned slot);
/* Signals merge; so does the timer, of which there is one. */
void backlog_signals(uint64_t bits);
void backlog_timer(uint64_t deadline, uint64_t now);

/* Puts the next kept event into *hand; false: there is none. */
bool backlog_take(struct hand *hand);
