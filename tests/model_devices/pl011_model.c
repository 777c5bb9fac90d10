/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modelled PL011; section numbers are those of ARM DDI 0183G. Its interrupts come of
 * levels being crossed, 2.8.
 */
#include "uart_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/serial/pl011/pl011.h"

#define FIFO             16u
#define MODEL_SENT_BYTES 65536u
#define BIT_RX           (1u << 4)
#define BIT_TX           (1u << 5)
#define BIT_RT           (1u << 6)
#define BIT_OE           (1u << 10)
#define FEN              (1u << 4)
#define ENABLE           (1u << 0)

static struct {
    uint16_t receive[FIFO];
    uint8_t transmit[FIFO];
    size_t received, waiting, lost, sent_bytes;
    uint32_t line, control, levels, mask, raw, dma, speed;
    unsigned flushes;
    uint8_t sent[MODEL_SENT_BYTES];
} model;

const size_t uart_model_fifo = FIFO;

static size_t depth(void)
{
    return model.line & FEN ? FIFO : 1;
}

/* 3.3.9: one eighth, a quarter, a half, three quarters, seven eighths. */
static size_t level(unsigned shift)
{
    static const uint8_t sixteenth[8] = {2, 4, 8, 12, 14, 14, 14, 14};
    return model.line & FEN ? sixteenth[model.levels >> shift & 7] : 1;
}

static void update_receive(void)
{
    if (model.received >= level(3))
        model.raw |= BIT_RX;
    else
        model.raw &= ~BIT_RX;
    if (model.received == 0)
        model.raw &= ~BIT_RT;
}

void uart_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    model.control = 0x300; /* 3.3.8: TXE and RXE after reset */
    model.levels = 0x12;   /* 3.3.9: both at a half */
}

void uart_model_firmware(void)
{
    uart_model_power_on();
    model.control = 0x301;
    model.line = 0x70;
    model.speed = 13 << 6 | 1;
}

void uart_model_arrive(uint16_t data)
{
    if (model.received == depth()) {
        model.lost++;
        model.raw |= BIT_OE;
        return;
    }
    model.receive[model.received++] = data;
    update_receive();
}

void uart_model_silence(void)
{
    if (model.received > 0)
        model.raw |= BIT_RT;
}

void uart_model_send(size_t count)
{
    for (; count > 0 && model.waiting > 0; count--) {
        assert_true(model.sent_bytes < MODEL_SENT_BYTES);
        model.sent[model.sent_bytes++] = model.transmit[0];
        memmove(model.transmit, model.transmit + 1, --model.waiting);
        if (model.waiting == level(0) || (depth() == 1 && model.waiting == 0))
            model.raw |= BIT_TX; /* 2.8.2: a transition through the level */
    }
}

const uint8_t *uart_model_sent(size_t *count)
{
    *count = model.sent_bytes;
    return model.sent;
}

bool uart_model_interrupt(void)
{
    return (model.raw & model.mask) != 0;
}

size_t uart_model_received(void)
{
    return model.received;
}

size_t uart_model_waiting(void)
{
    return model.waiting;
}

size_t uart_model_lost(void)
{
    return model.lost;
}

uint32_t uart_model_speed(void)
{
    return model.speed;
}

unsigned uart_model_flushes(void)
{
    return model.flushes;
}

static uint32_t read_data(void)
{
    assert_true(model.received > 0); /* the driver looks at RXFE first */
    uint16_t data = model.receive[0];
    memmove(model.receive, model.receive + 1, --model.received * sizeof(data));
    update_receive();
    return data;
}

static void write_data(uint8_t byte)
{
    assert_true(model.waiting < depth()); /* the driver looks at TXFF first */
    assert_true(model.control & ENABLE);
    model.transmit[model.waiting++] = byte;
    if (model.waiting > level(0))
        model.raw &= ~BIT_TX;
}

static void write_line(uint32_t value)
{
    assert_false(model.control & ENABLE); /* 3.3.8: only while disabled */
    if ((model.line ^ value) & FEN && model.received + model.waiting > 0) {
        model.flushes++;
        model.received = model.waiting = 0;
    }
    model.line = value;
    update_receive();
}

/* Switching off a device that works harms what is on its way. */
static void write_control(uint32_t value)
{
    if (model.control & ENABLE && !(value & ENABLE) && model.received + model.waiting > 0)
        model.flushes++;
    model.control = value;
}

uint32_t pl011_read(const struct uart *uart, enum pl011_register which)
{
    (void)uart;
    switch (which) {
    case UARTDR:
        return read_data();
    case UARTFR:
        return (model.received == 0) << 4 | (model.waiting == depth()) << 5 |
               (model.waiting == 0) << 7;
    case UARTLCR_H:
        return model.line;
    case UARTCR:
        return model.control;
    case UARTIFLS:
        return model.levels;
    case UARTIMSC:
        return model.mask;
    case UARTRIS:
        return model.raw;
    case UARTDMACR:
        return model.dma;
    case UARTICR:
        break; /* 3.3.13: write only */
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

void pl011_write(const struct uart *uart, enum pl011_register which, uint32_t value)
{
    (void)uart;
    switch (which) {
    case UARTDR:
        write_data((uint8_t)value);
        return;
    case UARTLCR_H:
        write_line(value);
        return;
    case UARTCR:
        write_control(value);
        return;
    case UARTIFLS:
        model.levels = value;
        return;
    case UARTIMSC:
        model.mask = value;
        return;
    case UARTICR:
        model.raw &= ~value;
        return;
    case UARTDMACR:
        model.dma = value;
        return;
    case UARTFR:
    case UARTRIS:
        break;
    }
    fail_msg("write of register %#x", (unsigned)which);
}
