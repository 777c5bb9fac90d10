/* SPDX-License-Identifier: BSD-2-Clause */
/* The block's registers where they are real; tests link a model in place of this file. */
#include "pm.h"

uint32_t pm_read(const struct pm *pm, enum pm_register which)
{
    return pm->base[which / sizeof(uint32_t)];
}

void pm_write(const struct pm *pm, enum pm_register which, uint32_t value)
{
    pm->base[which / sizeof(uint32_t)] = value;
}
