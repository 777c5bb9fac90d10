/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers that all these chips have in common. */
#include "bcm2835_gpio.h"

#define FSEL_PINS   10u
#define FSEL_BITS   3u
#define FSEL_MASK   7u
#define FSEL_INPUT  0u
#define FSEL_OUTPUT 1u

/* Registers of 32 pins come in twos. */
static uint32_t bank_of(enum bcm2835_gpio_register first, unsigned line)
{
    return first + line / 32 * sizeof(uint32_t);
}

static uint32_t bit_of(unsigned line)
{
    return 1u << line % 32;
}

static uint32_t function_of(const struct gpio_device *gpio, unsigned line)
{
    uint32_t all = bcm2835_gpio_read(gpio, GPFSEL0 + line / FSEL_PINS * sizeof(uint32_t));

    return all >> line % FSEL_PINS * FSEL_BITS & FSEL_MASK;
}

static void select_function(const struct gpio_device *gpio, unsigned line, uint32_t function)
{
    uint32_t offset = GPFSEL0 + line / FSEL_PINS * sizeof(uint32_t);
    unsigned shift = line % FSEL_PINS * FSEL_BITS;
    uint32_t all = bcm2835_gpio_read(gpio, offset);

    if ((all >> shift & FSEL_MASK) != function)
        bcm2835_gpio_write(gpio, offset, (all & ~(FSEL_MASK << shift)) | function << shift);
}

void bcm2835_gpio_input(const struct gpio_device *gpio, unsigned line)
{
    select_function(gpio, line, FSEL_INPUT);
}

/* What is set while the pin is no output is kept, and shows when it becomes one (GPSETn). */
void bcm2835_gpio_output(const struct gpio_device *gpio, unsigned line, unsigned level)
{
    bcm2835_gpio_set(gpio, line, level);
    select_function(gpio, line, FSEL_OUTPUT);
}

bool bcm2835_gpio_is_output(const struct gpio_device *gpio, unsigned line)
{
    return function_of(gpio, line) == FSEL_OUTPUT;
}

unsigned bcm2835_gpio_level(const struct gpio_device *gpio, unsigned line)
{
    return (bcm2835_gpio_read(gpio, bank_of(GPLEV0, line)) & bit_of(line)) != 0;
}

void bcm2835_gpio_set(const struct gpio_device *gpio, unsigned line, unsigned level)
{
    bcm2835_gpio_write(gpio, bank_of(level ? GPSET0 : GPCLR0, line), bit_of(line));
}

static bool has(const struct gpio_device *gpio, enum bcm2835_gpio_register which, unsigned line)
{
    return (bcm2835_gpio_read(gpio, bank_of(which, line)) & bit_of(line)) != 0;
}

static void detect(const struct gpio_device *gpio, enum bcm2835_gpio_register which, unsigned line,
                   bool enable)
{
    uint32_t value = bcm2835_gpio_read(gpio, bank_of(which, line));

    if (((value & bit_of(line)) != 0) != enable)
        bcm2835_gpio_write(gpio, bank_of(which, line), value ^ bit_of(line));
}

/* What the firmware may have left on besides; levels would interrupt for as long as they last. */
static const enum bcm2835_gpio_register unused[] = {GPHEN0, GPLEN0, GPAREN0, GPAFEN0};
#define UNUSED (sizeof(unused) / sizeof(unused[0]))

static bool is_watched(const struct gpio_device *gpio, unsigned line, unsigned changes)
{
    for (unsigned i = 0; i < UNUSED; i++)
        if (has(gpio, unused[i], line))
            return false;
    return has(gpio, GPREN0, line) == ((changes & GPIO_RISES) != 0) &&
           has(gpio, GPFEN0, line) == ((changes & GPIO_FALLS) != 0);
}

void bcm2835_gpio_watch(const struct gpio_device *gpio, unsigned line, unsigned changes)
{
    if (changes != 0 && is_watched(gpio, line, changes))
        return;
    for (unsigned i = 0; i < UNUSED; i++)
        detect(gpio, unused[i], line, false);
    detect(gpio, GPREN0, line, (changes & GPIO_RISES) != 0);
    detect(gpio, GPFEN0, line, (changes & GPIO_FALLS) != 0);
    bcm2835_gpio_write(gpio, bank_of(GPEDS0, line), bit_of(line));
}

static uint64_t all_lines(void)
{
    return (1ull << bcm2835_gpio_chip.lines) - 1;
}

uint64_t bcm2835_gpio_changed(const struct gpio_device *gpio)
{
    uint64_t low = bcm2835_gpio_read(gpio, bank_of(GPEDS0, 0));
    uint64_t high = bcm2835_gpio_read(gpio, bank_of(GPEDS0, 32));

    return (high << 32 | low) & all_lines();
}

void bcm2835_gpio_forget(const struct gpio_device *gpio, uint64_t lines)
{
    uint32_t low = (uint32_t)lines, high = (uint32_t)(lines >> 32);

    if (low != 0)
        bcm2835_gpio_write(gpio, bank_of(GPEDS0, 0), low);
    if (high != 0)
        bcm2835_gpio_write(gpio, bank_of(GPEDS0, 32), high);
}
