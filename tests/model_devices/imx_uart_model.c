/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modelled i.MX UART, after the registers' descriptions in IMX8MPRM, chapter UART:
 * FIFOs of 32 with levels, a timer that ages what stays below one, errors beside each
 * character, a reset behind a 0. That bit reads as 0, as QEMU's does: a driver that
 * relies on reading the 1 fails here.
 */
#include "imx_uart_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "uart_model.h"

#define FIFO             32u
#define MODEL_SENT_BYTES 65536u

#define URXD_OVRRUN  (1u << 13)
#define URXD_ERR     (1u << 14)
#define URXD_CHARRDY (1u << 15)
#define UARTEN       (1u << 0) /* UCR1 */
#define TXMPTYEN     (1u << 6)
#define RRDYEN       (1u << 9)
#define TRDYEN       (1u << 13)
#define SRST         (1u << 0) /* UCR2 */
#define RXEN         (1u << 1)
#define TXEN         (1u << 2)
#define ATEN         (1u << 3)
#define WS           (1u << 5)
#define PREN         (1u << 8)
#define IRTS         (1u << 14)
#define RXDMUXSEL    (1u << 2) /* UCR3 */
#define RXDSEN       (1u << 6)
#define DREN         (1u << 0) /* UCR4 */
#define OREN         (1u << 1)
#define TCEN         (1u << 3)
#define SPEED        0x03c0u   /* UFCR: RFDIV and DCEDTE */
#define AGTIM        (1u << 8) /* USR1 */
#define RXDS         (1u << 6)
#define RRDY         (1u << 9)
#define TRDY         (1u << 13)
#define RDR          (1u << 0) /* USR2 */
#define ORE          (1u << 1)
#define TXDC         (1u << 3)
#define TXFE         (1u << 14)

static struct {
    uint16_t receive[FIFO];
    uint8_t transmit[FIFO];
    size_t received, waiting, lost, sent_bytes;
    uint32_t control[4], levels, divider, lie;
    bool aged, overrun, lies, behind;
    uint8_t behind_byte;
    unsigned flushes;
    uint8_t sent[MODEL_SENT_BYTES];
} model;

const size_t uart_model_fifo = FIFO;

void uart_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    model.control[1] = SRST;
    model.control[2] = 0x0700;
    model.control[3] = 0x8000;
    model.levels = 0x0801;
}

void uart_model_firmware(void)
{
    uart_model_power_on();
    model.control[0] = UARTEN;
    model.control[1] = IRTS | WS | TXEN | RXEN | SRST;
    model.control[2] = 0x0704;
    model.levels = 0x0a01; /* RFDIV 4: the clock by 2 */
    model.divider = 0x0f0068;
}

void imx_uart_model_set(enum imx_uart_register which, uint32_t value)
{
    if (which == IMX_UFCR)
        model.levels = value;
    else
        model.control[(which - IMX_UCR1) / 4] = value;
}

void imx_uart_model_arrive_behind(uint8_t byte)
{
    model.behind = true;
    model.behind_byte = byte;
}

void imx_uart_model_lie(uint32_t value)
{
    model.lies = true;
    model.lie = value;
}

static uint32_t level(unsigned shift)
{
    return model.levels >> shift & 0x3f;
}

static bool receives(void)
{
    return model.control[0] & UARTEN && model.control[1] & RXEN && model.control[2] & RXDMUXSEL;
}

/* The last place of the FIFO is marked, whether or not something is lost after it. */
void uart_model_arrive(uint16_t data)
{
    if (!receives())
        return;
    if (model.received == FIFO) {
        model.lost++;
        model.overrun = true;
        return;
    }
    if (!(model.control[1] & WS))
        data &= ~0x80u;
    if (model.control[1] & PREN)
        data |= IMX_MODEL_PARITY;
    if (model.received == FIFO - 1)
        data |= URXD_OVRRUN;
    model.receive[model.received++] = (uint16_t)(data | (data & ~0xffu ? URXD_ERR : 0));
}

void uart_model_silence(void)
{
    if (model.received > 0 && model.received < level(0))
        model.aged = true;
}

