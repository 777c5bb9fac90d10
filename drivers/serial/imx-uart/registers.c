/* SPDX-License-Identifier: BSD-2-Clause */
/* The i.MX UART's registers where they are real; tests link a model in place of this file. */
#include "imx_uart.h"

uint32_t imx_uart_read(const struct uart *uart, enum imx_uart_register which)
{
    return uart->base[which / sizeof(uint32_t)];
}

void imx_uart_write(const struct uart *uart, enum imx_uart_register which, uint32_t value)
{
    uart->base[which / sizeof(uint32_t)] = value;
}
