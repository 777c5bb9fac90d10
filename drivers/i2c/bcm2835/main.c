/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I2C master's protocol, include/service/i2c.h. Bytes are copied, both ways: a client
 * that was restarted meanwhile finds in its buffer what it put there itself.
 *
 * The device is looked at when it interrupts, and also after the time in which its FIFO
 * runs empty: where nobody has wired the interrupt, as in QEMU's raspi4b, that is enough.
 */
#include <lib/bus_queue.h>
#include <lib/string.h>
#include <service/i2c.h>
#include <service/result.h>

#include "bcm2835_i2c.h"

#define DEFAULT_CLOCK_HZ 500000000u
#define DEFAULT_BUS_HZ   100000u
#define LAST_ADDRESS     0x7fu
#define CYCLES_PER_BYTE  9u
#define OTHER_BYTES      3u /* address twice, start and stop */
#define NS_PER_SECOND    1000000000ull
#define LOOK_BYTES       32u /* of the bus's time between two looks: twice the FIFO */
/* The clock may be a fraction of what it is thought to be; and devices may hold it. */
#define LIMIT_TIMES      4u
#define LIMIT_BESIDES_NS 500000000ull

/* A request's words. */
enum {
    OUT_BYTES,
    IN_BYTES
};

static struct {
    struct bcm2835_i2c device;
    uint32_t hz;
    struct bus_server server;
    uint64_t told[STARTUP_EDGE_MAX]; /* enum i2c_error that the log has of it last */
    uint8_t out[I2C_TRANSFER_MAX], in[I2C_TRANSFER_MAX];
} bus;

static uint64_t ns_for(uint64_t bytes)
{
    return bytes * CYCLES_PER_BYTE * NS_PER_SECOND / bus.hz;
}

static uint64_t look(const struct bus_request *transfer)
{
    (void)transfer;
    return ns_for(LOOK_BYTES);
}

static uint64_t begin(const struct bus_request *next)
{
    uint64_t out = next->word[OUT_BYTES], in = next->word[IN_BYTES];

    memcpy(bus.out, (const void *)(uintptr_t)next->client->buffer, out);
    bcm2835_i2c_begin(&bus.device, next->client->cell[0], bus.out, (uint32_t)out, bus.in,
                      (uint32_t)in);
    return ns_for(out + in + OTHER_BYTES) * LIMIT_TIMES + LIMIT_BESIDES_NS;
}

static const char *text_of(uint64_t error)
{
    switch (error) {
    case I2C_NOT_ACKNOWLEDGED:
        return "nobody acknowledges";
    case I2C_STRETCHED:
        return "the device holds the clock";
    default:
        return "the transfer does not end";
    }
}

/* A line when it begins to fail or fails otherwise, and none for each time: somebody polls. */
static void report(const struct startup_edge *client, uint64_t error)
{
    uint64_t *told = &bus.told[client - program_startup()->edge];

    if (error != 0 && error != *told)
        program_log("%s at address 0x%x: %s", client->name, client->cell[0], text_of(error));
    *told = error;
}

static void ended(const struct bus_request *done, uint64_t error, bool wanted)
{
    report(done->client, error);
    if (wanted)
        memcpy((void *)(uintptr_t)done->client->buffer, bus.in, done->word[IN_BYTES]);
}

static uint64_t go_on(void)
{
    switch (bcm2835_i2c_continue(&bus.device)) {
    case BCM2835_I2C_DONE:
        return 0;
    case BCM2835_I2C_NOT_ACKNOWLEDGED:
        return I2C_NOT_ACKNOWLEDGED;
    case BCM2835_I2C_STRETCHED:
        return I2C_STRETCHED;
    default:
        return BUS_GOES_ON;
    }
}

static void give_up(void)
{
    bcm2835_i2c_abort(&bus.device);
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

static bool has_address(const struct startup_edge *edge)
{
    return edge->origin == EDGE_FROM_BUS && edge->cells > 0 && edge->cell[0] <= LAST_ADDRESS;
}

static uint32_t op_begin(struct request *request)
{
    if (!has_address(request->client))
        return SERVICE_NOT_PERMITTED;
    bus_forget(&bus.server, request->client);
    return SERVICE_OK;
}

static bool is_possible(const struct request *request)
{
    uint64_t out = request->word[0], in = request->word[1];
    uint64_t room = request->client->buffer_bytes;

    return out <= I2C_TRANSFER_MAX && in <= I2C_TRANSFER_MAX && out <= room && in <= room &&
           out + in > 0;
}

static uint32_t op_transfer(struct request *request)
{
    if (!has_address(request->client))
        return SERVICE_NOT_PERMITTED;
    if (!is_possible(request))
        return SERVICE_BAD_ARGUMENT;
    return bus_transfer(&bus.server, request);
}

static void look_at_clients(void)
{
    const struct startup *startup = program_startup();

    for (unsigned i = 0; i < startup->edge_count && i < STARTUP_EDGE_MAX; i++) {
        const struct startup_edge *edge = &startup->edge[i];

        if (edge->kind == EDGE_PROVIDE && !has_address(edge))
            program_log("%s has no address of seven bits on this bus", edge->name);
    }
}

int main(void)
{
    static const server_operation operation[] = {[I2C_TRANSFER] = op_transfer,
                                                 [I2C_BEGIN] = op_begin};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    static const struct bus_master master = {.begin = begin,
                                             .look = look,
                                             .go_on = go_on,
                                             .give_up = give_up,
                                             .ended = ended,
                                             .no_end = I2C_NO_END,
                                             .tells_error = true};
    uint32_t clock_hz = program_config_cell("clock-hz", DEFAULT_CLOCK_HZ);
    uint32_t bus_hz = program_config_cell("clock-frequency", DEFAULT_BUS_HZ);
    size_t bytes = 0;

    bus.device.base = program_registers(0, &bytes);
    if (bus.device.base == NULL || bytes < BCM2835_I2C_REGISTER_BYTES) {
        program_log("no registers of a BSC: %lu bytes, not %u", (unsigned long)bytes,
                    BCM2835_I2C_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    if (bus_hz > 0 && bus_hz <= clock_hz / 2)
        bus.hz = bcm2835_i2c_start(&bus.device, clock_hz, bus_hz);
    if (bus.hz == 0 || bus.hz > bus_hz) {
        program_log("a bus of %u Hz cannot be made of a clock of %u Hz", bus_hz, clock_hz);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    bus.server.master = &master;
    look_at_clients();
    server_run(&server);
}
