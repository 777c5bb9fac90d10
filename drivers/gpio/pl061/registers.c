/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL061's registers where they are real; tests link a model in place of this file. */
#include "pl061.h"

uint32_t pl061_read(const struct gpio_device *gpio, uint32_t offset)
{
    return gpio->base[offset / sizeof(uint32_t)];
}

void pl061_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value)
{
    gpio->base[offset / sizeof(uint32_t)] = value;
}
