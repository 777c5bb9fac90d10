/* SPDX-License-Identifier: BSD-2-Clause */
/* The RNG200's registers where they are real; tests link a model in place of this file. */
#include "rng200.h"

uint32_t rng200_read(const struct rng200 *rng, enum rng200_register which)
{
    return rng->base[which / sizeof(uint32_t)];
}

void rng200_write(const struct rng200 *rng, enum rng200_register which, uint32_t value)
{
    rng->base[which / sizeof(uint32_t)] = value;
}
