/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SPI master's registers, worked as 9.6.2 says: DONE interrupts when there is nothing
 * to send any more, RXR when the receive FIFO has filled to three quarters. CS is always
 * written whole: reading it says what its FIFOs hold, and writing that back may clear them.
 */
#include "bcm2835_spi.h"

#include <stddef.h>

#include <service/spi.h>

/* CS 9.5 */
#define CS_CPHA        (1u << 2)
#define CS_CPOL        (1u << 3)
#define CS_CLEAR       (3u << 4)
#define CS_TA          (1u << 7)
#define CS_INTD        (1u << 9)
#define CS_INTR        (1u << 10)
#define CS_DONE        (1u << 16)
#define CS_RXD         (1u << 17)
#define CS_TXD         (1u << 18)
#define CS_CSPOL_SHIFT 21
#define CS_SELECTS     7u

/* CLK 9.5: even; 0 would be 65536. */
#define CLK_MIN 2u
#define CLK_MAX 0xfffeu

uint32_t bcm2835_spi_divider(uint32_t clock_hz, uint32_t hz)
{
    uint64_t divider = hz > 0 ? ((uint64_t)clock_hz + hz - 1) / hz : CLK_MAX + 1;

    divider += divider % 2;
    if (divider > CLK_MAX)
        return 0;
    return divider < CLK_MIN ? CLK_MIN : (uint32_t)divider;
}

static uint32_t polarities(const struct bcm2835_spi *spi)
{
    return spi->selects_high << CS_CSPOL_SHIFT;
}

static void be_idle(struct bcm2835_spi *spi)
{
    bcm2835_spi_write(spi, SPI_CS, CS_CLEAR | polarities(spi));
    spi->data = NULL;
}

void bcm2835_spi_start(struct bcm2835_spi *spi)
{
    spi->selects_high = bcm2835_spi_read(spi, SPI_CS) >> CS_CSPOL_SHIFT & CS_SELECTS;
    be_idle(spi);
}

void bcm2835_spi_polarity(struct bcm2835_spi *spi, const struct bcm2835_spi_chip *chip)
{
    spi->selects_high &= ~(1u << chip->select);
    if (chip->mode & SPI_CS_HIGH)
        spi->selects_high |= 1u << chip->select;
    if (spi->data == NULL)
        be_idle(spi);
}

void bcm2835_spi_abort(struct bcm2835_spi *spi)
{
    be_idle(spi);
}

/*
 * The clock's idle level must be right before the chip is selected: polarity is written
 * first, and TA, which selects it, after that.
 */
void bcm2835_spi_begin(struct bcm2835_spi *spi, const struct bcm2835_spi_chip *chip, uint8_t *data,
                       uint32_t bytes)
{
    uint32_t control = chip->select | polarities(spi);

    control |= chip->mode & SPI_CPHA ? CS_CPHA : 0;
    control |= chip->mode & SPI_CPOL ? CS_CPOL : 0;
    spi->data = data;
    spi->bytes = bytes;
    spi->sent = spi->received = 0;
    bcm2835_spi_write(spi, SPI_CLK, chip->divider);
    bcm2835_spi_write(spi, SPI_CS, control | CS_CLEAR);
    bcm2835_spi_write(spi, SPI_CS, control | CS_TA | CS_INTD | CS_INTR);
}

static void receive(struct bcm2835_spi *spi)
{
    while (spi->received < spi->sent && bcm2835_spi_read(spi, SPI_CS) & CS_RXD)
        spi->data[spi->received++] = (uint8_t)bcm2835_spi_read(spi, SPI_FIFO);
}

/* Never more on the way than the receive FIFO holds: then the clock need not stop. */
static void send(struct bcm2835_spi *spi)
{
    while (spi->sent < spi->bytes && spi->sent - spi->received < BCM2835_SPI_FIFO_BYTES &&
           bcm2835_spi_read(spi, SPI_CS) & CS_TXD)
        bcm2835_spi_write(spi, SPI_FIFO, spi->data[spi->sent++]);
}

/* All that came is in when the last byte has left: then the chip is let go, by TA. */
enum bcm2835_spi_progress bcm2835_spi_continue(struct bcm2835_spi *spi)
{
    if (spi->data == NULL)
        return BCM2835_SPI_NOT_OURS;
    receive(spi);
    send(spi);
    if (spi->received < spi->bytes || !(bcm2835_spi_read(spi, SPI_CS) & CS_DONE))
        return BCM2835_SPI_GOES_ON;
    be_idle(spi);
    return BCM2835_SPI_DONE;
}
