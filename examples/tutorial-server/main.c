/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tutorial's server. It runs on the time of who calls it, waits nowhere but
 * in the loop, and believes nothing that lies in a shared buffer.
 */
#include <lib/server.h>
#include <service/result.h>

#include "gauge.h"

static struct {
    uint64_t samples;
    uint64_t lowest, highest;
} gauge;

static void add(uint64_t sample)
{
    if (gauge.samples == 0 || sample < gauge.lowest)
        gauge.lowest = sample;
    if (gauge.samples == 0 || sample > gauge.highest)
        gauge.highest = sample;
    gauge.samples++;
}

static uint32_t op_add(struct request *request)
{
    add(request->word[0]);
    return SERVICE_OK;
}

static uint32_t op_add_many(struct request *request)
{
    uint64_t count = request->word[0];
    /* The client can write here at any time: each sample is read once. */
    volatile const uint64_t *sample = (volatile const uint64_t *)(uintptr_t)request->client->buffer;

    if (count > request->client->buffer_bytes / sizeof(*sample))
        return SERVICE_BAD_ARGUMENT;
    for (uint64_t i = 0; i < count; i++)
        add(sample[i]);
    return SERVICE_OK;
}

static uint32_t op_read(struct request *request)
{
    if (gauge.samples == 0)
        return SERVICE_NOT_FOUND;
    request->word[0] = gauge.samples;
    request->word[1] = gauge.lowest;
    request->word[2] = gauge.highest;
    request->words = 3;
    return SERVICE_OK;
}

int main(void)
{
    static const server_operation operation[] = {
        [GAUGE_ADD] = op_add, [GAUGE_ADD_MANY] = op_add_many, [GAUGE_READ] = op_read};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation)};
    program_log("no samples yet");
    server_run(&server);
}
