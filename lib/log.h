/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a log ring. Internal to lib/; nothing here depends on the machine.
 */
#pragma once
#include <stddef.h>

#include <service/log.h>

/*
 * Makes the `bytes` of memory at `ring` a log ring, or goes on with the one that
 * is there: what an incarnation before this one wrote stays readable. Answers
 * the capacity; 0: too small.
 */
uint32_t log_ring_open(struct log_ring *ring, size_t bytes);

/* Appends text, of which at most the last `capacity` bytes stay. */
void log_ring_append(struct log_ring *ring, uint32_t capacity, const char *text, size_t count);
