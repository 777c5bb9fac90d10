/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GPIO block of BCM2835 to BCM2711, the device alone: what chapter 5 of "BCM2711 ARM
 * Peripherals" and chapter 6 of "BCM2835 ARM Peripherals" say about its registers, and
 * nothing about who owns which pin. All state is in the device. The firmware uses pins
 * of its own through the same registers: no function select but the named pin's changes.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <lib/gpio_server.h>

/* Registers, BCM2711 5.2: byte offsets of the first of each kind. */
enum bcm2835_gpio_register {
    GPFSEL0 = 0x00,                 /* function select: 10 pins a register, 3 bits each */
    GPSET0 = 0x1c,                  /* output set; from here on 32 pins a register */
    GPCLR0 = 0x28,                  /* output clear */
    GPLEV0 = 0x34,                  /* level of the pin */
    GPEDS0 = 0x40,                  /* event detect status, cleared by writing 1 */
    GPREN0 = 0x4c,                  /* rising edge detect enable */
    GPFEN0 = 0x58,                  /* falling edge */
    GPHEN0 = 0x64,                  /* high level */
    GPLEN0 = 0x70,                  /* low level */
    GPAREN0 = 0x7c,                 /* rising edge, not synchronised */
    GPAFEN0 = 0x88,                 /* falling edge, not synchronised */
    GPPUD = 0x94,                   /* BCM2835 6.1: pull-up or pull-down ... */
    GPPUDCLK0 = 0x98,               /* ... of the pins that are clocked here */
    GPIO_PUP_PDN_CNTRL_REG0 = 0xe4, /* BCM2711: 16 pins a register, 2 bits each */
};
/*
 * Trees say 0xb4 bytes, also for the BCM2711, whose last registers lie behind that: they
 * are in the same page, and it is mapped.
 */
#define BCM2835_GPIO_REGISTER_BYTES 0xa0u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t bcm2835_gpio_read(const struct gpio_device *gpio, uint32_t offset);
void bcm2835_gpio_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value);

/* What is not the same in all of these chips; the build takes one of the chip_*.c. */
struct bcm2835_gpio_chip {
    unsigned lines;
    void (*pull)(const struct gpio_device *gpio, unsigned line, enum gpio_pull pull);
};
extern const struct bcm2835_gpio_chip bcm2835_gpio_chip;

/* As struct gpio_controller says. */
void bcm2835_gpio_input(const struct gpio_device *gpio, unsigned line);
void bcm2835_gpio_output(const struct gpio_device *gpio, unsigned line, unsigned level);
bool bcm2835_gpio_is_output(const struct gpio_device *gpio, unsigned line);
unsigned bcm2835_gpio_level(const struct gpio_device *gpio, unsigned line);
void bcm2835_gpio_set(const struct gpio_device *gpio, unsigned line, unsigned level);
void bcm2835_gpio_watch(const struct gpio_device *gpio, unsigned line, unsigned changes);
uint64_t bcm2835_gpio_changed(const struct gpio_device *gpio);
void bcm2835_gpio_forget(const struct gpio_device *gpio, uint64_t lines);
