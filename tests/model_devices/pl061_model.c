/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled PL061; section numbers are those of ARM DDI 0190B. */
#include "pl061_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/gpio/pl061/pl061.h"

static struct {
    uint8_t world, latch, direction, sense, both, event, mask, raw, mode;
    bool broken;
} model;

/* What is on the pins: the latch where they are outputs, the world elsewhere. */
static uint8_t pins(void)
{
    return (model.latch & model.direction) | (model.world & ~model.direction);
}

/* 2.2: an edge of an input is kept; a level is there for as long as it lasts. */
static void settle(uint8_t before)
{
    uint8_t now = pins(), input = ~model.direction;
    uint8_t rises = now & ~before, falls = before & ~now;
    uint8_t edges = (model.both & (rises | falls)) |
                    (~model.both & ((model.event & rises) | (~model.event & falls)));

    model.raw = (model.raw & ~model.sense) | (edges & input & ~model.sense) |
                (model.sense & ~(now ^ model.event));
}

void pl061_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
}

void pl061_model_firmware(void)
{
    pl061_model_power_on();
    model.direction = 0x90;
    model.mode = 0x30;
    model.latch = 0x80;
    model.sense = 0x60;
    model.event = 0x40;
    model.both = 0x10;
    model.mask = 0xf0;
    model.raw = 0xf0;
}

void pl061_model_drive(unsigned line, unsigned level)
{
    uint8_t before = pins();

    model.world = (uint8_t)((model.world & ~(1u << line)) | level << line);
    settle(before);
}

unsigned pl061_model_pin(unsigned line)
{
    return pins() >> line & 1;
}

bool pl061_model_interrupt(void)
{
    return (model.raw & model.mask) != 0;
}

uint8_t pl061_model_direction(void)
{
    return model.direction;
}

uint8_t pl061_model_mode(void)
{
    return model.mode;
}

void pl061_model_break(void)
{
    model.broken = true;
}

static uint8_t *register_of(uint32_t offset)
{
    switch (offset) {
    case GPIODIR:
        return &model.direction;
    case GPIOIS:
        return &model.sense;
    case GPIOIBE:
        return &model.both;
    case GPIOIEV:
        return &model.event;
    case GPIOIE:
        return &model.mask;
    case GPIOAFSEL:
        return &model.mode;
    default:
        return NULL;
    }
}

uint32_t pl061_read(const struct gpio_device *gpio, uint32_t offset)
{
    (void)gpio;
    if (model.broken)
        return UINT32_MAX;
    if (offset < GPIODIR)
        return pins() & offset >> 2; /* 3.3.1 */
    if (offset == GPIORIS)
        return model.raw;
    if (offset == GPIOMIS)
        return model.raw & model.mask;
    if (register_of(offset) == NULL)
        fail_msg("read of register %#x", (unsigned)offset);
    return *register_of(offset);
}

void pl061_write(const struct gpio_device *gpio, uint32_t offset, uint32_t value)
{
    uint8_t before = pins(), *which = register_of(offset);

    (void)gpio;
    assert_true(value <= 0xff || model.broken); /* bits 31:8 are reserved */
    if (offset < GPIODIR) {
        /* 3.3.1: only what the address names, and only of outputs. */
        uint8_t chosen = (uint8_t)(offset >> 2) & model.direction;
        model.latch = (model.latch & ~chosen) | ((uint8_t)value & chosen);
    } else if (offset == GPIOIC) {
        model.raw &= (uint8_t)~value;
    } else if (which != NULL) {
        /* 3.3.3 to 3.3.5: changing the sense of an interrupt that is let through may make one. */
        if (offset == GPIOIS || offset == GPIOIBE || offset == GPIOIEV)
            model.raw |= *which ^ (uint8_t)value;
        *which = (uint8_t)value;
    } else {
        fail_msg("write of register %#x", (unsigned)offset);
    }
    settle(before);
}
