/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device on an I2C bus. The client's device is a child of the bus in the tree, and
 * its edge "bus" is good for that address alone (cell 0 of the edge). An edge without
 * an address (by `uses`) is answered NOT_PERMITTED.
 *
 * A client begins with I2C_BEGIN, before it puts anything into the buffer: what an
 * incarnation before it asked for may still be under way, and what it reads would come there.
 *
 * Of a request whose server died nothing is known, nor of what the buffer holds: who makes
 * it again puts its bytes there again.
 */
#pragma once

enum i2c_operation {
    /*
     * in: bytes to write, bytes to read; each at most I2C_TRANSFER_MAX, not both 0.
     * Writes from the start of the buffer, then, without letting go of the bus, reads to
     * the start of the buffer. A controller that cannot hold the bus, or whose driver comes
     * too late for that, ends the write and begins the read; no other request of this bus
     * comes between. out: enum i2c_error, with FAILED only. BAD_ARGUMENT: too
     * many bytes, for the buffer or for the device.
     */
    I2C_TRANSFER = 1,
    /* Of what this client asked for before, nothing reaches the buffer any more. */
    I2C_BEGIN,
};

#define I2C_TRANSFER_MAX 4096u

enum i2c_error {
    I2C_NOT_ACKNOWLEDGED = 1, /* nobody has that address, or it refused a byte */
    I2C_STRETCHED,            /* the device held the clock for too long */
    I2C_NO_END,               /* the controller did not finish */
};
