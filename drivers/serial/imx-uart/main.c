/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of an i.MX UART: its device, and the protocol that all serial lines share. */
#include <lib/serial.h>

#include "imx_uart.h"

int main(void)
{
    static const struct uart_device device = {
        .name = "i.MX UART",
        .register_bytes = IMX_UART_REGISTER_BYTES,
        .start = imx_uart_start,
        .receive = imx_uart_receive,
        .can_transmit = imx_uart_can_transmit,
        .transmit = imx_uart_transmit,
        .listen = imx_uart_listen,
        .hold = imx_uart_hold,
        .want_room = imx_uart_want_room,
        .want_no_room = imx_uart_want_no_room,
    };
    return serial_run(&device);
}
