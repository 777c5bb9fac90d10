/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server has, for who debugs it: its thread, its time, its capabilities,
 * as the kernel answers now and with what init knows because it gave them. All is
 * of the incarnation that is there; who has none has no thread and holds nothing.
 */
#include "control.h"

#include <libfdt.h>
#include <string.h>

#define SLOT_CALLED 0 /* the register in which a call names its capability */

_Static_assert(INIT_SERVERS_MAX == SYSTEM_SERVERS_MAX, "one truth in two places");
_Static_assert((INIT_SERVERS_MAX + 1) * sizeof(struct init_usage) <= CONTROL_BUFFER_BYTES,
               "the usage of all fits the buffer");

/* An operation without arguments but one; false: it was refused. */
static bool ask(unsigned slot, uint32_t label, uint64_t argument, struct message *message)
{
    *message = (struct message){.tag = thole_tag(label, 1), .word = {argument}};
    return thole_call(slot, message) == STATUS_OK && thole_tag_label(message->tag) == RESULT_DONE;
}

static bool is_there(const struct server *server)
{
    return server->alive && !server->dying;
}

/* --- Whom a slot leads to ---------------------------------------------------------------- */

static const char *name_of(unsigned index)
{
    return index == EDGE_INIT ? SYSTEM_CLIENT_LOG : init.server[index].tree->name;
}

static void origin_set(struct init_capability *out, enum init_origin origin, const char *of)
{
    out->origin = origin;
    name_copy(out->of, of);
}

/* An edge of which the slot is one side's; false: it is none of it. */
static bool edge_origin(const struct edge *edge, const struct server *server,
                        struct init_capability *out)
{
    const struct edge_place *client = &edge->in_client, *provider = &edge->in_server;

    if (edge->client == index_of(server) && out->slot == client->call) {
        origin_set(out, edge->server == EDGE_INIT ? ORIGIN_CONTROL : ORIGIN_CALL,
                   name_of(edge->server));
    } else if (edge->client == index_of(server) && out->slot == client->signal) {
        origin_set(out, ORIGIN_SIGNAL, name_of(edge->server));
    } else if (edge->server == index_of(server) && out->slot == provider->signal) {
        origin_set(out, ORIGIN_SIGNAL, name_of(edge->client));
    } else {
        return false;
    }
    return true;
}

static void slot_origin(const struct server *server, struct init_capability *out)
{
    if (out->type == OBJECT_REPLY) {
        origin_set(out, ORIGIN_REPLY, "");
    } else if (out->slot == SLOT_ENDPOINT || out->slot == SLOT_TIMER) {
        origin_set(out, ORIGIN_OWN, "");
    } else if (out->slot == SLOT_INIT) {
        origin_set(out, ORIGIN_CALL, name_of(EDGE_INIT));
    } else {
        origin_set(out, ORIGIN_UNKNOWN, "");
        for (unsigned i = 0; i < init.edge_count && out->slot != SLOT_NONE; i++) {
            if (edge_origin(&init.edge[i], server, out)) {
                return;
            }
        }
    }
}

/* --- Threads ----------------------------------------------------------------------------- */

/* The slot that it called is still in the register that named it. */
static void called_fill(const struct server *server, struct init_thread *out)
{
    struct init_capability called = {.type = OBJECT_ENDPOINT};
    struct message message;

    if (!ask(server->now.thread, THREAD_READ_REGISTERS, SLOT_CALLED, &message)) {
        return;
    }
    called.slot = (uint32_t)message.word[0];
    slot_origin(server, &called);
    if (called.origin == ORIGIN_CALL || called.origin == ORIGIN_CONTROL) {
        name_copy(out->called, called.of);
    }
}

uint32_t inspect_thread(struct control *control)
{
    const struct server *server = control_server(control);
    uint64_t index = control->word[1];
    struct init_thread out = {.state = THREAD_STOPPED};
    struct message message;

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    control->word[0] = is_there(server) && ask(server->now.thread, THREAD_INSPECT, 0, &message);
    control->word[1] = server->starts;
    control->words = 2;
    if (index >= control->word[0]) {
        return SERVICE_OK;
    }
    out.state = (uint32_t)message.word[0];
    out.flags = (uint32_t)message.word[1];
    out.ceiling = (uint32_t)message.word[2];
    out.grace = message.word[3];
    out.fault = out.flags & THREAD_FLAG_FAULTED ? (uint32_t)message.word[5] : 0;
    if (out.state == THREAD_CALLING && !out.fault) {
        called_fill(server, &out);
    }
    memcpy(control->buffer, &out, sizeof(out));
    return SERVICE_OK;
}

/* --- Time -------------------------------------------------------------------------------- */

/* The slot of the index-th time that it has, and its kind; 0: there are not so many. */
static unsigned time_slot(const struct server *server, uint64_t index, enum init_time_kind *kind)
{
    const uint16_t slot[TIME_KINDS] = {server->time, server->event_time, server->interrupt_time};

    for (unsigned i = 0; i < TIME_KINDS; i++) {
        if (slot[i] && index-- == 0) {
            *kind = i;
            return slot[i];
        }
    }
    return 0;
}

static unsigned times_of(const struct server *server)
{
    return !!server->time + !!server->event_time + !!server->interrupt_time;
}

uint32_t inspect_time(struct control *control)
{
    const struct server *server = control_server(control);
    struct init_time out = {.reserved = 0};
    enum init_time_kind kind = TIME_OWN;
    struct message message;
    unsigned slot;

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    slot = server->made ? time_slot(server, control->word[1], &kind) : 0;
    control->word[0] = server->made ? times_of(server) : 0;
    control->words = 1;
    if (slot && ask(slot, SCHED_CONTEXT_CONSUMED, 0, &message)) {
        out.kind = kind;
        out.used = message.word[0];
        out.priority = (uint32_t)message.word[1];
        out.budget = message.word[2];
        out.period = message.word[3];
        out.core = (uint32_t)message.word[4];
        out.left = message.word[5];
        memcpy(control->buffer, &out, sizeof(out));
    }
    return SERVICE_OK;
}

