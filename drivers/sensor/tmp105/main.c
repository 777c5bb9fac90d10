/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sensor's protocol, include/service/temperature.h. Each question looks first whether
 * the sensor is there and set up: it may have been pulled off and put back. Until a
 * sensor that was set up has converted once it says 0 degrees: who asks waits so long.
 */
#include <lib/server.h>
#include <service/result.h>
#include <service/temperature.h>

#include "tmp105.h"

#define DEFAULT_BITS 12u
#define LEAST_BITS   9u
#define NS_PER_MS    1000000ull
#define BUFFER_BYTES 2u /* the longest transfer */

static struct {
    unsigned bits;
    uint64_t valid;                   /* ticks: before, it may not have converted */
    unsigned reply[STARTUP_EDGE_MAX]; /* who waits, by edge; 0: nobody */
    bool absent;                      /* the log has it */
} sensor;

static uint32_t failed(void)
{
    if (!sensor.absent)
        program_log("the sensor does not answer");
    sensor.absent = true;
    return SERVICE_FAILED;
}

static void wait_for_conversion(void)
{
    sensor.valid = program_ticks() + program_ticks_from_ns(TMP105_CONVERSION_MS * NS_PER_MS);
}

/* SERVER_LATER: it has yet to convert. */
static uint32_t read(uint64_t *milli)
{
    enum tmp105_state state = tmp105_set_up(sensor.bits);
    int64_t value = 0;

    if (state == TMP105_ABSENT)
        return failed();
    if (sensor.absent)
        program_log("the sensor answers again");
    sensor.absent = false;
    if (state == TMP105_NEW)
        wait_for_conversion();
    if (program_ticks() < sensor.valid)
        return SERVER_LATER;
    if (!tmp105_temperature(&value))
        return failed();
    *milli = (uint64_t)value;
    return SERVICE_OK;
}

static unsigned *reply_of(const struct startup_edge *client)
{
    return &sensor.reply[client - program_startup()->edge];
}

static uint32_t set_aside(const struct startup_edge *client)
{
    unsigned *reply = reply_of(client);

    if (*reply != 0) /* of a client that was restarted meanwhile */
        server_answer(*reply, SERVICE_FAILED, 0, NULL);
    *reply = server_set_aside();
    if (*reply == 0)
        return SERVICE_BUSY;
    program_timer_arm(sensor.valid);
    return SERVER_LATER;
}

static uint32_t op_read(struct request *request)
{
    uint32_t result = read(&request->word[0]);

    if (result == SERVER_LATER)
        return set_aside(request->client);
    request->words = result == SERVICE_OK;
    return result;
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    uint64_t milli = 0;
    uint32_t result = read(&milli);

    (void)deadline;
    (void)now;
    if (result == SERVER_LATER) {
        program_timer_arm(sensor.valid);
        return;
    }
    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        if (sensor.reply[i] != 0)
            server_answer(sensor.reply[i], result, result == SERVICE_OK, &milli);
        sensor.reply[i] = 0;
    }
}

/* Nobody knows since when the sensor is on, or what the driver before had just set up. */
static void on_start(void)
{
    tmp105_begin();
    wait_for_conversion();
    if (tmp105_set_up(sensor.bits) == TMP105_ABSENT)
        (void)failed();
}

int main(void)
{
    static const server_operation operation[] = {[TEMPERATURE_READ] = op_read};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .timer = on_timer,
                                         .start = on_start};
    const struct startup_edge *bus = program_use("bus");

    sensor.bits = program_config_cell("resolution-bits", DEFAULT_BITS);
    if (bus == NULL || bus->buffer_bytes < BUFFER_BYTES) {
        program_log("there is no bus that the sensor is on");
        return PROGRAM_EXIT_FOR_GOOD;
    }
    if (sensor.bits < LEAST_BITS || sensor.bits > DEFAULT_BITS) {
        program_log("resolution-bits is %u: 9 to 12 there are", sensor.bits);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    server_run(&server);
}
