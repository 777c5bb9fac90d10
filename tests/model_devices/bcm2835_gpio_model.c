/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled GPIO block; names are those of BCM2711 5.2 and BCM2835 6.1. */
#include "bcm2835_gpio_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/gpio/bcm2835/bcm2835_gpio.h"

#define PINS   LINES /* the build says which chip it is: 54 or 58 */
#define SETTLE 150

/* Detection, in the order of the registers from GPREN0 on. */
enum detection {
    REN,
    FEN,
    HEN,
    LEN,
    AREN,
    AFEN,
    DETECTIONS
};

static struct {
    uint8_t function[60];
    enum model_pull pull[64];
    uint64_t world, latch, events, detect[DETECTIONS];
    uint32_t pud;      /* GPPUD */
    uint32_t clock[2]; /* GPPUDCLKn */
    unsigned quiet;    /* accesses since GPPUD or GPPUDCLKn was written */
    bool broken;
} model;

static uint64_t pins(void)
{
    uint64_t pin = model.world;

    for (unsigned i = 0; i < PINS; i++)
        if (model.function[i] == 1)
            pin = (pin & ~(1ull << i)) | (model.latch & 1ull << i);
    return pin;
}

static void settle(uint64_t before)
{
    uint64_t now = pins();

    model.events |= now & ~before & (model.detect[REN] | model.detect[AREN]);
    model.events |= before & ~now & (model.detect[FEN] | model.detect[AFEN]);
    model.events |= (now & model.detect[HEN]) | (~now & model.detect[LEN]);
}

void bcm2835_gpio_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
}

void bcm2835_gpio_model_firmware(void)
{
    bcm2835_gpio_model_power_on();
    for (unsigned i = 0; i < PINS; i++)
        model.function[i] = (uint8_t)(i * 5 % 8);
    for (unsigned i = 0; i < PINS; i++)
        model.pull[i] = (enum model_pull)(i % 3);
    for (unsigned i = 0; i < DETECTIONS; i++)
        model.detect[i] = 0x0124924924924924ull << i % 3 & ((1ull << PINS) - 1);
    model.latch = 0x0155555555555555ull;
    settle(0);
}

void bcm2835_gpio_model_drive(unsigned line, unsigned level)
{
    uint64_t before = pins();

    model.world = (model.world & ~(1ull << line)) | (uint64_t)level << line;
    settle(before);
}

unsigned bcm2835_gpio_model_pin(unsigned line)
{
    return pins() >> line & 1;
}

bool bcm2835_gpio_model_interrupt(void)
{
    return model.events != 0;
}

unsigned bcm2835_gpio_model_function(unsigned line)
{
    return model.function[line];
}

enum model_pull bcm2835_gpio_model_pull(unsigned line)
{
    return model.pull[line];
}

void bcm2835_gpio_model_break(void)
{
    model.broken = true;
}

static uint32_t functions(unsigned index)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 10; i++)
        value |= (uint32_t)model.function[index * 10 + i] << i * 3;
    return value;
}

static void select_functions(unsigned index, uint32_t value)
{
    for (unsigned i = 0; i < 10; i++)
        model.function[index * 10 + i] = value >> i * 3 & 7;
}

/* BCM2711: 00 none, 01 up, 10 down. */
static const enum model_pull pull_of_code[4] = {MODEL_PULL_NONE, MODEL_PULL_UP, MODEL_PULL_DOWN,
                                                MODEL_PULL_NONE};

static uint32_t pulls(unsigned index)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 16; i++)
        value |= (uint32_t)(model.pull[index * 16 + i] == MODEL_PULL_UP     ? 1
                            : model.pull[index * 16 + i] == MODEL_PULL_DOWN ? 2
                                                                            : 0)
                 << i * 2;
    return value;
}

static void set_pulls(unsigned index, uint32_t value)
{
    for (unsigned i = 0; i < 16; i++)
        model.pull[index * 16 + i] = pull_of_code[value >> i * 2 & 3];
}

/* BCM2835 6.1: 00 off, 01 down, 10 up; and what is waited for. */
static void clock_pulls(unsigned bank, uint32_t value)
{
    static const enum model_pull pull[4] = {MODEL_PULL_NONE, MODEL_PULL_DOWN, MODEL_PULL_UP,
                                            MODEL_PULL_NONE};

    if (value != 0)
        assert_true(model.quiet >= SETTLE);
    for (unsigned i = 0; i < 32; i++)
        if (value >> i & 1)
            model.pull[bank * 32 + i] = pull[model.pud & 3];
    model.clock[bank] = value;
    model.quiet = 0;
}

static uint32_t half(uint64_t value, unsigned bank)
{
    return (uint32_t)(value >> bank * 32);
}

/* Which register of 32 pins, and which bank; registers of a kind are 12 bytes apart. */
static unsigned kind_of(uint32_t offset, unsigned *bank)
{
    *bank = (offset - GPSET0) % 12 / 4;
    if (*bank > 1)
        fail_msg("access to offset %#x", (unsigned)offset);
    return (offset - GPSET0) / 12;
}

uint32_t bcm2835_gpio_read(const struct gpio_device *gpio, uint32_t offset)
{
    unsigned bank, kind;

    (void)gpio;
    model.quiet++;
    if (model.broken)
        return UINT32_MAX;
    if (offset < GPFSEL0 + 6 * 4)
        return functions(offset / 4);
    if (offset == GPPUD)
        return model.pud;
    if (offset >= GPIO_PUP_PDN_CNTRL_REG0 && offset < GPIO_PUP_PDN_CNTRL_REG0 + 4 * 4)
        return pulls((offset - GPIO_PUP_PDN_CNTRL_REG0) / 4);
    assert_true(offset >= GPLEV0 && offset < GPPUD); /* GPSETn and GPCLRn cannot be read */
    kind = kind_of(offset, &bank);
    if (kind == 2)
        return half(pins(), bank);
    return half(kind == 3 ? model.events : model.detect[kind - 4], bank);
}

static void write_bank(unsigned kind, unsigned bank, uint32_t value)
{
    uint64_t bits = (uint64_t)value << bank * 32, mask = 0xffffffffull << bank * 32;

    if (kind == 0)
        model.latch |= bits;
    else if (kind == 1)
        model.latch &= ~bits;
    else if (kind == 3)
        model.events &= ~bits;
    else if (kind >= 4)
        model.detect[kind - 4] = (model.detect[kind - 4] & ~mask) | bits;
    else
        fail_msg("write of the pins' level");
}

void bcm2835_gpio_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value)
{
    uint64_t before = pins();
    unsigned bank, kind;

    (void)gpio;
    if (offset < GPFSEL0 + 6 * 4) {
        select_functions(offset / 4, value);
    } else if (offset == GPPUD) {
        /* Not while a clock is on its way: 150 cycles after that. */
        assert_true(value != 0 || model.pud == 0 || model.quiet >= SETTLE);
        assert_true(value == 0 || (model.clock[0] | model.clock[1]) == 0);
        model.pud = value;
        model.quiet = 0;
    } else if (offset == GPPUDCLK0 || offset == GPPUDCLK0 + 4) {
        clock_pulls((offset - GPPUDCLK0) / 4, value);
    } else if (offset >= GPIO_PUP_PDN_CNTRL_REG0 && offset < GPIO_PUP_PDN_CNTRL_REG0 + 4 * 4) {
        set_pulls((offset - GPIO_PUP_PDN_CNTRL_REG0) / 4, value);
    } else {
        assert_true(offset >= GPSET0 && offset < GPPUD);
        kind = kind_of(offset, &bank);
        write_bank(kind, bank, value);
    }
    settle(before);
}
