/* SPDX-License-Identifier: BSD-2-Clause */
/* The BSC's registers where they are real; tests link a model in place of this file. */
#include "bcm2835_i2c.h"

uint32_t bcm2835_i2c_read(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which)
{
    return i2c->base[which / sizeof(uint32_t)];
}

void bcm2835_i2c_write(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which,
                       uint32_t value)
{
    i2c->base[which / sizeof(uint32_t)] = value;
}
