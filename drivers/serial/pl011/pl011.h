/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ARM PrimeCell UART (PL011), the device alone: what ARM DDI 0183 says about
 * its registers, and nothing about who wants the bytes. Not for two threads at
 * once. A restarted driver calls pl011_start on a running device and loses
 * nothing that lies in its FIFOs.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pl011 {
    volatile uint32_t *base;
};

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
#define PL011_REGISTER_BYTES 0x1000u

/* Errors of the line since they were last asked for. */
struct pl011_errors {
    uint32_t overrun; /* times that bytes were lost because the FIFO was full */
    uint32_t framing;
    uint32_t parity;
    uint32_t line_break;
};

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t pl011_read(const struct pl011 *uart, enum pl011_register which);
void pl011_write(const struct pl011 *uart, enum pl011_register which, uint32_t value);

/*
 * Takes the device over with all interrupts masked. One that runs with FIFOs and
 * eight bits is left as it is; any other is set to that. The speed stays the
 * firmware's.
 */
void pl011_start(const struct pl011 *uart);

enum pl011_received {
    PL011_NOTHING,
    PL011_BYTE,
    PL011_DAMAGED, /* what came had an error: counted, and gone */
};

/* Takes what was received first out of the FIFO; *byte is set with PL011_BYTE only. */
enum pl011_received pl011_receive(const struct pl011 *uart, uint8_t *byte,
                                  struct pl011_errors *errors);
/* Is there room for a byte to send? */
bool pl011_can_transmit(const struct pl011 *uart);
/* Sends a byte; only after pl011_can_transmit. */
void pl011_transmit(const struct pl011 *uart, uint8_t byte);

/* Lets the device interrupt when bytes have come; or not, and then the FIFO keeps them. */
void pl011_listen(const struct pl011 *uart);
void pl011_hold(const struct pl011 *uart);
/*
 * Lets the device interrupt when its transmit FIFO has run low; or not. Only when
 * the FIFO was filled up: the interrupt comes of the level's falling, 2.8.2.
 */
void pl011_want_room(const struct pl011 *uart);
void pl011_want_no_room(const struct pl011 *uart);
