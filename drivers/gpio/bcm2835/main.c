/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPIO block behind the GPIO protocol: the table that lib/gpio_server.h asks for. Its
 * interrupt lines, a bank of pins each and one for all, are not told apart: whichever
 * comes, both banks are looked at, so none that the tree leaves out is missed if another
 * stands for its pins.
 */
#include <lib/program.h>

#include "bcm2835_gpio.h"

static struct bcm2835_gpio gpio;

static void input(unsigned line)
{
    bcm2835_gpio_input(&gpio, line);
}

static void output(unsigned line, unsigned level)
{
    bcm2835_gpio_output(&gpio, line, level);
}

static bool is_output(unsigned line)
{
    return bcm2835_gpio_is_output(&gpio, line);
}

static unsigned level(unsigned line)
{
    return bcm2835_gpio_level(&gpio, line);
}

static void set(unsigned line, unsigned to)
{
    bcm2835_gpio_set(&gpio, line, to);
}

static void pull(unsigned line, enum gpio_pull to)
{
    bcm2835_gpio_chip.pull(&gpio, line, to);
}

static void watch(unsigned line, unsigned changes)
{
    bcm2835_gpio_watch(&gpio, line, changes);
}

static uint64_t changed(void)
{
    return bcm2835_gpio_changed(&gpio);
}

static void forget(uint64_t lines)
{
    bcm2835_gpio_forget(&gpio, lines);
}

int main(void)
{
    static struct gpio_controller controller = {.input = input,
                                                .output = output,
                                                .is_output = is_output,
                                                .level = level,
                                                .set = set,
                                                .pull = pull,
                                                .watch = watch,
                                                .changed = changed,
                                                .forget = forget};
    size_t bytes = 0;

    controller.lines = bcm2835_gpio_chip.lines;
    gpio.base = program_registers(0, &bytes);
    if (gpio.base == NULL || bytes < BCM2835_GPIO_REGISTER_BYTES) {
        program_log("no registers of a GPIO block: %lu bytes, not %u", (unsigned long)bytes,
                    BCM2835_GPIO_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    gpio_server_run(&controller);
}
