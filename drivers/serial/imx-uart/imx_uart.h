/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART of Freescale's and NXP's i.MX chips from the i.MX 6 on, the device alone:
 * i.MX 8M Plus Applications Processor Reference Manual (IMX8MPRM), chapter "Universal
 * Asynchronous Receiver/Transmitter (UART)", its memory map. FIFOs of 32. Its clocks and
 * pins are other nodes' registers: who booted us left those of the console switched on.
 *
 * Bit 0 of UCR2, SRST, is written as 1 in all cases: a 0 there resets the FIFOs and
 * the speed. It need not read as 1.
 */
#pragma once
#include <lib/serial.h>

/* Registers, by their names in the manual's memory map: byte offsets. */
enum imx_uart_register {
    IMX_URXD = 0x00, /* receiver: taking what was received first, with its errors */
    IMX_UTXD = 0x40, /* transmitter */
    IMX_UCR1 = 0x80, /* control 1 to 4 */
    IMX_UCR2 = 0x84,
    IMX_UCR3 = 0x88,
    IMX_UCR4 = 0x8c,
    IMX_UFCR = 0x90, /* FIFO control: levels, and a divider of the speed */
    IMX_USR1 = 0x94, /* status 1 and 2: most flags are cleared by writing 1 */
    IMX_USR2 = 0x98,
    IMX_UTS = 0xb4, /* "test", which has the FIFOs' state */
};
/* Up to the last one above. */
#define IMX_UART_REGISTER_BYTES 0xb8u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t imx_uart_read(const struct uart *uart, enum imx_uart_register which);
void imx_uart_write(const struct uart *uart, enum imx_uart_register which, uint32_t value);

/* What these do, struct uart_device says. */
void imx_uart_start(const struct uart *uart);
enum uart_received imx_uart_receive(const struct uart *uart, uint8_t *byte,
                                    struct uart_errors *errors);
bool imx_uart_can_transmit(const struct uart *uart);
void imx_uart_transmit(const struct uart *uart, uint8_t byte);
/* At a quarter of the FIFO, or when the line was silent for eight characters. */
void imx_uart_listen(const struct uart *uart);
void imx_uart_hold(const struct uart *uart);
/* The interrupt stands for as long as the transmit FIFO has no more than its level. */
void imx_uart_want_room(const struct uart *uart);
void imx_uart_want_no_room(const struct uart *uart);
