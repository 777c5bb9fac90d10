/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SPI master's protocol, include/service/spi.h. Bytes are copied, both ways: a client
 * that was restarted meanwhile finds in its buffer what it put there itself.
 *
 * The device is looked at when it interrupts, and also after the time in which its FIFO
 * runs empty: where nobody has wired the interrupt, as in QEMU's raspi4b, that is enough.
 */
#include <lib/bus_queue.h>
#include <lib/string.h>
#include <service/result.h>
#include <service/spi.h>

#include "bcm2835_spi.h"

#define DEFAULT_CLOCK_HZ 500000000u
#define MODES            (SPI_CPHA | SPI_CPOL | SPI_CS_HIGH)
#define BITS_PER_BYTE    8u
#define NS_PER_SECOND    1000000000ull
#define LOOK_BYTES       (2u * BCM2835_SPI_FIFO_BYTES) /* of the bus's time between two looks */
#define LOOK_LEAST_NS    1000000u
/* The clock may be a fraction of what it is thought to be. */
#define LIMIT_TIMES      4u
#define LIMIT_BESIDES_NS 500000000ull
#define NO_END           1u /* the one error there is */

static struct {
    struct bcm2835_spi device;
    uint32_t clock_hz;
    struct bcm2835_spi_chip chip[STARTUP_EDGE_MAX]; /* by edge; divider 0: not configured */
    struct bus_server server;
    uint8_t data[SPI_TRANSFER_MAX];
} bus;

static struct bcm2835_spi_chip *chip_of(const struct startup_edge *client)
{
    return &bus.chip[client - program_startup()->edge];
}

static bool has_select(const struct startup_edge *edge)
{
    return edge->origin == EDGE_FROM_BUS && edge->cells > 0 && edge->cell[0] < BCM2835_SPI_SELECTS;
}

/* What so many bytes of a transfer take. */
static uint64_t ns_for(const struct bus_request *transfer, uint64_t bytes)
{
    uint32_t hz = bus.clock_hz / chip_of(transfer->client)->divider;

    return bytes * BITS_PER_BYTE * NS_PER_SECOND / (hz > 0 ? hz : 1);
}

static uint64_t look(const struct bus_request *transfer)
{
    return ns_for(transfer, LOOK_BYTES) + LOOK_LEAST_NS;
}

static uint64_t begin(const struct bus_request *next)
{
    uint64_t bytes = next->word[0];

    memcpy(bus.data, (const void *)(uintptr_t)next->client->buffer, bytes);
    bcm2835_spi_begin(&bus.device, chip_of(next->client), bus.data, (uint32_t)bytes);
    return ns_for(next, bytes) * LIMIT_TIMES + LIMIT_BESIDES_NS;
}

static void ended(const struct bus_request *done, uint64_t error, bool wanted)
{
    if (error == NO_END)
        program_log("a transfer of %s does not end", done->client->name);
    if (wanted)
        memcpy((void *)(uintptr_t)done->client->buffer, bus.data, done->word[0]);
}

static uint64_t go_on(void)
{
    return bcm2835_spi_continue(&bus.device) == BCM2835_SPI_DONE ? 0 : BUS_GOES_ON;
}

static void give_up(void)
{
    bcm2835_spi_abort(&bus.device);
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    bus_interrupt(&bus.server);
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    bus_timer(&bus.server, now);
}

static uint32_t op_configure(struct request *request)
{
    uint64_t mode = request->word[0], hz = request->word[1];
    uint32_t divider = bcm2835_spi_divider(bus.clock_hz, hz > UINT32_MAX ? UINT32_MAX : hz);

    if (mode & ~(uint64_t)MODES)
        return SERVICE_BAD_ARGUMENT;
    if (!has_select(request->client) || divider == 0)
        return SERVICE_NOT_PERMITTED;
    bus_forget(&bus.server, request->client);
    *chip_of(request->client) = (struct bcm2835_spi_chip){
        .select = request->client->cell[0], .mode = (uint32_t)mode, .divider = divider};
    bcm2835_spi_polarity(&bus.device, chip_of(request->client));
    request->word[0] = bus.clock_hz / divider;
    request->words = 1;
    return SERVICE_OK;
}

static uint32_t op_transfer(struct request *request)
{
    uint64_t bytes = request->word[0];

    if (!has_select(request->client))
        return SERVICE_NOT_PERMITTED;
    if (bytes == 0 || bytes > SPI_TRANSFER_MAX || bytes > request->client->buffer_bytes)
        return SERVICE_BAD_ARGUMENT;
    if (chip_of(request->client)->divider == 0)
        return SERVICE_NOT_FOUND;
    return bus_transfer(&bus.server, request);
}

static void look_at_clients(void)
{
    const struct startup *startup = program_startup();

    for (unsigned i = 0; i < startup->edge_count && i < STARTUP_EDGE_MAX; i++) {
        const struct startup_edge *edge = &startup->edge[i];

        if (edge->kind == EDGE_PROVIDE && !has_select(edge))
            program_log("%s has no chip select that this controller drives", edge->name);
    }
}

int main(void)
{
    static const server_operation operation[] = {
        [SPI_CONFIGURE] = op_configure, [SPI_TRANSFER] = op_transfer};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    static const struct bus_master master = {.begin = begin,
                                             .look = look,
                                             .go_on = go_on,
                                             .give_up = give_up,
                                             .ended = ended,
                                             .no_end = NO_END};
    size_t bytes = 0;

    bus.server.master = &master;
    bus.clock_hz = program_config_cell("clock-hz", DEFAULT_CLOCK_HZ);
    bus.device.base = program_registers(0, &bytes);
    if (bus.device.base == NULL || bytes < BCM2835_SPI_REGISTER_BYTES) {
        program_log("no registers of an SPI master: %lu bytes, not %u", (unsigned long)bytes,
                    BCM2835_SPI_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    look_at_clients();
    bcm2835_spi_start(&bus.device);
    server_run(&server);
}
