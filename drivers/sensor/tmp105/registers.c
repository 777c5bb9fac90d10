/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sensor's registers where they are real: behind a bus, whose server knows the
 * address. A request that died with the bus's server is made again: reading and setting
 * up twice do no harm.
 */
#include <lib/program.h>
#include <service/i2c.h>
#include <service/result.h>

#include "tmp105.h"

#define TRIES 3

static bool transfer(const struct startup_edge *bus, uint64_t out, uint64_t in)
{
    const uint64_t word[2] = {out, in};

    for (unsigned i = 0; i < TRIES; i++) {
        struct answer answer = program_request(bus, I2C_TRANSFER, 2, word);

        if (answer.status != STATUS_PEER_DIED)
            return answer.status == STATUS_OK && answer.result == SERVICE_OK;
    }
    return false;
}

static volatile uint8_t *buffer_of(const struct startup_edge *bus)
{
    return (volatile uint8_t *)(uintptr_t)bus->buffer;
}

bool tmp105_read(enum tmp105_register which, uint8_t *to, unsigned bytes)
{
    const struct startup_edge *bus = program_use("bus");

    buffer_of(bus)[0] = (uint8_t)which;
    if (!transfer(bus, 1, bytes))
        return false;
    for (unsigned i = 0; i < bytes; i++)
        to[i] = buffer_of(bus)[i];
    return true;
}

bool tmp105_write(enum tmp105_register which, uint8_t value)
{
    const struct startup_edge *bus = program_use("bus");

    buffer_of(bus)[0] = (uint8_t)which;
    buffer_of(bus)[1] = value;
    return transfer(bus, 2, 0);
}
