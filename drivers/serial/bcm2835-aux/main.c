/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of a mini-UART: its device, and the protocol that all serial lines share. */
#include <lib/serial.h>

#include "mini_uart.h"

int main(void)
{
    static const struct uart_device device = {
        .name = "mini-UART",
        .register_bytes = MINI_UART_REGISTER_BYTES,
        .start = mini_uart_start,
        .receive = mini_uart_receive,
        .can_transmit = mini_uart_can_transmit,
        .transmit = mini_uart_transmit,
        .listen = mini_uart_listen,
        .hold = mini_uart_hold,
        .want_room = mini_uart_want_room,
        .want_no_room = mini_uart_want_no_room,
    };
    return serial_run(&device);
}