static void usage_add(struct init_usage *out, enum init_time_kind kind, unsigned slot)
{
    struct message message;

    if (slot && ask(slot, SCHED_CONTEXT_CONSUMED, 0, &message)) {
        out->ticks[kind] = message.word[0];
        out->core[kind] = (uint8_t)message.word[4];
    }
}

uint32_t inspect_usage(struct control *control)
{
    unsigned count = init.system.server_count;

    for (unsigned i = 0; i <= count; i++) {
        const struct server *server = i < count ? &init.server[i] : NULL;
        struct init_usage out = {.starts = server ? server->starts : 1};

        if (!server) {
            usage_add(&out, TIME_OWN, INIT_SLOT_SCHED_CONTEXT);
        } else if (server->made) {
            usage_add(&out, TIME_OWN, server->time);
            usage_add(&out, TIME_EVENTS, server->event_time);
            usage_add(&out, TIME_INTERRUPTS, server->interrupt_time);
        }
        memcpy(control->buffer + i * sizeof(out), &out, sizeof(out));
    }
    control->word[0] = count + 1;
    control->word[1] = kernel_ticks() - init.info->entry_ticks;
    control->word[2] = init.info->cores_running;
    control->words = 3;
    return SERVICE_OK;
}

/* --- Capabilities ------------------------------------------------------------------------ */

/*
 * A list is gone through by position: first the slots of the table, then what is
 * mapped. False: there is nothing at this position.
 */
static bool slot_fill(const struct server *server, uint64_t slot, struct init_capability *out)
{
    struct message message;

    if (slot == SLOT_NONE || !ask(server->now.table, CAPTABLE_INSPECT, slot, &message) ||
        message.word[0] == OBJECT_NULL) {
        return false;
    }
    out->slot = (uint32_t)slot;
    out->type = (uint32_t)message.word[0];
    out->rights = (uint32_t)message.word[1];
    out->badge = message.word[2];
    out->depth = (uint32_t)message.word[3];
    slot_origin(server, out);
    return true;
}

static bool private_fill(const struct server *server, struct init_capability *out)
{
    *out = (struct init_capability){
        .origin = ORIGIN_PRIVATE, .type = OBJECT_UNTYPED, .bytes = quota_used(&server->now.quota)};
    return true;
}

static bool device_fill(const struct server *server, uint64_t index, struct init_capability *out)
{
    const char *node = fdt_get_name(init.tree, server->tree->device, NULL);

    out->type = OBJECT_FRAME;
    out->rights = RIGHT_READ | RIGHT_WRITE;
    out->address = device_place(server, (unsigned)index);
    out->bytes = server->tree->region[index].bytes;
    origin_set(out, ORIGIN_DEVICE, node ? node : "");
    return true;
}

static bool dma_fill(const struct server *server, struct init_capability *out)
{
    const char *node = fdt_get_name(init.tree, server->tree->device, NULL);

    if (server->tree->dma_kib == 0) {
        return false;
    }
    out->type = OBJECT_FRAME;
    out->rights = RIGHT_READ | RIGHT_WRITE;
    out->address = PROGRAM_DMA_ADDRESS;
    out->bytes = (uint64_t)server->tree->dma_kib << 10;
    origin_set(out, ORIGIN_DMA, node ? node : "");
    return true;
}

static bool buffer_fill(const struct server *server, uint64_t index, struct init_capability *out)
{
    const struct edge *edge = &init.edge[index];
    bool is_client = edge->client == index_of(server);
    const struct edge_place *place = is_client ? &edge->in_client : &edge->in_server;

    if ((!is_client && edge->server != index_of(server)) || place->buffer == 0) {
        return false;
    }
    out->type = OBJECT_FRAME;
    out->rights = edge->read_only ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE;
    out->address = place->buffer;
    out->bytes = (uint64_t)edge->pages * MEMORY_PAGE_BYTES;
    origin_set(out, ORIGIN_BUFFER, name_of(is_client ? edge->server : edge->client));
    return true;
}

static uint64_t positions(const struct server *server)
{
    return PROGRAM_SLOTS + 2 + server->tree->region_count + init.edge_count;
}

static bool position_fill(const struct server *server, uint64_t at, struct init_capability *out)
{
    *out = (struct init_capability){.slot = 0};
    if (at < PROGRAM_SLOTS) {
        return slot_fill(server, at, out);
    }
    at -= PROGRAM_SLOTS;
    if (at < 2) {
        return at == 0 ? private_fill(server, out) : dma_fill(server, out);
    }
    at -= 2;
    return at < server->tree->region_count
               ? device_fill(server, at, out)
               : buffer_fill(server, at - server->tree->region_count, out);
}

uint32_t inspect_capabilities(struct control *control)
{
    const struct server *server = control_server(control);
    uint64_t at = control->word[1], count = 0, room;
    struct init_capability out;

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    room = CONTROL_BUFFER_BYTES / sizeof(out);
    while (is_there(server) && at < positions(server) && count < room) {
        if (position_fill(server, at++, &out)) {
            memcpy(control->buffer + count++ * sizeof(out), &out, sizeof(out));
        }
    }
    control->word[0] = count;
    control->word[1] = is_there(server) && at < positions(server) ? at : 0;
    control->word[2] = server->starts;
    control->word[3] = is_there(server);
    control->words = 4;
    return SERVICE_OK;
}
