/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Off, and on again. The firmware is asked first (PSCI, through the kernel), since it
 * can do so whatever state the system is in. Where the board has none, the one server
 * that the tree says can do it is told to; it works with a device of its own.
 */
#include "server.h"

#include "print.h"

static const struct {
    const char *name;
    uint32_t operation;
} ways[POWER_WAYS] = {
    [POWER_WAY_OFF] = {"power off", MACHINE_POWER_OFF},
    [POWER_WAY_RESET] = {"reset", MACHINE_RESET},
};

/* The server that can do it; NULL: none can. */
static const struct server *power_server(void)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        if (init.server[i].made && init.server[i].power_signal[POWER_WAY_OFF]) {
            return &init.server[i];
        }
    }
    return NULL;
}

uint32_t power_end(enum power_way way)
{
    const struct server *server = power_server();

    print_line("%s", ways[way].name);
    /* Comes back where the firmware cannot. */
    thole_invoke(INIT_SLOT_MACHINE, ways[way].operation, 0, NULL);
    if (!server || server->state != SERVER_RUNNING) {
        print_line("%s: %s%s", ways[way].name,
                   server ? server->tree->name : "neither the firmware nor a server",
                   server ? ", which would do it, does not run" : " can do it");
        return SERVICE_FAILED;
    }
    return thole_invoke(server->power_signal[way], NOTIFICATION_SIGNAL, 0, NULL) == RESULT_DONE
               ? SERVICE_OK
               : SERVICE_FAILED;
}
