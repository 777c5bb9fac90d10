/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cache maintenance for drivers whose device reads and writes memory by itself
 * and does not see the caches. Works on memory of the caller's own that it has
 * mapped; no system call (the kernel lets programs do this: SCTLR_EL1.UCI).
 *
 * Before the device reads: cache_clean. Before it writes: cache_flush, so that
 * no dirty line falls on what it wrote. After it wrote, before the program
 * reads: cache_flush once more, for what was fetched meanwhile. The buffer must
 * begin and end on a line (cache_line_bytes), or it takes its neighbours along.
 */
#pragma once
#include <stddef.h>

/* The smallest line of all data caches (CTR_EL0.DminLine): 4 to 2048 bytes. */
size_t cache_line_bytes(void);
/* What the program wrote is in memory on return: clean to the point of coherency. */
void cache_clean(const void *start, size_t bytes);
/* The same, and nothing of it is cached any more: clean and invalidate. */
void cache_flush(const void *start, size_t bytes);
