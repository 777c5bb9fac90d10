/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of a GPIO controller. A client has the lines that the tree gives it, one an
 * edge: a property such as `reset-gpios` of its device is an edge named "reset", with
 * the line's number in cell 0 and its flags in cell 1. No request names a line, so
 * nobody reaches another's. An edge without a line (by `uses`) is answered
 * NOT_PERMITTED, and so is a direction that the line cannot have.
 *
 * A line that the device's `interrupts-extended` names is an edge as well, with the
 * trigger in cell 1; it is an input only, and active as the trigger says.
 *
 * A line has one owner: the first edge that names it. Others are answered NOT_PERMITTED,
 * and the log says so.
 *
 * Values are logical: 1 is active, also where bit 0 of the flags says active low. What
 * a client did to its line stays when it dies, and is there when it is started again;
 * what a line was before its first request is the firmware's. It stays, too, when the
 * server dies, with what was counted, if the edge has a buffer: its first bytes are the
 * server's.
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
     * counted, and the client is signalled; one signal may stand for several. Those that
     * come faster than the server looks count as one. Making the line an output ends it.
     * FAILED: the controller has no interrupt.
     */
    GPIO_WATCH,
    /* out: changes since GPIO_CHANGES was last asked, value. 0 changes before GPIO_WATCH. */
    GPIO_CHANGES,
};

enum gpio_direction { GPIO_INPUT, GPIO_OUTPUT_INACTIVE, GPIO_OUTPUT_ACTIVE };
enum gpio_edge { GPIO_BECOMES_ACTIVE = 1, GPIO_BECOMES_INACTIVE = 2 };

/* Cell 1 of `gpios`, as the binding of gpio controllers has it. */
enum gpio_flag {
    GPIO_ACTIVE_LOW = 1,
    GPIO_SINGLE_ENDED = 2, /* open drain or open source: as an output NOT_PERMITTED */
    GPIO_PULL_UP = 16,     /* set when the line becomes an input, if the controller can */
    GPIO_PULL_DOWN = 32,
    GPIO_PULL_DISABLE = 64,
};

/* Cell 1 of `interrupts-extended`. */
enum gpio_trigger {
    GPIO_TRIGGER_RISING = 1,
    GPIO_TRIGGER_FALLING = 2,
    GPIO_TRIGGER_HIGH = 4,
    GPIO_TRIGGER_LOW = 8,
};
