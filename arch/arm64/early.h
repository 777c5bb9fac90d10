/* SPDX-License-Identifier: BSD-2-Clause */
/* What early_start.c finds out, and early.c puts bytes into. */
#pragma once
#include <stdint.h>

/* What a byte needs: where it goes, and the status bit that says whether it may. */
struct uart {
    volatile void *base;         /* NULL: no UART, and bytes go nowhere */
    unsigned data;
    unsigned status;
    uint32_t mask;
    uint32_t ready;
};
extern struct uart uart;
