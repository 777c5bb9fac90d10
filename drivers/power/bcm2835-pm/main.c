/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's protocol, include/service/watchdog.h; and the end of the machine, when
 * init says so (`system-power` in the node). Nothing is kept but the time that the
 * owner asked for: what runs, and how long still, the device knows.
 */
#include <lib/server.h>
#include <service/result.h>
#include <service/watchdog.h>

#include "pm.h"

static struct state {
    struct pm pm;
    const struct startup_edge *owner; /* NULL: nobody may start it */
    uint32_t seconds;                 /* 0: not asked for since this driver began */
} state;

static uint32_t op_start(struct request *request)
{
    uint64_t seconds = request->word[0];
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    request->word[0] = PM_SECONDS_MAX;
    request->words = 1;
    if (seconds == 0 || seconds > PM_SECONDS_MAX)
        return SERVICE_BAD_ARGUMENT;
    state.seconds = (uint32_t)seconds;
    pm_watchdog_start(&state.pm, state.seconds);
    return SERVICE_OK;
}

static uint32_t op_feed(struct request *request)
{
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    if (state.seconds == 0 || !pm_watchdog_runs(&state.pm))
        return SERVICE_NOT_FOUND;
    pm_watchdog_start(&state.pm, state.seconds);
    return SERVICE_OK;
}

static uint32_t op_stop(struct request *request)
{
    if (request->client != state.owner)
        return SERVICE_NOT_PERMITTED;
    pm_watchdog_stop(&state.pm);
    return SERVICE_OK;
}

static uint32_t op_state(struct request *request)
{
    bool runs = pm_watchdog_runs(&state.pm);
    request->word[0] = runs;
    request->word[1] = runs ? pm_watchdog_left(&state.pm) : 0;
    request->word[2] = pm_watchdog_was_it(&state.pm);
    request->words = 3;
    return SERVICE_OK;
}

static const struct startup_edge *first_client(void)
{
    const struct startup *startup = program_startup();
    for (unsigned i = 0; i < startup->edge_count; i++)
        if (startup->edge[i].kind == EDGE_PROVIDE)
            return &startup->edge[i];
    return NULL;
}

static bool find_device(void)
{
    size_t bytes = 0;
    state = (struct state){.owner = first_client()};
    state.pm.base = program_registers(0, &bytes);
    if (state.pm.base != NULL && bytes >= PM_REGISTER_BYTES)
        return true;
    program_log("no registers of a power management block: %lu bytes, not %u", (unsigned long)bytes,
                PM_REGISTER_BYTES);
    return false;
}

int main(void)
{
    static const server_operation operation[] = {[WATCHDOG_START] = op_start,
                                                 [WATCHDOG_FEED] = op_feed,
                                                 [WATCHDOG_STOP] = op_stop,
                                                 [WATCHDOG_STATE] = op_state};
    static const struct server server = {.operation = operation, .operations = COUNT_OF(operation)};
    if (!find_device())
        return 1;
    pm_start(&state.pm);
    if (program_startup()->incarnation == 0 && pm_watchdog_was_it(&state.pm))
        program_log("the last reset was by the watchdog, or ordered");
    server_run(&server);
}
