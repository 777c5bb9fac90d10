/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL011's registers where they are real; tests link a model in place of this file. */
#include "pl011.h"

uint32_t pl011_read(const struct uart *uart, enum pl011_register which)
{
    return uart->base[which / sizeof(uint32_t)];
}

void pl011_write(const struct uart *uart, enum pl011_register which, uint32_t value)
{
    uart->base[which / sizeof(uint32_t)] = value;
}
