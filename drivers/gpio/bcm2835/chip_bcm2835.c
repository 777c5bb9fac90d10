/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BCM2835 6.1, GPPUD and GPPUDCLKn: the pull is put up, the pins that shall have it are
 * clocked, and both are taken back, with 150 cycles of the device between.
 */
#include "bcm2835_gpio.h"

/* Each is a round trip over the peripheral bus, longer than a cycle of the device. */
#define SETTLE_READS 150u

static void let_settle(const struct gpio_device *gpio)
{
    for (unsigned i = 0; i < SETTLE_READS; i++)
        (void)bcm2835_gpio_read(gpio, GPPUD);
}

static void pull_line(const struct gpio_device *gpio, unsigned line, enum gpio_pull pull)
{
    static const uint32_t code[] = {
        [GPIO_PULLED_NOT] = 0, [GPIO_PULLED_DOWN] = 1, [GPIO_PULLED_UP] = 2};
    uint32_t clock = GPPUDCLK0 + line / 32 * sizeof(uint32_t);

    bcm2835_gpio_write(gpio, GPPUD, code[pull]);
    let_settle(gpio);
    bcm2835_gpio_write(gpio, clock, 1u << line % 32);
    let_settle(gpio);
    bcm2835_gpio_write(gpio, GPPUD, 0);
    bcm2835_gpio_write(gpio, clock, 0);
}

const struct bcm2835_gpio_chip bcm2835_gpio_chip = {.lines = 54, .pull = pull_line};
