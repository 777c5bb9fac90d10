/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic of time. Internal to lib/; nothing here depends on the machine.
 */
#pragma once
#include <stdint.h>

#define NS_PER_S UINT64_C(1000000000)
#define US_PER_S UINT64_C(1000000)

/*
 * A count at `from` a second as a count at `to` a second: rounded up, so that a
 * sleep is never too short; UINT64_MAX if it does not fit. Rates are above 0
 * and their product fits in 64 bits.
 */
uint64_t ticks_convert(uint64_t count, uint64_t from, uint64_t to);
