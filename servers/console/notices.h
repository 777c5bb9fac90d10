/* SPDX-License-Identifier: BSD-2-Clause */
/* What init has to say: a log ring in the buffer of the client called "init". */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the ring and begins behind what was shown before. */
void notices_start(void);
/* Text that was not shown yet, in one piece: *size bytes, 0 for none. */
const char *notices_text(size_t *size);
/* So much of it was shown. */
void notices_shown(size_t size);
