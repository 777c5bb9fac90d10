/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all objects have in common: how big they are, how they are made out of
 * cleared memory, and what happens when their original capability goes.
 */
#pragma once
#include "capability.h"

/*
 * The binary logarithm of the bytes that an object of this type takes;
 * `size_bits` is what the caller named. 0: not made by retype, or a bad size.
 */
unsigned object_size_bits(uint64_t type, uint64_t size_bits);
/* Makes an object in zeroed memory; answers the slot's object word, all rights. */
uint64_t object_make(enum thole_object type, unsigned size_bits, paddr_t memory);

/*
 * The object of an original capability that has no descendants ends; the slot
 * may be empty then (time that is lent dies later, and keeps its capability).
 * MORE: another core was told to leave it, and has not done so yet.
 */
enum thole_result object_destroy(struct core *core, struct slot *original) MUST_CHECK;
/* Any other capability goes: mappings, replies, and what embedded it. */
void capability_removed(struct core *core, struct slot *slot);

/* The Reply capability now lies in `slot`. */
void reply_moved(struct slot *slot);
/* One step of emptying a destroyed endpoint: MORE, or DONE. */
enum thole_result endpoint_dying_step(struct core *core, struct dying *object) MUST_CHECK;
