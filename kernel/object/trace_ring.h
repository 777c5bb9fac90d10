/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of thole/trace.h: a Frame that a holder of the Machine gave. The
 * kernel refers to it by a capability like any other, so that the memory is not
 * used for anything else before tracing has stopped. The ring is written, never
 * read: whatever programs do to it, the kernel's own count says where to write.
 */
#pragma once
#include <thole/trace.h>

#include "capability.h"

/* OCCUPIED: there is a ring already. BAD_ARGUMENT: a device's frame, or one of 1 GiB. */
enum thole_result trace_ring_check(const struct slot *frame) MUST_CHECK;
/* The events that follow go there, on all cores; `frame` was checked. */
void trace_ring_start(struct slot *frame);
/* Does nothing if there is none. */
void trace_ring_stop(void);
/* Its capability is about to be cleared. */
void trace_ring_removed(void);
/*
 * The record of an event that is over, by its core and without the lock: waiting
 * for that would be on the time of who runs next. What that core posted before was
 * flushed.
 */
void trace_ring_post(unsigned core, const struct thole_trace_record *record);
/* With the lock: what was posted is numbered and written, if there is a ring. */
void trace_ring_flush(void);
