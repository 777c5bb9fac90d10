/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edges join a client and a server: a buffer that both see, the client's way
 * to call, and a way to signal each other. They are made at boot and live as
 * long as the system; incarnations of both sides are given copies. Init is a
 * side of two kinds itself: `system` of who may control it, and its own log.
 */
#include "server.h"

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

/* A way to signal the peer, whose Notification is in `notification`. */
static wrong_t signal_give(struct giving *giving, unsigned notification, unsigned bit,
                           struct startup_edge *out)
{
    giving->place->signal = (uint16_t)giving->slot;
    out->signal = giving->slot++;
    return wrong_of(kernel_mint(giving->server->now.table, out->signal, notification, RIGHT_SEND,
                                (uint64_t)1 << bit));
}

static wrong_t call_give(struct giving *giving, unsigned endpoint, uint64_t badge,
                         struct startup_edge *out)
{
    giving->place->call = (uint16_t)giving->slot;
    out->endpoint = giving->slot++;
    return wrong_of(
        kernel_mint(giving->server->now.table, out->endpoint, endpoint, RIGHT_SEND, badge));
}

static wrong_t use_give(struct giving *giving, const struct edge *edge, struct startup_edge *out)
{
    const struct server *peer = &init.server[edge->server];
    wrong_t wrong;

    name_copy(out->name, edge->use_name);
    out->kind = EDGE_USE;
    out->bit = edge->client_bit;
    if (edge->server == EDGE_INIT) {
        return call_give(giving, INIT_SLOT_ENDPOINT, BADGE(BADGE_CONTROL, edge->client), out);
    }
    wrong = call_give(giving, peer->endpoint, edge->server_bit, out);
    return wrong ? wrong : signal_give(giving, peer->notification, edge->server_bit, out);
}

static wrong_t provide_give(struct giving *giving, const struct edge *edge,
                            struct startup_edge *out)
{
    out->kind = EDGE_PROVIDE;
    out->bit = edge->server_bit;
    out->badge = edge->server_bit;
    if (edge->client == EDGE_INIT) {
        name_copy(out->name, SYSTEM_CLIENT_LOG);
        return NULL;
    }
    name_copy(out->name, init.server[edge->client].tree->name);
    return signal_give(giving, init.server[edge->client].notification, edge->client_bit, out);
}

static wrong_t edge_give(struct giving *giving, struct edge *edge)
{
    struct startup_edge *out = &giving->startup->edge[giving->startup->edge_count];
    bool is_client = edge->client == index_of(giving->server);
    wrong_t wrong;

    giving->place = is_client ? &edge->in_client : &edge->in_server;
    *giving->place = (struct edge_place){.call = 0};
    if (is_client && edge->optional && !edge_is_open(edge)) {
        return NULL;
    }
    giving->startup->edge_count++;
    wrong = is_client ? use_give(giving, edge, out) : provide_give(giving, edge, out);
    return wrong ? wrong : buffer_give(giving, edge, out);
}

wrong_t edges_give(struct server *server, struct startup *startup, unsigned *free_slot)
{
    struct giving giving = {server, NULL, startup, *free_slot, PROGRAM_EDGE_ADDRESS};
    wrong_t wrong = NULL;

    for (unsigned i = 0; i < init.edge_count && !wrong; i++) {
        struct edge *edge = &init.edge[i];

        if (is_side(edge, server) && startup->edge_count < STARTUP_EDGE_MAX) {
            wrong = edge_give(&giving, edge);
        }
    }
    *free_slot = giving.slot;
    return wrong;
}
