/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page that tells a program what it was given, filled while it is given.
 */
#include "server.h"

#include <string.h>

_Static_assert(sizeof(struct startup) <= MEMORY_PAGE_BYTES, "the startup page is one page");

static void config_fill(const struct server *server, struct startup *startup)
{
    struct config config;

    system_config(init.tree, server->tree, &config);
    memcpy(startup->config, config.data, config.bytes);
    startup->config_bytes = config.bytes;
}

static void facts_fill(const struct server *server, struct startup *startup)
{
    startup->magic = STARTUP_MAGIC;
    startup->abi = THOLE_ABI;
    name_copy(startup->name, server->tree->name);
    startup->timer_frequency = init.info->timer_frequency;
    startup->stack_bottom = PROGRAM_STACK_TOP - ((uint64_t)server->tree->stack_kib << 10);
    startup->heap_limit = PROGRAM_HEAP_ADDRESS + ((uint64_t)server->tree->memory_kib << 10);
    startup->active = server->time != 0;
}

/* The last page of the mirror. */
static struct startup *startup_of(const struct server *server)
{
    return (struct startup *)(server->mirror.start +
                              (size_t)(server->mirror.pages - 1) * MEMORY_PAGE_BYTES);
}

wrong_t startup_make(struct server *server)
{
    struct startup *startup = startup_of(server);
    unsigned free_slot = SLOT_FIRST_OTHER;
    wrong_t wrong = page_mirrored(server, PROGRAM_STARTUP, RIGHT_READ);

    if (wrong) {
        return wrong;
    }
    facts_fill(server, startup);
    config_fill(server, startup);
    wrong = edges_place(server, startup, &free_slot);
    wrong = wrong ? wrong : device_give(server, startup);
    wrong = wrong ? wrong : dma_give(server, startup);
    startup->free_slot = free_slot;
    startup->free_slots = PROGRAM_SLOTS - free_slot;
    return wrong;
}

void startup_renew(struct server *server)
{
    startup_of(server)->incarnation = server->starts;
}

wrong_t startup_give(const struct server *server)
{
    unsigned table = server->now.table;
    enum thole_result result = kernel_copy(table, SLOT_ENDPOINT, server->endpoint, RIGHT_RECV);

    if (result == RESULT_DONE) {
        result = kernel_mint(table, SLOT_INIT, INIT_SLOT_ENDPOINT, RIGHT_SEND,
                             BADGE(BADGE_REQUEST, index_of(server)));
    }
    if (result == RESULT_DONE) {
        result = kernel_copy(table, SLOT_TIMER, server->timer, RIGHT_SEND);
    }
    return result == RESULT_DONE ? edges_give(server) : wrong_of(result);
}
