/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SPI master of BCM2835 to BCM2711 for host tests, after chapter 9 of "BCM2711 ARM
 * Peripherals": FIFOs of 64, and a chip at each of its two selects that answers each byte
 * with its complement (0) or with the byte before (1). The bus goes on a byte a step. What
 * a driver may not do is a failure. One device; the driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

void bcm2835_spi_model_power_on(void);

enum model_spi_way {
    MODEL_SPI_STEPS,
    MODEL_SPI_AT_ONCE, /* a byte is exchanged as soon as it is in the FIFO, as in QEMU */
    MODEL_SPI_DEAD,    /* nothing ever happens on the bus */
    MODEL_SPI_ONES,    /* registers read as ones, and what is written is lost */
    MODEL_SPI_ZEROS,
};
void bcm2835_spi_model_way(enum model_spi_way way);

/* Time for a byte. False: the bus stands still. */
bool bcm2835_spi_model_step(void);
bool bcm2835_spi_model_interrupt(void);
/* The level of a select now, and how often it was asserted since power-on. */
unsigned bcm2835_spi_model_select(unsigned select);
unsigned bcm2835_spi_model_assertions(unsigned select);
/* Mode (CPHA 1, CPOL 2) and divider of the last byte. */
unsigned bcm2835_spi_model_mode(void);
uint32_t bcm2835_spi_model_divider(void);
