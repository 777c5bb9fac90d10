/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of an SPI bus: which flash memory is there, by what JEDEC (JESD216) has all of
 * them answer, and the CRC-32 of its first bytes. The node's configuration may say
 *
 *     config {
 *         sum = <bytes>;
 *     };
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <lib/crc.h>
#include <lib/program.h>
#include <service/result.h>
#include <service/spi.h>

#define CLOCK_HZ     1000000u
#define READ         0x03u
#define READ_ID      0x9fu
#define ID_BYTES     6u /* all that they may answer: three are used */
#define COMMAND      4u /* with an address of 24 bits */
#define SIZE_BITS    32u
#define TRIES        3

static const struct startup_edge *bus;
static uint8_t *buffer;

static struct answer configure(void)
{
    const uint64_t word[] = {0, CLOCK_HZ};

    return program_request(bus, SPI_CONFIGURE, 2, word);
}

/* Of a bus that was restarted neither the setting is left nor what was sent: all of it again. */
static bool transfer(const uint8_t *command, uint32_t sent, uint32_t bytes)
{
    for (int i = 0; i < TRIES; i++) {
        const uint64_t word[] = {bytes};
        struct answer answer;

        memset(buffer, 0, bytes);
        memcpy(buffer, command, sent);
        answer = program_request(bus, SPI_TRANSFER, 1, word);
        if (answer.status == STATUS_OK && answer.result == SERVICE_OK)
            return true;
        if (answer.status == STATUS_PEER_STOPPED ||
            (answer.status == STATUS_OK && answer.result != SERVICE_NOT_FOUND))
            return false;
        configure();
    }
    return false;
}

/* A wire that nobody drives is at one level. */
static bool identify(void)
{
    static const uint8_t command[] = {READ_ID};
    const uint8_t *id = buffer + sizeof(command);

    if (!transfer(command, sizeof(command), sizeof(command) + ID_BYTES))
        return false;
    if ((id[0] == 0 && id[1] == 0) || (id[0] == 0xff && id[1] == 0xff)) {
        printf("flash: there is no chip\n");
        return false;
    }
    printf("flash: manufacturer %02x, type %02x, %" PRIu64 " bytes\n", id[0], id[1],
           id[2] < SIZE_BITS ? UINT64_C(1) << id[2] : 0);
    return true;
}

static bool sum(uint32_t bytes)
{
    uint32_t crc = 0, most = SPI_TRANSFER_MAX - COMMAND;

    for (uint32_t at = 0, part; at < bytes; at += part) {
        const uint8_t command[COMMAND] = {READ, (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at};

        part = bytes - at < most ? bytes - at : most;
        if (!transfer(command, COMMAND, COMMAND + part))
            return false;
        crc = crc32_add(crc, buffer + COMMAND, part);
    }
    printf("flash: crc32 of %" PRIu32 " bytes %08" PRIx32 "\n", bytes, crc);
    return true;
}

int main(void)
{
    uint32_t bytes = program_config_cell("sum", 0);

    bus = program_use("bus");
    if (bus == NULL || bus->buffer_bytes < SPI_TRANSFER_MAX) {
        printf("flash: there is no bus\n");
        return 1;
    }
    buffer = (uint8_t *)(uintptr_t)bus->buffer;
    configure();
    if (!identify() || (bytes > 0 && !sum(bytes))) {
        printf("flash: it could not be read\n");
        return 1;
    }
    return 0;
}
