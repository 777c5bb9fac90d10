/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled BSC; names are those of BCM2711 3.2. */
#include "bcm2835_i2c_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/i2c/bcm2835/bcm2835_i2c.h"

#define FIFO     16u
#define READ     (1u << 0)
#define CLEAR    (3u << 4)
#define ST       (1u << 7)
#define INTD     (1u << 8)
#define INTT     (1u << 9)
#define INTR     (1u << 10)
#define I2CEN    (1u << 15)
#define TA       (1u << 0)
#define DONE     (1u << 1)
#define TXW      (1u << 2)
#define RXR      (1u << 3)
#define TXD      (1u << 4)
#define RXD      (1u << 5)
#define TXE      (1u << 6)
#define RXF      (1u << 7)
#define ERR      (1u << 8)
#define CLKT     (1u << 9)
#define BUS_TEXT 65536

static struct {
    uint32_t control, status, length, address, divider, delays, stretch; /* as written */
    bool active, reading, addressed, queued;
    uint32_t left;
    uint8_t fifo[FIFO];
    unsigned used;
    enum model_i2c_way way;
    uint8_t *memory[128];
    uint8_t pointer[128];
    bool pointed;
    unsigned refuse_after, written;
    char text[BUS_TEXT], told[BUS_TEXT];
    size_t text_bytes;
} model;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    model.text_bytes += (size_t)vsnprintf(model.text + model.text_bytes,
                                          BUS_TEXT - model.text_bytes, format, arguments);
    va_end(arguments);
    assert_true(model.text_bytes < BUS_TEXT);
}

void bcm2835_i2c_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    model.divider = 0x5dc;
    model.delays = 0x00300030;
    model.stretch = 0x40;
    model.refuse_after = 0xffffffff;
}

void bcm2835_i2c_model_attach(uint32_t address, uint8_t *memory)
{
    model.memory[address] = memory;
}

void bcm2835_i2c_model_refuse_after(unsigned bytes)
{
    model.refuse_after = bytes;
}

void bcm2835_i2c_model_way(enum model_i2c_way way)
{
    model.way = way;
}

const char *bcm2835_i2c_model_bus(void)
{
    memcpy(model.told, model.text, model.text_bytes + 1);
    if (model.text_bytes > 0)
        model.told[model.text_bytes - 1] = '\0'; /* the last space */
    model.text_bytes = 0;
    model.text[0] = '\0';
    return model.told;
}

uint32_t bcm2835_i2c_model_divider(void)
{
    return model.divider;
}

uint32_t bcm2835_i2c_model_stretch(void)
{
    return model.stretch;
}

uint32_t bcm2835_i2c_model_delays(void)
{
    return model.delays;
}

static void stop(uint32_t why)
{
    say("P ");
    model.active = false;
    model.queued = false;
    model.status |= DONE | why;
}

static void put_address(void)
{
    say("S%02x%c ", model.address, model.reading ? 'R' : 'W');
    model.addressed = true;
    model.pointed = false;
    model.written = 0;
    if (model.memory[model.address & 0x7f] == NULL)
        stop(ERR);
}

static void put_byte(void)
{
    uint8_t byte = model.fifo[0], *pointer = &model.pointer[model.address & 0x7f];

    memmove(model.fifo, model.fifo + 1, --model.used);
    say("%02x ", byte);
    if (model.written++ == model.refuse_after) {
        stop(ERR);
        return;
    }
    if (model.pointed)
        model.memory[model.address & 0x7f][(*pointer)++] = byte;
    else
        *pointer = byte;
    model.pointed = true;
    model.left--;
}

static void take_byte(void)
{
    uint8_t *pointer = &model.pointer[model.address & 0x7f];
    uint8_t byte = model.memory[model.address & 0x7f][(*pointer)++];

    say("%02x ", byte);
    model.fifo[model.used++] = byte;
    model.left--;
}

static void start_queued(void)
{
    model.queued = false;
    model.reading = model.control & READ;
    model.left = model.length;
    model.addressed = false;
}

bool bcm2835_i2c_model_step(void)
{
    if (!model.active || model.way == MODEL_I2C_DEAD)
        return false;
    if (model.way == MODEL_I2C_HOLD && model.addressed) {
        stop(CLKT);
        return true;
    }
    if (!model.addressed) {
        put_address();
        return true;
    }
    if (model.left > 0 && model.used == (model.reading ? FIFO : 0))
        return false; /* the master holds the clock */
    if (model.left > 0 && model.reading)
        take_byte();
    else if (model.left > 0)
        put_byte();
    else if (model.queued)
        start_queued();
    else
        stop(0);
    return true;
}

