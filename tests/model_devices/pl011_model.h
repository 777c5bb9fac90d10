/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PL011 for host tests, after ARM DDI 0183: FIFOs of 16, interrupts that come of
 * levels being crossed as in 2.8, and all that a driver may do wrong made a failure
 * (unknown registers, sending into a full FIFO, reprogramming a running device).
 * One device; the driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL011_MODEL_FIFO 16

/* As after power-on, or as firmware leaves it: on, eight bits, FIFOs, a speed. */
void pl011_model_power_on(void);
void pl011_model_firmware(void);

/* A byte comes down the line, with error bits as in UARTDR [11:8]; lost if there is no room. */
void pl011_model_arrive(uint16_t data);
/* The line has been silent for 32 bit times. */
void pl011_model_silence(void);
/* Up to `count` bytes leave the transmit FIFO for the line. */
void pl011_model_send(size_t count);
/* All that has left so far; *count bytes. */
const uint8_t *pl011_model_sent(size_t *count);

/* Is the interrupt line up? */
bool pl011_model_interrupt(void);
/* Bytes in the FIFOs now, bytes lost for want of room, and the speed as IBRD << 6 | FBRD. */
size_t pl011_model_received(void);
size_t pl011_model_waiting(void);
size_t pl011_model_lost(void);
uint32_t pl011_model_speed(void);
/* Times that bytes in a FIFO were thrown away by programming. */
unsigned pl011_model_flushes(void);
