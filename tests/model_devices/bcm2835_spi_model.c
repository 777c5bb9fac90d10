/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled SPI master; names are those of BCM2711 9.5. */
#include "bcm2835_spi_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/spi/bcm2835/bcm2835_spi.h"

#define FIFO     64u
#define CLEAR_TX (1u << 4)
#define CLEAR_RX (1u << 5)
#define TA       (1u << 7)
#define INTD     (1u << 9)
#define INTR     (1u << 10)
#define DONE     (1u << 16)
#define RXD      (1u << 17)
#define TXD      (1u << 18)
#define RXR      (1u << 19)
#define RXF      (1u << 20)
#define CSPOL0   21
#define WRITABLE 0x03e00fcfu

static struct {
    uint32_t control, divider, used_divider;
    uint8_t transmit[FIFO], receive[FIFO], last;
    unsigned sending, received, mode, assertions[2];
    enum model_spi_way way;
} model;

void bcm2835_spi_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
}

void bcm2835_spi_model_way(enum model_spi_way way)
{
    model.way = way;
}

unsigned bcm2835_spi_model_select(unsigned select)
{
    unsigned active = model.control & TA && (model.control & 3) == select;

    return active ^ !(model.control >> (CSPOL0 + select) & 1);
}

unsigned bcm2835_spi_model_assertions(unsigned select)
{
    return model.assertions[select];
}

unsigned bcm2835_spi_model_mode(void)
{
    return model.mode;
}

uint32_t bcm2835_spi_model_divider(void)
{
    return model.used_divider;
}

bool bcm2835_spi_model_step(void)
{
    uint8_t byte = model.transmit[0];

    if (!(model.control & TA) || model.sending == 0 || model.way == MODEL_SPI_DEAD)
        return false;
    assert_true(model.received < FIFO); /* the clock would stop until somebody reads */
    memmove(model.transmit, model.transmit + 1, --model.sending);
    model.receive[model.received++] = (model.control & 3) == 0 ? (uint8_t)~byte : model.last;
    model.last = byte;
    model.mode = model.control >> 2 & 3;
    model.used_divider = model.divider;
    return true;
}

static uint32_t status(void)
{
    uint32_t value = model.control;

    value |= model.received > 0 ? RXD : 0;
    value |= model.sending < FIFO ? TXD : 0;
    value |= model.received == FIFO ? RXF : 0;
    if (model.control & TA)
        value |= (model.sending == 0 ? DONE : 0) | (model.received * 4 >= FIFO * 3 ? RXR : 0);
    return value;
}

bool bcm2835_spi_model_interrupt(void)
{
    if (model.way == MODEL_SPI_ONES)
        return true;
    return (model.control & INTD && status() & DONE) || (model.control & INTR && status() & RXR);
}

static uint8_t take(void)
{
    uint8_t byte = model.receive[0];

    assert_true(model.received > 0); /* the driver looks at RXD first */
    memmove(model.receive, model.receive + 1, --model.received);
    return byte;
}

static void run(void)
{
    while (model.way == MODEL_SPI_AT_ONCE && bcm2835_spi_model_step()) {
    }
}

uint32_t bcm2835_spi_read(const struct bcm2835_spi *spi, enum bcm2835_spi_register which)
{
    uint32_t value;

    (void)spi;
    if (model.way == MODEL_SPI_ONES)
        return UINT32_MAX;
    if (model.way == MODEL_SPI_ZEROS)
        return 0;
    if (which == SPI_CS)
        return status();
    assert_int_equal(which, SPI_FIFO);
    value = take();
    run();
    return value;
}

static void control(uint32_t value)
{
    bool was_active = model.control & TA;

    assert_int_equal(value & ~(WRITABLE | CLEAR_TX | CLEAR_RX), 0);
    if (value & CLEAR_TX)
        model.sending = 0;
    if (value & CLEAR_RX)
        model.received = 0;
    if (value & TA && !was_active) {
        /* The clock's level at rest is there before a chip is selected. */
        assert_int_equal(value & 0xc, model.control & 0xc);
        assert_true((value & 3) < 2);
        model.assertions[value & 3]++;
    }
    assert_true(!(value & TA) || !was_active); /* nothing to change while it runs */
    model.control = value & WRITABLE;
}

void bcm2835_spi_write(const struct bcm2835_spi *spi, enum bcm2835_spi_register which,
                       uint32_t value)
{
    (void)spi;
    if (model.way >= MODEL_SPI_ONES)
        return;
    if (which == SPI_CS) {
        control(value);
    } else if (which == SPI_CLK) {
        assert_false(model.control & TA);
        assert_int_equal(value % 2, 0);
        model.divider = value;
    } else {
        assert_true(model.control & TA);
        assert_true(model.sending < FIFO); /* the driver looks at TXD first */
        model.transmit[model.sending++] = (uint8_t)value;
    }
    run();
}
