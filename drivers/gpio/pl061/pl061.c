/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL061's registers; edges only, so what was seen is kept until it is cleared. */
#include "pl061.h"

#include <lib/gpio_server.h>

#define LINES 0xffu

static void change(const struct gpio_device *gpio, enum pl061_register which, uint32_t bit,
                   bool set)
{
    uint32_t value = pl061_read(gpio, which);

    if (((value & bit) != 0) != set)
        pl061_write(gpio, which, (value ^ bit) & LINES);
}

static bool has(const struct gpio_device *gpio, enum pl061_register which, uint32_t bit)
{
    return (pl061_read(gpio, which) & bit) != 0;
}

/* 3.3.1: the address masks what is read and written. */
static uint32_t data_of(unsigned line)
{
    return GPIODATA + (1u << line << 2);
}

unsigned pl061_level(const struct gpio_device *gpio, unsigned line)
{
    return pl061_read(gpio, data_of(line)) >> line & 1;
}

void pl061_set(const struct gpio_device *gpio, unsigned line, unsigned level)
{
    pl061_write(gpio, data_of(line), level << line);
}

void pl061_input(const struct gpio_device *gpio, unsigned line)
{
    change(gpio, GPIODIR, 1u << line, false);
    change(gpio, GPIOAFSEL, 1u << line, false);
}

/* Some keep the level that was written to an input, and some drop it: hence twice. */
void pl061_output(const struct gpio_device *gpio, unsigned line, unsigned level)
{
    pl061_set(gpio, line, level);
    change(gpio, GPIODIR, 1u << line, true);
    pl061_set(gpio, line, level);
    change(gpio, GPIOAFSEL, 1u << line, false);
}

bool pl061_is_output(const struct gpio_device *gpio, unsigned line)
{
    return has(gpio, GPIODIR, 1u << line) && !has(gpio, GPIOAFSEL, 1u << line);
}

static unsigned watched(const struct gpio_device *gpio, uint32_t bit)
{
    if (!has(gpio, GPIOIE, bit) || has(gpio, GPIOIS, bit))
        return 0;
    if (has(gpio, GPIOIBE, bit))
        return GPIO_RISES | GPIO_FALLS;
    return has(gpio, GPIOIEV, bit) ? GPIO_RISES : GPIO_FALLS;
}

/* Masked while the sense changes, and cleared before it is let through: 3.3.3 and on. */
void pl061_watch(const struct gpio_device *gpio, unsigned line, unsigned changes)
{
    uint32_t bit = 1u << line;

    if (changes != 0 && watched(gpio, bit) == changes)
        return;
    change(gpio, GPIOIE, bit, false);
    if (changes != 0) {
        change(gpio, GPIOIS, bit, false);
        change(gpio, GPIOIBE, bit, changes == (GPIO_RISES | GPIO_FALLS));
        change(gpio, GPIOIEV, bit, (changes & GPIO_RISES) != 0);
    }
    pl061_write(gpio, GPIOIC, bit);
    if (changes != 0)
        change(gpio, GPIOIE, bit, true);
}

uint64_t pl061_changed(const struct gpio_device *gpio)
{
    return pl061_read(gpio, GPIOMIS) & LINES;
}

void pl061_forget(const struct gpio_device *gpio, uint64_t lines)
{
    if (lines & LINES)
        pl061_write(gpio, GPIOIC, (uint32_t)lines & LINES);
}
