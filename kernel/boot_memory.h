/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of the memory when the kernel has taken what it needs. See
 * boot.h for boot_memory_init and boot_memory_take.
 */
#pragma once
#include "region.h"

/* Takes the next free block, a power of two and aligned to its size. False: none is left. */
bool boot_memory_next_block(struct region *block);
/* The largest such block that the region begins with: a binary logarithm. */
unsigned boot_block_bits(struct region region);
