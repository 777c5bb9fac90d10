/* SPDX-License-Identifier: BSD-2-Clause */
/* The SPI master's registers where they are real; tests link a model in place of this file. */
#include "bcm2835_spi.h"

uint32_t bcm2835_spi_read(const struct bcm2835_spi *spi, enum bcm2835_spi_register which)
{
    return spi->base[which / sizeof(uint32_t)];
}

void bcm2835_spi_write(const struct bcm2835_spi *spi, enum bcm2835_spi_register which,
                       uint32_t value)
{
    spi->base[which / sizeof(uint32_t)] = value;
}
