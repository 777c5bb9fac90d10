/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mini-UART's registers. Both interrupts are levels: they stand for as long as
 * there is something received, or nothing left to send, so none is lost between one
 * driver and the next. Nothing of the interrupt's identity (AUX_MU_IIR) is read: the
 * line is shared with the SPI masters, and the FIFOs say what there is to do.
 */
#include "mini_uart.h"

#define IO_DATA 0xffu

/*
 * AUX_MU_IER, 2.2.2. The manual has bits 0 and 1 the other way round, and says of bits
 * 3:2 that they do not matter; the errata say that without them nothing received
 * interrupts. Bit 2 is the 16550's line status, here: overrun.
 */
#define IER_RECEIVE     (1u << 0)
#define IER_TRANSMIT    (1u << 1)
#define IER_LINE_STATUS (1u << 2)
#define IER_LISTEN      (IER_RECEIVE | IER_LINE_STATUS)

/* AUX_MU_LCR. Eight bits are 3, as in a 16550; the manual says 1, the errata 3. */
#define LCR_SIZE   (3u << 0)
#define LCR_SIZE_8 (3u << 0)
#define LCR_BREAK  (1u << 6)
#define LCR_DLAB   (1u << 7)

/* AUX_MU_LSR */
#define LSR_DATA_READY (1u << 0)
#define LSR_OVERRUN    (1u << 1)

/* AUX_MU_CNTL */
#define CNTL_RECEIVER    (1u << 0)
#define CNTL_TRANSMITTER (1u << 1)
#define CNTL_RUNS        (CNTL_RECEIVER | CNTL_TRANSMITTER)

/* AUX_MU_STAT: asked for room, as reading LSR would clear an overrun that nobody counts. */
#define STAT_SPACE (1u << 1)

void mini_uart_start(const struct uart *uart)
{
    uint32_t line = mini_uart_read(uart, AUX_MU_LCR);
    uint32_t control = mini_uart_read(uart, AUX_MU_CNTL);
    /* First, for with DLAB set the interrupt enables would be the divisor's. */
    if ((line & (LCR_SIZE | LCR_BREAK | LCR_DLAB)) != LCR_SIZE_8)
        mini_uart_write(uart, AUX_MU_LCR, LCR_SIZE_8);
    mini_uart_write(uart, AUX_MU_IER, 0);
    if ((control & CNTL_RUNS) != CNTL_RUNS)
        mini_uart_write(uart, AUX_MU_CNTL, control | CNTL_RUNS);
}

/* One look: reading LSR clears the overrun, so each that is seen is counted. */
enum uart_received mini_uart_receive(const struct uart *uart, uint8_t *byte,
                                     struct uart_errors *errors)
{
    uint32_t status = mini_uart_read(uart, AUX_MU_LSR);
    if (status & LSR_OVERRUN)
        errors->overrun++;
    if (!(status & LSR_DATA_READY))
        return UART_NOTHING;
    *byte = (uint8_t)(mini_uart_read(uart, AUX_MU_IO) & IO_DATA);
    return UART_BYTE;
}

bool mini_uart_can_transmit(const struct uart *uart)
{
    return mini_uart_read(uart, AUX_MU_STAT) & STAT_SPACE;
}

void mini_uart_transmit(const struct uart *uart, uint8_t byte)
{
    mini_uart_write(uart, AUX_MU_IO, byte);
}

static void change_enables(const struct uart *uart, uint32_t clear, uint32_t set)
{
    uint32_t enables = mini_uart_read(uart, AUX_MU_IER) & (IER_LISTEN | IER_TRANSMIT);
    mini_uart_write(uart, AUX_MU_IER, (enables & ~clear) | set);
}

void mini_uart_listen(const struct uart *uart)
{
    change_enables(uart, 0, IER_LISTEN);
}

void mini_uart_hold(const struct uart *uart)
{
    change_enables(uart, IER_LISTEN, 0);
}

void mini_uart_want_room(const struct uart *uart)
{
    change_enables(uart, 0, IER_TRANSMIT);
}

void mini_uart_want_no_room(const struct uart *uart)
{
    change_enables(uart, IER_TRANSMIT, 0);
}
