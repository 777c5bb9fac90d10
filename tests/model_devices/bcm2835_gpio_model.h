/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPIO block of BCM2835 and BCM2711 for host tests, after the chapters on it in "ARM
 * Peripherals" of both: functions of pins, an output latch, events by edge and level, and
 * the pulls of either chip. What a driver may not do is a failure. One device; the
 * driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum model_pull { MODEL_PULL_NONE, MODEL_PULL_UP, MODEL_PULL_DOWN };

/* As after reset; and as firmware leaves it, with functions and detection of all kinds. */
void bcm2835_gpio_model_power_on(void);
void bcm2835_gpio_model_firmware(void);

/* The world's level of a pin; what it sees where the device drives. */
void bcm2835_gpio_model_drive(unsigned line, unsigned level);
unsigned bcm2835_gpio_model_pin(unsigned line);
bool bcm2835_gpio_model_interrupt(void);
/* A pin's function, 0 to 7, and its pull. */
unsigned bcm2835_gpio_model_function(unsigned line);
enum model_pull bcm2835_gpio_model_pull(unsigned line);
/* A device that says nothing but ones from now on. */
void bcm2835_gpio_model_break(void);
