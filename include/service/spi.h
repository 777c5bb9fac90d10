/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device on an SPI bus. The client's device is a child of the bus in the tree, and
 * its edge "bus" is good for that chip select alone (cell 0 of the edge). An edge
 * without one (by `uses`) is answered NOT_PERMITTED.
 *
 * A client begins with SPI_CONFIGURE, before it puts anything into the buffer: what an
 * incarnation before it asked for may still be under way, and what came would be put there.
 *
 * Of a request whose server died nothing is known, nor of what the buffer holds: who makes
 * it again puts its bytes there again.
 */
#pragma once

enum spi_operation {
    /*
     * in: enum spi_mode, ORed; highest clock in Hz. For this client's transfers from now
     * on; of those before, nothing reaches the buffer any more. out: the clock that it will be. NOT_PERMITTED: the controller cannot do that.
     */
    SPI_CONFIGURE = 1,
    /*
     * in: bytes, 1 to SPI_TRANSFER_MAX and at most the buffer's. Sends them from the start
     * of the buffer and puts what came at the same time in their place, under one
     * assertion of the chip select. FAILED: the controller did not finish. NOT_FOUND: not
     * configured; or it was, and the server was restarted since: configure it again.
     */
    SPI_TRANSFER,
};

enum spi_mode { SPI_CPHA = 1, SPI_CPOL = 2, SPI_CS_HIGH = 4 };

#define SPI_TRANSFER_MAX 4096u