static uint32_t status(void)
{
    uint32_t value = model.status;

    if (model.way == MODEL_I2C_ENDLESS)
        return ~(ERR | CLKT);
    if (model.active)
        value |= TA | (model.reading && model.used * 4 >= FIFO * 3 ? RXR : 0) |
                 (!model.reading && model.used * 4 < FIFO ? TXW : 0);
    if (model.used < FIFO)
        value |= TXD;
    value |= model.used == 0 ? TXE : 0;
    value |= model.used == FIFO ? RXF : 0;
    if (model.used > 0 && (model.reading || !model.active))
        value |= RXD;
    return value;
}

bool bcm2835_i2c_model_interrupt(void)
{
    uint32_t value = status();

    if (model.way == MODEL_I2C_ONES)
        return true;
    return (model.control & INTD && value & DONE) || (model.control & INTT && value & TXW) ||
           (model.control & INTR && value & RXR);
}

static void run(void)
{
    while (bcm2835_i2c_model_step()) {
    }
}

/* C: ST is one shot; CLEAR empties the FIFO; without I2CEN what is under way is cut off. */
static void control(uint32_t value)
{
    /* Not again what is there, while a transfer is under way. */
    assert_true(!model.active || value != model.control);
    model.control = value & ~(ST | CLEAR);
    if (value & CLEAR)
        model.used = 0;
    if (!(value & I2CEN) && model.active) {
        say("X ");
        model.active = model.queued = false;
    }
    if (!(value & ST))
        return;
    assert_true(value & I2CEN);
    assert_true(model.length > 0);
    if (model.active) {
        assert_false(model.reading); /* 3.3.2 queues a read behind a write, and that alone */
        assert_true(value & READ);
        assert_int_equal(model.left, model.used); /* before all is in the FIFO it is undefined */
        model.queued = true;
        return;
    }
    /* What the transfer before left is cleared, unless it ends at this moment. */
    assert_true(!(model.status & (DONE | ERR | CLKT)) || model.way == MODEL_I2C_RACE);
    model.active = true;
    start_queued();
}

uint32_t bcm2835_i2c_read(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which)
{
    uint8_t byte;

    (void)i2c;
    if (model.way == MODEL_I2C_ONES || (model.way == MODEL_I2C_ENDLESS && which != BSC_S))
        return UINT32_MAX;
    if (model.way == MODEL_I2C_ZEROS)
        return 0;
    if (which == BSC_S)
        return status();
    assert_int_equal(which, BSC_FIFO);
    assert_true(model.used > 0); /* the driver looks at RXD first */
    byte = model.fifo[0];
    memmove(model.fifo, model.fifo + 1, --model.used);
    if (model.way == MODEL_I2C_AT_ONCE)
        run();
    return byte;
}

static void push(uint8_t byte)
{
    assert_true(model.used < FIFO); /* the driver looks at TXD first */
    assert_true(model.active && !model.reading);
    assert_true(model.used < model.left); /* more than DLEN says */
    model.fifo[model.used++] = byte;
}

static void write_register(enum bcm2835_i2c_register which, uint32_t value)
{
    switch (which) {
    case BSC_C:
        control(value);
        return;
    case BSC_S:
        model.status &= ~(value & (DONE | ERR | CLKT));
        return;
    case BSC_DLEN:
        assert_true(value <= 0xffff);
        model.length = value;
        return;
    case BSC_A:
        assert_false(model.active);
        model.address = value;
        return;
    case BSC_FIFO:
        push((uint8_t)value);
        return;
    case BSC_DIV:
        model.divider = value;
        return;
    case BSC_DEL:
        model.delays = value;
        return;
    case BSC_CLKT:
        model.stretch = value;
        return;
    }
    fail_msg("write of register %#x", (unsigned)which);
}

void bcm2835_i2c_write(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which,
                       uint32_t value)
{
    (void)i2c;
    if (model.way >= MODEL_I2C_ONES)
        return;
    write_register(which, value);
    if (model.way == MODEL_I2C_AT_ONCE || (model.way == MODEL_I2C_RACE && which == BSC_DLEN))
        run();
}
