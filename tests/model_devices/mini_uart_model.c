/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modelled mini-UART, after BCM2711 ARM Peripherals 2.2 and the errata: FIFOs of 8,
 * interrupts that are levels, an overrun that reading clears, a divisor behind DLAB,
 * eight bits only as 3, and nothing received that interrupts without bit 2 of IER.
 */
#include "mini_uart_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/serial/bcm2835-aux/mini_uart.h"
#include "uart_model.h"

#define FIFO             8u
#define MODEL_SENT_BYTES 65536u
#define DLAB             (1u << 7)
#define RECEIVER         (1u << 0)
#define TRANSMITTER      (1u << 1)

static struct {
    uint8_t receive[FIFO];
    uint8_t transmit[FIFO];
    size_t received, waiting, lost, sent_bytes;
    uint32_t line, control, enables, divisor, lie;
    bool overrun, off, lies;
    unsigned flushes;
    uint8_t sent[MODEL_SENT_BYTES];
} model;

const size_t uart_model_fifo = FIFO;

void uart_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    model.control = RECEIVER | TRANSMITTER; /* CNTL's value after reset */
}

void uart_model_firmware(void)
{
    uart_model_power_on();
    model.line = 3;
    model.divisor = 541; /* 500 MHz / (8 * 542): 115200 */
}

void mini_uart_model_line(uint32_t line)
{
    model.line = line;
}

void mini_uart_model_control(uint32_t control)
{
    model.control = control;
}

void mini_uart_model_switch_off(void)
{
    model.off = true;
}

void mini_uart_model_lie(uint32_t value)
{
    model.lies = true;
    model.lie = value;
}

uint32_t mini_uart_model_enables(void)
{
    return model.enables;
}

void uart_model_arrive(uint16_t data)
{
    if (!(model.control & RECEIVER) || model.off)
        return;
    if (model.received == FIFO) {
        model.lost++;
        model.overrun = true;
        return;
    }
    model.receive[model.received++] = (uint8_t)(data & ((model.line & 3) == 3 ? 0xff : 0x7f));
}

void uart_model_silence(void)
{
}

void uart_model_send(size_t count)
{
    for (; count > 0 && model.waiting > 0 && model.control & TRANSMITTER; count--) {
        assert_true(model.sent_bytes < MODEL_SENT_BYTES);
        model.sent[model.sent_bytes++] = model.transmit[0];
        memmove(model.transmit, model.transmit + 1, --model.waiting);
    }
}

const uint8_t *uart_model_sent(size_t *count)
{
    *count = model.sent_bytes;
    return model.sent;
}

bool uart_model_interrupt(void)
{
    bool receive = (model.enables & 5) == 5 && (model.received > 0 || model.overrun);
    return receive || (model.enables & 2 && model.waiting == 0);
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
    return model.divisor;
}

unsigned uart_model_flushes(void)
{
    return model.flushes;
}

static uint32_t read_io(void)
{
    if (model.line & DLAB)
        return model.divisor & 0xff;
    assert_true(model.received > 0); /* the driver looks at LSR first */
    uint8_t byte = model.receive[0];
    memmove(model.receive, model.receive + 1, --model.received);
    return byte;
}

static uint32_t read_line_status(void)
{
    uint32_t status = (model.received > 0) | (uint32_t)model.overrun << 1 |
                      (uint32_t)(model.waiting < FIFO) << 5 | (uint32_t)(model.waiting == 0) << 6;
    model.overrun = false;
    return status;
}

static uint32_t read_status(void)
{
    return (model.received > 0) | (uint32_t)(model.waiting < FIFO) << 1 |
           (uint32_t)(model.waiting == FIFO) << 5 | (uint32_t)(model.waiting == 0) << 8 |
           (uint32_t)model.received << 16 | (uint32_t)model.waiting << 24;
}

uint32_t mini_uart_read(const struct uart *uart, enum mini_uart_register which)
{
    (void)uart;
    if (model.off)
        return 0;
    if (model.lies && (which == AUX_MU_IO || which == AUX_MU_LSR || which == AUX_MU_STAT))
        return model.lie;
    switch (which) {
    case AUX_MU_IO:
        return read_io();
    case AUX_MU_IER:
        return model.line & DLAB ? model.divisor >> 8 : model.enables;
    case AUX_MU_LCR:
        return model.line;
    case AUX_MU_LSR:
        return read_line_status();
    case AUX_MU_CNTL:
        return model.control;
    case AUX_MU_STAT:
        return read_status();
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

static void write_io(uint8_t byte)
{
    if (model.line & DLAB) {
        model.divisor = (model.divisor & ~0xffu) | byte;
        return;
    }
    if (model.lies)
        return;
    assert_true(model.waiting < FIFO); /* the driver looks at STAT first */
    model.transmit[model.waiting++] = byte;
}

static void write_enables(uint32_t value)
{
    assert_int_equal(value & ~0xfu, 0);
    if (model.line & DLAB)
        model.divisor = (model.divisor & 0xff) | value << 8;
    else
        model.enables = value;
}

/* Switching off a device that works harms what is on its way. */
static void write_control(uint32_t value)
{
    if (model.control & ~value & (RECEIVER | TRANSMITTER) && model.received + model.waiting > 0)
        model.flushes++;
    model.control = value;
}

void mini_uart_write(const struct uart *uart, enum mini_uart_register which, uint32_t value)
{
    (void)uart;
    if (model.off)
        return;
    switch (which) {
    case AUX_MU_IO:
        write_io((uint8_t)value);
        return;
    case AUX_MU_IER:
        write_enables(value);
        return;
    case AUX_MU_LCR:
        model.line = value;
        return;
    case AUX_MU_CNTL:
        write_control(value);
        return;
    case AUX_MU_LSR:
    case AUX_MU_STAT:
        break; /* read only */
    }
    fail_msg("write of register %#x", (unsigned)which);
}
