/* SPDX-License-Identifier: BSD-2-Clause */
/* The GPIO block's registers where they are real; tests link a model in place of this file. */
#include "bcm2835_gpio.h"

uint32_t bcm2835_gpio_read(const struct gpio_device *gpio, uint32_t offset)
{
    return gpio->base[offset / sizeof(uint32_t)];
}

void bcm2835_gpio_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value)
{
    gpio->base[offset / sizeof(uint32_t)] = value;
}
