/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watchdog's requests. Nothing is kept but the time that the owner asked for: what
 * runs, and how long still, the device knows.
 */
#include <lib/watchdog.h>
#include <service/result.h>

static struct {
    const struct watchdog_device *device;
    const struct startup_edge *owner; /* NULL: nobody may start it */
    uint32_t seconds;                 /* 0: not asked for since this driver began */
} state;

static uint32_t op_start(struct request *request)
{
    uint64_t seconds = request->word[0];
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    request->word[0] = state.device->seconds_max;
    request->words = 1;
    if (seconds == 0 || seconds > state.device->seconds_max)
        return SERVICE_BAD_ARGUMENT;
    state.seconds = (uint32_t)seconds;
    state.device->start(state.seconds);
    return SERVICE_OK;
}

static uint32_t op_feed(struct request *request)
{
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    if (state.seconds == 0 || !state.device->runs())
        return SERVICE_NOT_FOUND;
    state.device->start(state.seconds);
    return SERVICE_OK;
}

static uint32_t op_stop(struct request *request)
{
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    state.device->stop();
    return SERVICE_OK;
}

static uint32_t op_state(struct request *request)
{
    bool runs = state.device->runs();
    request->word[0] = runs;
    request->word[1] = runs ? state.device->left() : 0;
    request->word[2] = state.device->was_it();
    request->words = 3;
    return SERVICE_OK;
}

const server_operation watchdog_operation[WATCHDOG_OPERATIONS] = {
    [WATCHDOG_START] = op_start,
    [WATCHDOG_FEED] = op_feed,
    [WATCHDOG_STOP] = op_stop,
    [WATCHDOG_STATE] = op_state,
};

const struct startup_edge *watchdog_begin(const struct watchdog_device *device)
{
    const struct startup *startup = program_startup();
    state.device = device;
    state.owner = NULL;
    state.seconds = 0;
    for (unsigned i = 0; i < startup->edge_count && state.owner == NULL; i++)
        if (startup->edge[i].kind == EDGE_PROVIDE)
            state.owner = &startup->edge[i];
    return state.owner;
}
