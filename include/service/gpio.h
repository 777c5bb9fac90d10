/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of a GPIO controller. A client has the lines that the tree gives it, one an
 * edge: a property such as `reset-gpios` of its device is an edge named "reset", with
 * the line's number in cell 0 and its flags in cell 1. No request names a line, so
 * nobody reaches another's. An edge without a line (by `uses`) is answered
 * NOT_PERMITTED, and so is a direction that the line cannot have.
 *
 * Values are logical: 1 is active, also where bit 0 of the flags says active low. What
 * a client did to its line stays when it dies, and is there when it is started again;
 * what a line was before its first request is the firmware's.
 */
#pragma once

enum gpio_operation {
    /* in: enum gpio_direction. */
    GPIO_DIRECTION = 1,
    /* out: value, of an input or an output. */
    GPIO_GET,
    /* in: value, 0 or 1. NOT_PERMITTED: the line is no output. */
    GPIO_SET,
    /*
     * in: enum gpio_edge, ORed; 0: no more. The line becomes an input. Changes are
     * counted, and the client is signalled; one signal may stand for several.
     */
    GPIO_WATCH,
    /* out: changes since GPIO_CHANGES was last asked, value. 0 changes before GPIO_WATCH. */
    GPIO_CHANGES,
};

enum gpio_direction { GPIO_INPUT, GPIO_OUTPUT_INACTIVE, GPIO_OUTPUT_ACTIVE };
enum gpio_edge { GPIO_BECOMES_ACTIVE = 1, GPIO_BECOMES_INACTIVE = 2 };

/* Cell 1 of the line, as the binding of gpio controllers has it. */
#define GPIO_ACTIVE_LOW 1u
