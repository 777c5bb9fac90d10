/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of a PL011: its device, and the protocol that all serial lines share. */
#include <lib/serial.h>

#include "pl011.h"

int main(void)
{
    static const struct uart_device device = {
        .name = "PL011",
        .register_bytes = PL011_REGISTER_BYTES,
        .start = pl011_start,
        .receive = pl011_receive,
        .can_transmit = pl011_can_transmit,
        .transmit = pl011_transmit,
        .listen = pl011_listen,
        .hold = pl011_hold,
        .want_room = pl011_want_room,
        .want_no_room = pl011_want_no_room,
    };
    return serial_run(&device);
}
