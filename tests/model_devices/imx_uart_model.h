/* SPDX-License-Identifier: BSD-2-Clause */
/* What only the modelled i.MX UART has; the rest is uart_model.h. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "../../drivers/serial/imx-uart/imx_uart.h"

/* Errors of a character for uart_model_arrive: where the receiver's register has them. */
#define IMX_MODEL_PARITY  (1u << 10)
#define IMX_MODEL_BREAK   (1u << 11)
#define IMX_MODEL_FRAMING (1u << 12)

/* A register as somebody left it: no rule is asked about it. */
void imx_uart_model_set(enum imx_uart_register which, uint32_t value);
/* After the next look that finds nothing, and before anything else, a character comes and ages. */
void imx_uart_model_arrive_behind(uint8_t byte);
/* The receiver's register and all states read as this from now on. */
void imx_uart_model_lie(uint32_t value);
