/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock's registers where they are real; tests link a model in place of this file. */
#include "clock.h"

uint32_t clock_read(const struct clock *clock, enum clock_register which)
{
    return clock->base[which / sizeof(uint32_t)];
}

void clock_write(const struct clock *clock, enum clock_register which, uint32_t value)
{
    clock->base[which / sizeof(uint32_t)] = value;
}
