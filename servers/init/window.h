/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Init's own address space above INIT_FREE_ADDRESS: memory that it maps for
 * good, and one page through which it looks at, and fills, pages of programs.
 */
#pragma once
#include "memory.h"

/* Maps `count` pages, whose frames are in slots from `frame` on; NULL: it cannot be. */
void *window_map(unsigned frame, unsigned count);
/* Addresses for `count` pages, at which nothing is mapped. */
char *window_reserve(unsigned count);
/* Maps the frame in `slot` at such an address, readable and writable; false: it cannot be. */
bool window_put(unsigned slot, char *at);
/* New zeroed pages of init's own; NULL: there is no memory. */
void *window_new(size_t bytes);

/* A frame of 2 MiB, for reading; NULL: it cannot be. */
const void *window_map_large(unsigned frame);

/* The frame in `slot` until window_hide; NULL: it cannot be mapped. */
void *window_show(unsigned slot, unsigned rights);
void window_hide(unsigned slot);
