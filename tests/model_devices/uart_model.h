/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A UART for host tests: what the tests of a serial driver may do to it. There are
 * several (pl011_model.c, mini_uart_model.c), each after its manual, with all that a
 * driver may do wrong made a failure: unknown registers, sending into a full FIFO,
 * reprogramming a running device. One of them is linked, and to it the driver's
 * register access.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that each FIFO has room for. */
extern const size_t uart_model_fifo;

/* As after power-on, or as firmware leaves it: on, eight bits, FIFOs, a speed. */
void uart_model_power_on(void);
void uart_model_firmware(void);

/* A byte comes down the line, above it error bits as the device has them; lost without room. */
void uart_model_arrive(uint16_t data);
/* The line has been silent for as long as makes a device interrupt that waits for that. */
void uart_model_silence(void);
/* Up to `count` bytes leave the transmit FIFO for the line. */
void uart_model_send(size_t count);
/* All that has left so far; *count bytes. */
const uint8_t *uart_model_sent(size_t *count);

/* Is the interrupt line up? */
bool uart_model_interrupt(void);
/* Bytes in the FIFOs now, bytes lost for want of room, and the speed as the device has it. */
size_t uart_model_received(void);
size_t uart_model_waiting(void);
size_t uart_model_lost(void);
uint32_t uart_model_speed(void);
/* Times that bytes in a FIFO were thrown away by programming. */
unsigned uart_model_flushes(void);
