/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Early output: puts bytes into a UART that the firmware has set up (rate, pins).
 * Reads its status and writes its data, and nothing else, so that it does no
 * harm when the UART has a driver and the kernel has last words.
 */
#include "early.h"
#include "kernel/arch.h"
#include "mmio.h"

struct uart uart;

bool arch_print_byte(char byte)
{
    if (uart.base == NULL)
        return true;
    if ((mmio_read(uart.base, uart.status) & uart.mask) != uart.ready)
        return false;
    mmio_write(uart.base, uart.data, (uint8_t)byte);
    return true;
}
