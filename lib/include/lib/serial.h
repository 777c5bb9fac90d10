/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A serial line's driver but for its device: the protocol of service/serial.h, once
 * for all UARTs. What is left of a driver is its device's half and this:
 *
 *     static const struct uart_device device = {
 *         .name = "PL011", .register_bytes = PL011_REGISTER_BYTES,
 *         .start = pl011_start, ... };
 *     int main(void) { return serial_run(&device); }
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uart {
    volatile uint32_t *base;
};

/* Errors of the line since they were last asked for. A device counts those that it tells apart. */
struct uart_errors {
    uint32_t overrun; /* times that bytes were lost because the FIFO was full */
    uint32_t framing;
    uint32_t parity;
    uint32_t line_break;
};

enum uart_received {
    UART_NOTHING,
    UART_BYTE,
    UART_DAMAGED, /* what came had an error: counted, and gone */
};

/* What a device's half can do. Nothing here waits for the device, but `start`, and that briefly. */
struct uart_device {
    const char *name;
    size_t register_bytes;
    /*
     * Takes the device over, in whatever state it is, with all interrupts masked. What
     * lies in its FIFOs stays if it was set up as it should be; the speed stays in any case.
     */
    void (*start)(const struct uart *uart);
    /* Takes what was received first out of the FIFO; *byte is set with UART_BYTE only. */
    enum uart_received (*receive)(const struct uart *uart, uint8_t *byte,
                                  struct uart_errors *errors);
    /* Is there room for a byte to send? */
    bool (*can_transmit)(const struct uart *uart);
    /* Sends a byte; only after can_transmit. */
    void (*transmit)(const struct uart *uart, uint8_t byte);
    /* Lets the device interrupt when bytes have come; or not, and then the FIFO keeps them. */
    void (*listen)(const struct uart *uart);
    void (*hold)(const struct uart *uart);
    /*
     * Lets the device interrupt when its transmit FIFO has run low; or not. Wanted only
     * when the FIFO was filled up.
     */
    void (*want_room)(const struct uart *uart);
    void (*want_no_room)(const struct uart *uart);
};

/* The whole program. Returns only if it was given no such device: the exit code. */
int serial_run(const struct uart_device *device);
