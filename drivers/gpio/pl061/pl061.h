/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ARM PrimeCell GPIO (PL061), the device alone: what ARM DDI 0190 says about its
 * registers, and nothing about who owns which line. All state is in the device, so a
 * restarted driver has nothing to take over. `line` is 0 to 7.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <lib/gpio_server.h>

#define PL061_LINES 8

/* Registers, ARM DDI 0190B table 3-1: byte offsets. One bit a line. */
enum pl061_register {
    GPIODATA = 0x000,  /* 3.3.1 data; bits 9:2 of the address say which lines are meant */
    GPIODIR = 0x400,   /* 3.3.2 direction: 1 is output */
    GPIOIS = 0x404,    /* 3.3.3 interrupt sense: 0 is edges */
    GPIOIBE = 0x408,   /* 3.3.4 interrupt on both edges */
    GPIOIEV = 0x40c,   /* 3.3.5 interrupt event: 1 is rising, where IBE is 0 */
    GPIOIE = 0x410,    /* 3.3.6 interrupt mask: 1 lets it through */
    GPIORIS = 0x414,   /* 3.3.7 raw interrupt status */
    GPIOMIS = 0x418,   /* 3.3.8 masked interrupt status */
    GPIOIC = 0x41c,    /* 3.3.9 interrupt clear */
    GPIOAFSEL = 0x420, /* 3.3.10 mode control: 1 gives the line to other hardware */
};
#define PL061_REGISTER_BYTES 0x424u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t pl061_read(const struct gpio_device *gpio, uint32_t offset);
void pl061_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value);

/* As struct gpio_controller says. */
void pl061_input(const struct gpio_device *gpio, unsigned line);
void pl061_output(const struct gpio_device *gpio, unsigned line, unsigned level);
bool pl061_is_output(const struct gpio_device *gpio, unsigned line);
unsigned pl061_level(const struct gpio_device *gpio, unsigned line);
void pl061_set(const struct gpio_device *gpio, unsigned line, unsigned level);
void pl061_watch(const struct gpio_device *gpio, unsigned line, unsigned changes);
uint64_t pl061_changed(const struct gpio_device *gpio);
void pl061_forget(const struct gpio_device *gpio, uint64_t lines);
