/* SPDX-License-Identifier: BSD-2-Clause */
/* BCM2711 5.2, GPIO_PUP_PDN_CNTRL_REGn: two bits a pin. */
#include "bcm2835_gpio.h"

#define PULL_PINS 16u
#define PULL_BITS 2u
#define PULL_MASK 3u

static void pull_line(const struct gpio_device *gpio, unsigned line, enum gpio_pull pull)
{
    static const uint32_t code[] = {
        [GPIO_PULLED_NOT] = 0, [GPIO_PULLED_UP] = 1, [GPIO_PULLED_DOWN] = 2};
    uint32_t offset = GPIO_PUP_PDN_CNTRL_REG0 + line / PULL_PINS * sizeof(uint32_t);
    unsigned shift = line % PULL_PINS * PULL_BITS;
    uint32_t all = bcm2835_gpio_read(gpio, offset);

    bcm2835_gpio_write(gpio, offset, (all & ~(PULL_MASK << shift)) | code[pull] << shift);
}

const struct bcm2835_gpio_chip bcm2835_gpio_chip = {.lines = 58, .pull = pull_line};
