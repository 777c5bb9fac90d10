/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011's registers. The receive interrupts are never cleared by hand: they go
 * when the FIFO is emptied, so none is lost between one driver and the next.
 */
#include "pl011.h"

/* UARTDR 3.3.1 */
#define DR_DATA 0xffu
#define DR_FE   (1u << 8)
#define DR_PE   (1u << 9)
#define DR_BE   (1u << 10)

/* UARTFR 3.3.3 */
#define FR_BUSY (1u << 3)
#define FR_RXFE (1u << 4)
#define FR_TXFF (1u << 5)

/* UARTLCR_H 3.3.7 */
#define LCR_H_FEN    (1u << 4)
#define LCR_H_WLEN   (3u << 5)
#define LCR_H_WLEN_8 (3u << 5)

/* UARTCR 3.3.8 */
#define CR_UARTEN (1u << 0)
#define CR_TXE    (1u << 8)
#define CR_RXE    (1u << 9)
#define CR_RUNS   (CR_UARTEN | CR_TXE | CR_RXE)

/* UARTIFLS 3.3.9: room for most of the FIFO while the driver is on its way. */
#define IFLS_TX_EIGHTH  (0u << 0)
#define IFLS_RX_QUARTER (1u << 3)

/* UARTIMSC, UARTRIS, UARTICR 3.3.10 to 3.3.13 */
#define INTERRUPT_MODEM (0xfu << 0)
#define INTERRUPT_RX    (1u << 4)
#define INTERRUPT_TX    (1u << 5)
#define INTERRUPT_RT    (1u << 6)
#define INTERRUPT_ERROR (0xfu << 7)
#define INTERRUPT_OE    (1u << 10)

/* More looks at BUSY than the slowest character takes; one that hangs is not waited for. */
#define BUSY_LOOKS 1000000u

/* 3.3.8: disable, let the current character end, program, enable. */
static void pl011_configure(const struct uart *uart)
{
    uint32_t control = pl011_read(uart, UARTCR);
    pl011_write(uart, UARTCR, control & ~CR_UARTEN);
    for (unsigned look = 0; look < BUSY_LOOKS && pl011_read(uart, UARTFR) & FR_BUSY; look++) {
    }
    pl011_write(uart, UARTLCR_H, LCR_H_WLEN_8 | LCR_H_FEN);
    pl011_write(uart, UARTCR, control | CR_RUNS);
}

static bool pl011_is_configured(const struct uart *uart)
{
    uint32_t line = pl011_read(uart, UARTLCR_H) & (LCR_H_WLEN | LCR_H_FEN);
    return line == (LCR_H_WLEN_8 | LCR_H_FEN) && (pl011_read(uart, UARTCR) & CR_RUNS) == CR_RUNS;
}

void pl011_start(const struct uart *uart)
{
    pl011_write(uart, UARTIMSC, 0);
    if (!pl011_is_configured(uart))
        pl011_configure(uart);
    pl011_write(uart, UARTDMACR, 0);
    pl011_write(uart, UARTIFLS, IFLS_TX_EIGHTH | IFLS_RX_QUARTER);
    pl011_write(uart, UARTICR, INTERRUPT_MODEM | INTERRUPT_ERROR);
}

/* The overrun flag in UARTDR stays for as long as the FIFO is full; the interrupt's comes once. */
static void count_overrun(const struct uart *uart, struct uart_errors *errors)
{
    if (pl011_read(uart, UARTRIS) & INTERRUPT_OE) {
        pl011_write(uart, UARTICR, INTERRUPT_OE);
        errors->overrun++;
    }
}

static bool is_sound(uint32_t data, struct uart_errors *errors)
{
    if (data & DR_BE)
        errors->line_break++; /* a break is a framing error too: counted once */
    else if (data & DR_FE)
        errors->framing++;
    else if (data & DR_PE)
        errors->parity++;
    return !(data & (DR_BE | DR_FE | DR_PE));
}

enum uart_received pl011_receive(const struct uart *uart, uint8_t *byte, struct uart_errors *errors)
{
    if (pl011_read(uart, UARTFR) & FR_RXFE)
        return UART_NOTHING;
    count_overrun(uart, errors);
    uint32_t data = pl011_read(uart, UARTDR);
    if (!is_sound(data, errors))
        return UART_DAMAGED;
    *byte = (uint8_t)(data & DR_DATA);
    return UART_BYTE;
}

bool pl011_can_transmit(const struct uart *uart)
{
    return !(pl011_read(uart, UARTFR) & FR_TXFF);
}

void pl011_transmit(const struct uart *uart, uint8_t byte)
{
    pl011_write(uart, UARTDR, byte);
}

static void change_mask(const struct uart *uart, uint32_t clear, uint32_t set)
{
    pl011_write(uart, UARTIMSC, (pl011_read(uart, UARTIMSC) & ~clear) | set);
}

void pl011_listen(const struct uart *uart)
{
    change_mask(uart, 0, INTERRUPT_RX | INTERRUPT_RT);
}

void pl011_hold(const struct uart *uart)
{
    change_mask(uart, INTERRUPT_RX | INTERRUPT_RT, 0);
}

void pl011_want_room(const struct uart *uart)
{
    change_mask(uart, 0, INTERRUPT_TX);
}

void pl011_want_no_room(const struct uart *uart)
{
    change_mask(uart, INTERRUPT_TX, 0);
}
