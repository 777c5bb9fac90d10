/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's protocol, include/service/watchdog.h; and the end of the machine, when
 * init says so (`system-power` in the node).
 */
#include <lib/watchdog.h>

#include "pm.h"

static struct pm pm;

static void start(uint32_t seconds)
{
    pm_watchdog_start(&pm, seconds);
}

static void stop(void)
{
    pm_watchdog_stop(&pm);
}

static bool runs(void)
{
    return pm_watchdog_runs(&pm);
}

static uint32_t left(void)
{
    return pm_watchdog_left(&pm);
}

static bool was_it(void)
{
    return pm_watchdog_was_it(&pm);
}

static void power(bool reset)
{
    if (reset)
        pm_reset(&pm);
    else
        pm_power_off(&pm);
}

static bool find_device(void)
{
    size_t bytes = 0;
    pm.base = program_registers(0, &bytes);
    if (pm.base != NULL && bytes >= PM_REGISTER_BYTES)
        return true;
    program_log("no registers of a power management block: %lu bytes, not %u", (unsigned long)bytes,
                PM_REGISTER_BYTES);
    return false;
}

int main(void)
{
    static const struct watchdog_device device = {.seconds_max = PM_SECONDS_MAX,
                                                  .start = start,
                                                  .stop = stop,
                                                  .runs = runs,
                                                  .left = left,
                                                  .was_it = was_it};
    static const struct server server = {
        .operation = watchdog_operation, .operations = WATCHDOG_OPERATIONS, .power = power};
    if (!find_device())
        return PROGRAM_EXIT_FOR_GOOD;
    pm_start(&pm);
    if (program_startup()->incarnation == 0 && was_it())
        program_log("the last reset was by the watchdog, or ordered");
    watchdog_begin(&device);
    server_run(&server);
}
