/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mini-UART of the BCM2835 and its successors, the device alone: BCM2711 ARM
 * Peripherals, 2.1 and 2.2, with the published errata of the BCM2835's edition. It is
 * a lesser 16550 with FIFOs of 8: no parity, no break, no framing errors, no receive
 * time-out (none is needed: it interrupts from the first byte on).
 *
 * The UART shares a block, AUX, with two SPI masters. The block's switch
 * (AUX_ENABLES) and its summary of interrupts (AUX_IRQ) are registers of another
 * node, brcm,bcm2835-aux: who booted us switched the UART on, or there would be
 * no console yet. With the switch off all registers here read as 0, and nothing
 * is ever received or sent.
 */
#pragma once
#include <lib/serial.h>

/* Registers, table 2: byte offsets from the UART's own beginning, AUX + 0x40. */
enum mini_uart_register {
    AUX_MU_IO = 0x00,   /* data; the divisor's low half while DLAB is set */
    AUX_MU_IER = 0x04,  /* interrupt enable; the divisor's high half while DLAB is set */
    AUX_MU_LCR = 0x0c,  /* line control */
    AUX_MU_LSR = 0x14,  /* line status; reading clears the overrun */
    AUX_MU_CNTL = 0x20, /* extra control */
    AUX_MU_STAT = 0x24, /* extra status */
};
#define MINI_UART_REGISTER_BYTES 0x40u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t mini_uart_read(const struct uart *uart, enum mini_uart_register which);
void mini_uart_write(const struct uart *uart, enum mini_uart_register which, uint32_t value);

/*
 * What these do, struct uart_device says. The speed is the firmware's in more than one
 * way: it is a fraction of the core's clock, which the firmware must keep from changing.
 */
void mini_uart_start(const struct uart *uart);
enum uart_received mini_uart_receive(const struct uart *uart, uint8_t *byte,
                                     struct uart_errors *errors);
bool mini_uart_can_transmit(const struct uart *uart);
void mini_uart_transmit(const struct uart *uart, uint8_t byte);
void mini_uart_listen(const struct uart *uart);
void mini_uart_hold(const struct uart *uart);
/* The interrupt stands for as long as the transmit FIFO is empty. */
void mini_uart_want_room(const struct uart *uart);
void mini_uart_want_no_room(const struct uart *uart);
