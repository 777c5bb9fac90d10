/* SPDX-License-Identifier: BSD-2-Clause */
/* What the mini-UART's model can do beyond uart_model.h: states of the block, and lies. */
#pragma once
#include <stdint.h>

/* Somebody left the divisor's latch open (DLAB), or seven bits a byte (LCR). */
void mini_uart_model_line(uint32_t line);
/* Somebody switched receiver and transmitter (CNTL), or one of them, off. */
void mini_uart_model_control(uint32_t control);
/* AUX_ENABLES switches it off: all registers read as 0, nothing is taken. */
void mini_uart_model_switch_off(void);
/* A device out of order: data and status read as this from now on. */
void mini_uart_model_lie(uint32_t value);
uint32_t mini_uart_model_enables(void);
