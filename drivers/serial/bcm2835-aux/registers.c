/* SPDX-License-Identifier: BSD-2-Clause */
/* The mini-UART's registers where they are real; tests link a model in place of this file. */
#include "mini_uart.h"

uint32_t mini_uart_read(const struct uart *uart, enum mini_uart_register which)
{
    return uart->base[which / sizeof(uint32_t)];
}

void mini_uart_write(const struct uart *uart, enum mini_uart_register which, uint32_t value)
{
    uart->base[which / sizeof(uint32_t)] = value;
}
