/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol of service/watchdog.h, once for all watchdogs: who may do what, with
 * which times. A driver's table of operations is watchdog_operation.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <lib/server.h>
#include <service/watchdog.h>

struct watchdog_device {
    uint32_t seconds_max;
    /* Starts it, or feeds it: 1 to seconds_max. */
    void (*start)(uint32_t seconds);
    void (*stop)(void);
    bool (*runs)(void);
    /* Thousandths of a second; only while it runs. */
    uint32_t (*left)(void);
    /* Was the machine's last reset its? */
    bool (*was_it)(void);
};

#define WATCHDOG_OPERATIONS (WATCHDOG_STATE + 1)
extern const server_operation watchdog_operation[WATCHDOG_OPERATIONS];

/* Before server_run. Whom the watchdog belongs to; NULL: nobody may start it. */
const struct startup_edge *watchdog_begin(const struct watchdog_device *device);
