/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol of all GPIO controllers, include/service/gpio.h: who owns which line,
 * active low, counting. A driver brings the controller, as a table.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define GPIO_LINES_MAX 64

/* Of a pin's level; ORed. */
enum gpio_change {
    GPIO_RISES = 1,
    GPIO_FALLS = 2
};

enum gpio_pull {
    GPIO_PULLED_NOT,
    GPIO_PULLED_UP,
    GPIO_PULLED_DOWN
};

/* Its registers, which are all that a driver knows of it. */
struct gpio_device {
    volatile uint32_t *base;
};

/*
 * What a controller can do; levels are those of the pins. `line` is less than `lines`.
 * Nothing but the line named is changed.
 */
struct gpio_controller {
    struct gpio_device device;
    unsigned lines;
    void (*input)(const struct gpio_device *device, unsigned line);
    /* The pin has the level as soon as it is an output, as far as the device can do that. */
    void (*output)(const struct gpio_device *device, unsigned line, unsigned level);
    bool (*is_output)(const struct gpio_device *device, unsigned line);
    unsigned (*level)(const struct gpio_device *device, unsigned line);
    void (*set)(const struct gpio_device *device, unsigned line, unsigned level);
    /* NULL: it cannot. */
    void (*pull)(const struct gpio_device *device, unsigned line, enum gpio_pull pull);
    /*
     * Lets the line interrupt when it changes so, or with 0 not at all. What has been seen
     * stays if it was watched so already, and is forgotten if it was not.
     */
    void (*watch)(const struct gpio_device *device, unsigned line, unsigned changes);
    /* The watched lines that have changed since they were forgotten, a bit each. */
    uint64_t (*changed)(const struct gpio_device *device);
    void (*forget)(const struct gpio_device *device, uint64_t lines);
};

/*
 * Serves for ever. Takes the controller over as the driver before left it: who watched a
 * line still does, and nobody else's line interrupts.
 */
_Noreturn void gpio_server_run(const struct gpio_controller *controller);
