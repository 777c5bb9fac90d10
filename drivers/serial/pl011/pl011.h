/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ARM PrimeCell UART (PL011), the device alone: what ARM DDI 0183 says about
 * its registers, and nothing about who wants the bytes. Not for two threads at
 * once. A restarted driver calls pl011_start on a running device and loses
 * nothing that lies in its FIFOs.
 */
#pragma once
#include <lib/serial.h>

/* Registers, ARM DDI 0183G table 3-1: byte offsets. */
enum pl011_register {
    UARTDR = 0x000,    /* 3.3.1 data */
    UARTFR = 0x018,    /* 3.3.3 flags */
    UARTLCR_H = 0x02c, /* 3.3.7 line control */
    UARTCR = 0x030,    /* 3.3.8 control */
    UARTIFLS = 0x034,  /* 3.3.9 interrupt FIFO level select */
    UARTIMSC = 0x038,  /* 3.3.10 interrupt mask set/clear: 1 lets it through */
    UARTRIS = 0x03c,   /* 3.3.11 raw interrupt status */
    UARTICR = 0x044,   /* 3.3.13 interrupt clear */
    UARTDMACR = 0x048, /* 3.3.14 DMA control */
};
/* Up to the last one above: trees may name no more, as those of Broadcom's chips. */
#define PL011_REGISTER_BYTES 0x04cu

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t pl011_read(const struct uart *uart, enum pl011_register which);
void pl011_write(const struct uart *uart, enum pl011_register which, uint32_t value);

/* What these do, struct uart_device says. */
void pl011_start(const struct uart *uart);
enum uart_received pl011_receive(const struct uart *uart, uint8_t *byte,
                                 struct uart_errors *errors);
bool pl011_can_transmit(const struct uart *uart);
void pl011_transmit(const struct uart *uart, uint8_t byte);
void pl011_listen(const struct uart *uart);
void pl011_hold(const struct uart *uart);
/* The interrupt comes of the transmit FIFO's falling through its level, 2.8.2. */
void pl011_want_room(const struct uart *uart);
void pl011_want_no_room(const struct uart *uart);