/* Without IRTS it waits for a neighbour who is not there. */
void uart_model_send(size_t count)
{
    bool sends = model.control[0] & UARTEN && model.control[1] & TXEN && model.control[1] & IRTS;
    for (; sends && count > 0 && model.waiting > 0; count--) {
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

static uint32_t status1(void)
{
    return (uint32_t)model.aged * AGTIM | (model.received >= level(0) ? RRDY : 0) |
           (model.waiting <= level(10) ? TRDY : 0) | RXDS;
}

static uint32_t status2(void)
{
    return (model.received > 0 ? RDR : 0) | (uint32_t)model.overrun * ORE |
           (model.waiting == 0 ? TXDC | TXFE : 0);
}

/* All that can be up in the model, also what the driver never wants. */
bool uart_model_interrupt(void)
{
    uint32_t first = status1(), second = status2();
    const uint32_t *enabled = model.control;
    bool receive = (first & RRDY && enabled[0] & RRDYEN) || (first & AGTIM && enabled[1] & ATEN) ||
                   (first & RXDS && enabled[2] & RXDSEN) || (second & enabled[3] & (RDR | ORE));
    bool transmit = (first & TRDY && enabled[0] & TRDYEN) ||
                    (second & TXFE && enabled[0] & TXMPTYEN) || (second & enabled[3] & TXDC);
    return enabled[0] & UARTEN && (receive || transmit);
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
    return model.divider ^ (model.levels & SPEED) << 20;
}

unsigned uart_model_flushes(void)
{
    return model.flushes;
}

static uint32_t read_receiver(void)
{
    if (model.received > 0) {
        uint16_t data = model.receive[0];
        memmove(model.receive, model.receive + 1, --model.received * sizeof(data));
        return data | URXD_CHARRDY;
    }
    if (model.behind) {
        model.behind = false;
        uart_model_arrive(model.behind_byte);
        uart_model_silence();
    }
    return 0;
}

static uint32_t read_states(void)
{
    return (uint32_t)(model.waiting == FIFO) << 4 | (uint32_t)(model.received == 0) << 5 |
           (uint32_t)(model.waiting == 0) << 6;
}

uint32_t imx_uart_read(const struct uart *uart, enum imx_uart_register which)
{
    (void)uart;
    if (model.lies && (which < IMX_UTXD || which > IMX_UFCR))
        return model.lie;
    switch (which) {
    case IMX_URXD:
        return read_receiver();
    case IMX_UCR2:
        return model.control[1] & ~SRST;
    case IMX_UCR1:
    case IMX_UCR3:
    case IMX_UCR4:
        return model.control[(which - IMX_UCR1) / 4];
    case IMX_UFCR:
        return model.levels;
    case IMX_USR1:
        return status1();
    case IMX_USR2:
        return status2();
    case IMX_UTS:
        return read_states();
    case IMX_UTXD:
        break; /* write only */
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

/* Switching off a device that works harms what is on its way. */
static void lose_if(bool harmed)
{
    if (harmed && model.received + model.waiting > 0)
        model.flushes++;
}

static void write_control2(uint32_t value)
{
    lose_if(!(value & SRST) || model.control[1] & ~value & (RXEN | TXEN));
    if (!(value & SRST)) {
        model.received = model.waiting = 0;
        model.aged = model.overrun = false;
        model.divider = 0;
    }
    model.control[1] = value | SRST;
}

/* Levels: of the transmitter 0 and 1 are reserved, and of both what is more than the FIFO. */
static void write_levels(uint32_t value)
{
    assert_in_range(value & 0x3f, 1, FIFO);
    assert_in_range(value >> 10, 2, FIFO);
    model.levels = value;
}

static void write_transmitter(uint8_t byte)
{
    if (model.lies)
        return;
    assert_true(model.waiting < FIFO); /* the driver looks at TXFULL first */
    assert_true(model.control[0] & UARTEN && model.control[1] & TXEN);
    model.transmit[model.waiting++] = byte;
}

void imx_uart_write(const struct uart *uart, enum imx_uart_register which, uint32_t value)
{
    (void)uart;
    assert_int_equal(value & ~0xffffu, 0);
    switch (which) {
    case IMX_UTXD:
        write_transmitter((uint8_t)value);
        return;
    case IMX_UCR1:
        lose_if(model.control[0] & ~value & UARTEN);
        model.control[0] = value;
        return;
    case IMX_UCR2:
        write_control2(value);
        return;
    case IMX_UCR3:
    case IMX_UCR4:
        model.control[(which - IMX_UCR1) / 4] = value;
        return;
    case IMX_UFCR:
        write_levels(value);
        return;
    case IMX_USR1:
        model.aged = model.aged && !(value & AGTIM);
        return;
    case IMX_USR2:
        model.overrun = model.overrun && !(value & ORE);
        return;
    case IMX_URXD:
    case IMX_UTS:
        break; /* read only, and for tests of the chip */
    }
    fail_msg("write of register %#x", (unsigned)which);
}
