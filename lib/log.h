/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a log ring, and what a reader has to know; see lib/include/lib/log_reader.h.
 * Nothing here depends on the machine.
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

/*
 * The oldest byte that is whole. Asked after a copy it tells of the copy: what of it
 * lies before that byte may have been overwritten meanwhile.
 */
uint64_t log_ring_oldest(const struct log_ring *ring, uint32_t capacity);
