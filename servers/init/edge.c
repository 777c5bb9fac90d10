/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edges join a client and a server: a buffer that both see, the client's way
 * to call, and a way to signal each other. They are made at boot and live as
 * long as the system; incarnations of both sides are given copies. Init is a
 * side of two kinds itself: `system` of who may control it, and its own log.
 */
#include "server.h"

#include <string.h>

#include "print.h"
#include "window.h"

static struct edge *edge_add(void)
{
    return init.edge_count < EDGES_MAX ? &init.edge[init.edge_count++] : NULL;
}

static uint8_t bit_take(struct server *server)
{
    return (uint8_t)(STARTUP_EDGE_BIT + server->edge_count++);
}

/* --- Making ------------------------------------------------------------------------ */

/* New zeroed memory of the servers' for a buffer. */
static wrong_t buffer_make(struct edge *edge, unsigned bytes)
{
    struct quota quota;
    enum thole_result result = RESULT_DONE;

    edge->pages = (uint16_t)(bytes / MEMORY_PAGE_BYTES);
    if (edge->pages == 0) {
        return NULL;
    }
    edge->frames = (uint16_t)slots_take(edge->pages);
    if (!edge->frames || !quota_open(&quota, bytes, MEMORY_SERVERS)) {
        return "there is no memory left for a shared buffer";
    }
    for (unsigned i = 0; i < edge->pages && result == RESULT_DONE; i++) {
        result = quota_make(&quota, OBJECT_FRAME, FRAME_BITS_4K, edge->frames + i);
    }
    return wrong_of(result);
}

static wrong_t use_make(struct server *client, const struct system_use *use)
{
    struct edge *edge = edge_add();

    if (!edge) {
        return "the system has too many uses";
    }
    *edge = (struct edge){
        .use_name = use->name,
        .use = use,
        .client = (uint8_t)index_of(client),
        .server = (uint8_t)use->server,
        .client_bit = bit_take(client),
        .server_bit = bit_take(&init.server[use->server]),
        .optional = use->optional,
    };
    return buffer_make(edge, use->buffer_bytes);
}

static wrong_t control_make(struct server *client)
{
    struct edge *edge = edge_add();
    wrong_t wrong;

    if (!edge) {
        return "the system has too many uses";
    }
    *edge = (struct edge){
        .use_name = SYSTEM_USE_CONTROL,
        .client = (uint8_t)index_of(client),
        .server = EDGE_INIT,
        .client_bit = bit_take(client),
    };
    wrong = buffer_make(edge, MEMORY_PAGE_BYTES);
    if (!wrong) {
        init.control_buffer[index_of(client)] = window_map(edge->frames, edge->pages);
    }
    return wrong ? wrong
           : init.control_buffer[index_of(client)] ? NULL
                                                   : "init has no memory left for a mapping";
}

static wrong_t log_make(struct server *server)
{
    struct edge *edge = edge_add();
    unsigned signal = slots_take(1);

    if (!edge || !signal) {
        return "the system has too many uses";
    }
    *edge = (struct edge){
        .client = EDGE_INIT,
        .server = (uint8_t)index_of(server),
        .server_bit = bit_take(server),
        .read_only = true,
        .frames = init.log_frames,
        .pages = PRINT_RING_BYTES / MEMORY_PAGE_BYTES,
    };
    edge->signal = (uint16_t)signal;
    return wrong_of(kernel_mint(INIT_SLOT_CAPTABLE, signal, server->notification, RIGHT_SEND,
                                (uint64_t)1 << edge->server_bit));
}

/* A use of a server that can never run is left out. */
static wrong_t edges_of(struct server *client)
{
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < client->tree->use_count && !wrong; i++) {
        if (init.server[client->tree->use[i].server].made) {
            wrong = use_make(client, &client->tree->use[i]);
        }
    }
    if (client->tree->system_control && !wrong) {
        wrong = control_make(client);
    }
    if (client->tree->init_log && !wrong) {
        wrong = log_make(client);
    }
    return wrong;
}

void edges_make(void)
{
    for (unsigned i = 0; i < init.system.server_count; i++) {
        struct server *server = &init.server[i];
        wrong_t wrong = server->made ? edges_of(server) : NULL;

        if (wrong) {
            print_line("%s: %s", server->tree->name, wrong);
            state_set(server, SERVER_FAILED, "%s", wrong);
            server->made = false;
        }
    }
}

/* --- Giving ------------------------------------------------------------------------- */

static bool is_side(const struct edge *edge, const struct server *server)
{
    return edge->client == index_of(server) || edge->server == index_of(server);
}

bool edge_is_open(const struct edge *edge)
{
    const struct server *server;

    if (edge->server == EDGE_INIT) {
        return true;
    }
    server = &init.server[edge->server];
    return server->state == SERVER_RUNNING || server->state == SERVER_WAITING;
}

unsigned edges_pages(const struct server *server)
{
    unsigned pages = 0;

    for (unsigned i = 0; i < init.edge_count; i++) {
        pages += is_side(&init.edge[i], server) ? init.edge[i].pages : 0;
    }
    return pages;
}

/* Where the edges of an incarnation go. */
struct giving {
    struct server *server;
    struct edge_place *place; /* of the edge that is given now */
    struct startup *startup;
    unsigned slot;     /* the next free one of the program's table */
    uint64_t at;       /* the next free address for a buffer */
};

static wrong_t buffer_give(struct giving *giving, const struct edge *edge,
                           struct startup_edge *out)
{
    unsigned rights = edge->read_only ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE;
    wrong_t wrong = NULL;

