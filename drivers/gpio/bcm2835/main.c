/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPIO block behind the GPIO protocol: the table that lib/gpio_server.h asks for. Its
 * interrupt lines, a bank of pins each and one for all, are not told apart: whichever
 * comes, both banks are looked at, so none that the tree leaves out is missed if another
 * stands for its pins.
 */
#include <lib/program.h>

#include "bcm2835_gpio.h"

int main(void)
{
    static struct gpio_controller controller = {.input = bcm2835_gpio_input,
                                                .output = bcm2835_gpio_output,
                                                .is_output = bcm2835_gpio_is_output,
                                                .level = bcm2835_gpio_level,
                                                .set = bcm2835_gpio_set,
                                                .watch = bcm2835_gpio_watch,
                                                .changed = bcm2835_gpio_changed,
                                                .forget = bcm2835_gpio_forget};
    size_t bytes = 0;

    controller.lines = bcm2835_gpio_chip.lines;
    controller.pull = bcm2835_gpio_chip.pull;
    controller.device.base = program_registers(0, &bytes);
    if (controller.device.base == NULL || bytes < BCM2835_GPIO_REGISTER_BYTES) {
        program_log("no registers of a GPIO block: %lu bytes, not %u", (unsigned long)bytes,
                    BCM2835_GPIO_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    gpio_server_run(&controller);
}
