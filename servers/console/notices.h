/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init has to say: a log ring in the buffer of the client called "init". What
 * is overwritten before its turn comes is not shown, and a line says how much it was.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the ring and begins behind what was shown before. */
void notices_start(void);
/* A line, or its rest, that was not shown yet: *size bytes, 0 for none. It stays until it is. */
const char *notices_text(size_t *size);
/* So much of it was shown. */
void notices_shown(size_t size);
