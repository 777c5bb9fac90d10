/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SPI master of BCM2835 to BCM2711 (SPI0 and 3 to 6), the device alone: what chapter
 * 9 of "BCM2711 ARM Peripherals" says about its registers, and nothing about who wants a
 * transfer. One transfer at a time, in steps: nothing here waits.
 */
#pragma once
#include <stdint.h>

/* Registers, BCM2711 9.5: byte offsets. */
enum bcm2835_spi_register {
    SPI_CS = 0x00, /* control and status */
    SPI_FIFO = 0x04,
    SPI_CLK = 0x08, /* clock divider */
};
#define BCM2835_SPI_REGISTER_BYTES 0x18u
#define BCM2835_SPI_FIFO_BYTES     64u
#define BCM2835_SPI_SELECTS        2u /* chip selects that the controller has pins for */

struct bcm2835_spi {
    volatile uint32_t *base;
    uint32_t selects_high; /* chip selects that are active high, a bit each */
    uint8_t *data;         /* NULL: no transfer is under way */
    uint32_t bytes, sent, received;
};

/* How a chip is talked to. */
struct bcm2835_spi_chip {
    uint32_t select;  /* less than BCM2835_SPI_SELECTS */
    uint32_t mode;    /* enum spi_mode, ORed */
    uint32_t divider; /* of bcm2835_spi_divider */
};

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t bcm2835_spi_read(const struct bcm2835_spi *spi, enum bcm2835_spi_register which);
void bcm2835_spi_write(const struct bcm2835_spi *spi, enum bcm2835_spi_register which,
                       uint32_t value);

/* What divides a clock of clock_hz to at most hz; 0: it cannot be that slow. */
uint32_t bcm2835_spi_divider(uint32_t clock_hz, uint32_t hz);

/* Takes the device over, whatever it was doing, silent; chip selects stay as they are. */
void bcm2835_spi_start(struct bcm2835_spi *spi);

/*
 * That chip select is active high, or low if the mode does not say SPI_CS_HIGH, also
 * between transfers: from now on, or from the end of the transfer under way.
 */
void bcm2835_spi_polarity(struct bcm2835_spi *spi, const struct bcm2835_spi_chip *chip);

/* Begins to exchange data[0..bytes), at least 1. Goes on by bcm2835_spi_continue. */
void bcm2835_spi_begin(struct bcm2835_spi *spi, const struct bcm2835_spi_chip *chip, uint8_t *data,
                       uint32_t bytes);

enum bcm2835_spi_progress {
    BCM2835_SPI_NOT_OURS, /* no transfer is under way */
    BCM2835_SPI_GOES_ON,
    BCM2835_SPI_DONE, /* and it is idle */
};

/* At an interrupt, of whomever: moves what can be moved. */
enum bcm2835_spi_progress bcm2835_spi_continue(struct bcm2835_spi *spi);

/* Gives the transfer up; the device is idle. */
void bcm2835_spi_abort(struct bcm2835_spi *spi);
