/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Converts by whole seconds and the rest of one, so that 64 bits are enough.
 */
#include "ticks.h"

uint64_t ticks_convert(uint64_t count, uint64_t from, uint64_t to)
{
    uint64_t rest = ((count % from) * to + (from - 1)) / from;
    uint64_t whole;

    if (__builtin_mul_overflow(count / from, to, &whole) ||
        __builtin_add_overflow(whole, rest, &whole))
        return UINT64_MAX;
    return whole;
}