    if (edge->pages == 0) {
        return NULL;
    }
    out->buffer = giving->place->buffer = giving->at;
    out->buffer_bytes = edge->pages * (uint64_t)MEMORY_PAGE_BYTES;
    for (unsigned i = 0; i < edge->pages && !wrong; i++) {
        wrong = wrong_of(
            kernel_copy(INIT_SLOT_CAPTABLE, init.work_frame, edge->frames + i,
                        rights | RIGHT_CONTROL));
        if (!wrong) {
            wrong = page_map(giving->server, init.work_frame, giving->at, rights, MEMORY_NORMAL);
        }
        giving->at += MEMORY_PAGE_BYTES;
    }
    giving->at += MEMORY_PAGE_BYTES; /* one that is not mapped */
    return wrong;
}

/* Which slots it takes; edges_give fills them. */
static void slots_place(struct giving *giving, bool calls, bool signals, struct startup_edge *out)
{
    if (calls) {
        giving->place->call = (uint16_t)giving->slot;
        out->endpoint = giving->slot++;
    }
    if (signals) {
        giving->place->signal = (uint16_t)giving->slot;
        out->signal = giving->slot++;
    }
}

/* Both sides are told the same, and neither can change it: what the edge is good for. */
static void origin_place(const struct edge *edge, struct startup_edge *out)
{
    if (edge->use) {
        out->origin = edge->use->origin;
        out->cells = edge->use->cells;
        memcpy(out->cell, edge->use->cell, sizeof(out->cell));
    }
}

static void use_place(struct giving *giving, const struct edge *edge, struct startup_edge *out)
{
    name_copy(out->name, edge->use_name);
    out->kind = EDGE_USE;
    out->bit = edge->client_bit;
    slots_place(giving, true, edge->server != EDGE_INIT, out);
}

static void provide_place(struct giving *giving, const struct edge *edge,
                          struct startup_edge *out)
{
    bool of_init = edge->client == EDGE_INIT;

    name_copy(out->name, of_init ? SYSTEM_CLIENT_LOG : init.server[edge->client].tree->name);
    out->kind = EDGE_PROVIDE;
    out->bit = edge->server_bit;
    out->badge = edge->server_bit;
    slots_place(giving, false, !of_init, out);
}

/* A client that can do without it does not get what nobody would answer on. */
static bool is_given(const struct edge *edge, const struct server *server)
{
    return edge->client != index_of(server) || !edge->optional || edge_is_open(edge);
}

static wrong_t edge_place(struct giving *giving, struct edge *edge)
{
    struct startup *startup = giving->startup;
    struct startup_edge *out = &startup->edge[startup->edge_count];
    bool is_client = edge->client == index_of(giving->server);

    giving->place = is_client ? &edge->in_client : &edge->in_server;
    *giving->place = (struct edge_place){.given = false};
    if (startup->edge_count == STARTUP_EDGE_MAX || !is_given(edge, giving->server)) {
        return NULL;
    }
    giving->place->given = true;
    startup->edge_count++;
    if (is_client) {
        use_place(giving, edge, out);
    } else {
        provide_place(giving, edge, out);
    }
    origin_place(edge, out);
    return buffer_give(giving, edge, out);
}

wrong_t edges_place(struct server *server, struct startup *startup, unsigned *free_slot)
{
    struct giving giving = {server, NULL, startup, *free_slot, PROGRAM_EDGE_ADDRESS};
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < init.edge_count && !wrong; i++) {
        struct edge *edge = &init.edge[i];

        if (is_side(edge, server)) {
            wrong = edge_place(&giving, edge);
        }
    }
    *free_slot = giving.slot;
    return wrong;
}

bool edges_are_placed(const struct server *server)
{
    for (unsigned i = 0; i < init.edge_count; i++) {
        const struct edge *edge = &init.edge[i];

        if (edge->client == index_of(server) &&
            edge->in_client.given != is_given(edge, server)) {
            return false;
        }
    }
    return true;
}

/* A way to signal the peer, whose Notification is in `notification`. */
static wrong_t signal_give(const struct server *server, unsigned slot, unsigned notification,
                           unsigned bit)
{
    return wrong_of(kernel_mint(server->now.table, slot, notification, RIGHT_SEND,
                                (uint64_t)1 << bit));
}

static wrong_t use_give(const struct server *server, const struct edge *edge)
{
    const struct edge_place *place = &edge->in_client;
    bool of_init = edge->server == EDGE_INIT;
    unsigned endpoint = of_init ? INIT_SLOT_ENDPOINT : init.server[edge->server].endpoint;
    uint64_t badge = of_init ? BADGE(BADGE_CONTROL, edge->client) : edge->server_bit;
    wrong_t wrong =
        wrong_of(kernel_mint(server->now.table, place->call, endpoint, RIGHT_SEND, badge));

    return wrong || of_init ? wrong
                            : signal_give(server, place->signal,
                                          init.server[edge->server].notification,
                                          edge->server_bit);
}

wrong_t edges_give(const struct server *server)
{
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < init.edge_count && !wrong; i++) {
        const struct edge *edge = &init.edge[i];

        if (edge->client == index_of(server) && edge->in_client.given) {
            wrong = use_give(server, edge);
        } else if (edge->server == index_of(server) && edge->in_server.signal) {
            wrong = signal_give(server, edge->in_server.signal,
                                init.server[edge->client].notification, edge->client_bit);
        }
    }
    return wrong;
}
