/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL031's registers where they are real; the test links a model in place of this file. */
#include "pl031.h"

uint32_t pl031_read(const struct pl031 *clock, enum pl031_register which)
{
    return clock->base[which / sizeof(uint32_t)];
}

void pl031_write(const struct pl031 *clock, enum pl031_register which, uint32_t value)
{
    clock->base[which / sizeof(uint32_t)] = value;
}
