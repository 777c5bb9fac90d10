/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to init: what every program may ask, and the control protocol, which
 * only those may use whose node says system-control. The buffer is shared with
 * the client, so what is read from it is copied first.
 */
#include "control.h"

#include <libfdt.h>
#include <string.h>

#include "print.h"

#define PATH_BYTES 256

/* --- What travels in the buffer --------------------------------------------------------- */

/* A string of word[0] bytes; false: it does not fit. */
static bool string_get(const struct control *control, char *to, size_t room)
{
    size_t bytes = control->word[0];

    if (bytes == 0 || bytes >= room || bytes > CONTROL_BUFFER_BYTES) {
        return false;
    }
    memcpy(to, control->buffer, bytes);
    to[bytes] = '\0';
    return true;
}

struct server *control_server(const struct control *control)
{
    char name[STARTUP_NAME_BYTES];

    return string_get(control, name, sizeof(name)) ? server_named(name) : NULL;
}

static void string_put(struct control *control, const char *from)
{
    size_t bytes = strlen(from);

    memcpy(control->buffer, from, bytes + 1);
    control->word[0] = bytes;
    control->words = 1;
}

/* --- Looking ------------------------------------------------------------------------------- */

static uint64_t time_used(const struct server *server)
{
    const uint16_t times[] = {server->time, server->event_time, server->interrupt_time};
    uint64_t ticks = 0;

    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ticks += times[i] ? kernel_ask(times[i], SCHED_CONTEXT_CONSUMED) : 0;
    }
    return ticks;
}

static uint32_t op_server(struct control *control)
{
    struct init_server out = {.reserved = 0};
    const struct server *server;

    if (control->word[0] >= init.system.server_count) {
        return SERVICE_NOT_FOUND;
    }
    server = &init.server[control->word[0]];
    name_copy(out.name, server->tree->name);
    memcpy(out.why, server->why, sizeof(out.why));
    out.state = server->state;
    out.restarts = server->restarts;
    out.memory_used = quota_used(&server->now.quota);
    out.memory_quota = (uint64_t)server->tree->memory_kib << 10;
    out.time_ticks = server->made ? time_used(server) : 0;
    out.priority = server->tree->priority;
    memcpy(control->buffer, &out, sizeof(out));
    return SERVICE_OK;
}

static uint32_t op_tree(struct control *control)
{
    uint64_t offset = control->word[0], total = fdt_totalsize(init.tree), bytes;

    if (offset > total) {
        return SERVICE_BAD_ARGUMENT;
    }
    bytes = total - offset < CONTROL_BUFFER_BYTES ? total - offset : CONTROL_BUFFER_BYTES;
    memcpy(control->buffer, (const char *)init.tree + offset, bytes);
    control->word[0] = bytes;
    control->word[1] = total;
    control->words = 2;
    return SERVICE_OK;
}

static uint32_t op_owner(struct control *control)
{
    char path[PATH_BYTES];
    int node;

    if (!string_get(control, path, sizeof(path))) {
        return SERVICE_BAD_ARGUMENT;
    }
    node = fdt_path_offset(init.tree, path);
    for (unsigned i = 0; node >= 0 && i < init.system.server_count; i++) {
        if (init.system.server[i].device == node) {
            string_put(control, init.system.server[i].name);
            return SERVICE_OK;
        }
    }
    return SERVICE_NOT_FOUND;
}

static uint32_t op_memory(struct control *control)
{
    struct init_memory out = {
        .ram = init.info->ram_bytes,
        .kernel = init.info->ram_bytes - memory_total(),
        .free = memory_free(),
        .servers = memory_of_servers(),
        .init = memory_total() - memory_free() - memory_of_servers(),
        .timer_frequency = init.info->timer_frequency,
        .cores = init.info->cores,
        .cores_running = init.info->cores_running,
    };

    memcpy(control->buffer, &out, sizeof(out));
    return SERVICE_OK;
}

static uint32_t op_version(struct control *control)
{
    char buffer[96];
    struct text text = text_in(buffer, sizeof(buffer));

    text_format(&text, "Thole %s, ABI %u", init.info->version, THOLE_ABI);
    string_put(control, buffer);
    return SERVICE_OK;
}

/* --- Changing ---------------------------------------------------------------------------- */

/* A server that it needs and that does not run; NULL: none. */
static const struct server *missing_of(const struct server *server)
{
    for (unsigned i = 0; i < server->tree->use_count; i++) {
        const struct system_use *use = &server->tree->use[i];
        const struct server *used = &init.server[use->server];

        if (!use->optional && used->state != SERVER_RUNNING && used->state != SERVER_WAITING) {
            return used;
        }
    }
    return NULL;
}

static uint32_t start(struct server *server)
{
    const struct server *missing = missing_of(server);

    if (!server->made) {
        print_line("%s: not started: %s", server->tree->name, server->why);
        return SERVICE_FAILED;
    }
    if (missing) {
        state_set(server, server->state, "needs %s, which does not run", missing->tree->name);
        print_line("%s: not started: %s", server->tree->name, server->why);
        return SERVICE_FAILED;
    }
    server_start(server);
    return server->state == SERVER_FAILED ? SERVICE_FAILED : SERVICE_OK;
}

static bool is_up(const struct server *server)
{
    return server->state == SERVER_RUNNING || server->state == SERVER_WAITING;
}

static uint32_t op_start(struct control *control)
{
    struct server *server = control_server(control);

    return !server ? SERVICE_NOT_FOUND : is_up(server) ? SERVICE_ALREADY : start(server);
}

/* Who stops what he needs himself could not undo it. */
static uint32_t op_stop(struct control *control)
{
    struct server *server = control_server(control);

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    if (!is_up(server)) {
        return SERVICE_ALREADY;
    }
    if (server_needs(control->client, server)) {
        print_line("%s: not stopped: %s needs it", server->tree->name,
                   control->client->tree->name);
        return SERVICE_NOT_PERMITTED;
    }
    server_stop(server, "by request");
    return SERVICE_OK;
}

static uint32_t op_restart(struct control *control)
{
    struct server *server = control_server(control);

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    if (!is_up(server)) {
        return start(server);
    }
    server_restart(server);
    return server->state == SERVER_FAILED ? SERVICE_FAILED : SERVICE_OK;
}

static uint32_t op_kill(struct control *control)
{
    struct server *server = control_server(control);

    if (!server) {
        return SERVICE_NOT_FOUND;
    }
    if (server->state != SERVER_RUNNING) {
        return SERVICE_ALREADY;
    }
    server_ended(server, &(struct ending){.what = "killed", .failed = true});
    return SERVICE_OK;
}

static uint32_t op_power_off(struct control *control)
{
    (void)control;
    return power_end(POWER_WAY_OFF);
}

static uint32_t op_reset(struct control *control)
{
    (void)control;
    return power_end(POWER_WAY_RESET);
}

/* --- Dispatch ------------------------------------------------------------------------------- */

static uint32_t control_answer(struct control *control, uint32_t operation)
{
    static uint32_t (*const table[])(struct control *) = {
        [INIT_SERVER] = op_server,       [INIT_START] = op_start,   [INIT_STOP] = op_stop,
        [INIT_RESTART] = op_restart,     [INIT_KILL] = op_kill,     [INIT_TREE] = op_tree,
        [INIT_OWNER] = op_owner,         [INIT_MEMORY] = op_memory, [INIT_POWER_OFF] = op_power_off,
        [INIT_RESET] = op_reset,         [INIT_VERSION] = op_version,
        [INIT_THREAD] = inspect_thread,  [INIT_TIME] = inspect_time,
        [INIT_USAGE] = inspect_usage,    [INIT_CAPABILITIES] = inspect_capabilities,
        [INIT_TRACE] = trace_switch,     [INIT_TRACE_READ] = trace_read,
    };

    if (operation >= sizeof(table) / sizeof(table[0]) || !table[operation]) {
        return SERVICE_BAD_REQUEST;
    }
    return table[operation](control);
}

static uint32_t grow_answer(struct control *control)
{
    wrong_t wrong = heap_grow(control->client, control->word[0]);

    control->word[0] = control->client->now.heap_end;
    control->words = 1;
    return wrong ? SERVICE_NO_MEMORY : SERVICE_OK;
}

/* Who is at the other end of the client's edge of that bit; negative: nobody. */
static int peer_of(const struct server *client, uint64_t bit)
{
    unsigned self = index_of(client);

    for (unsigned i = 0; i < init.edge_count; i++) {
        const struct edge *edge = &init.edge[i];

        if (edge->client == self && edge->client_bit == bit) {
            return edge->server;
        }
        if (edge->server == self && edge->server_bit == bit) {
            return edge->client;
        }
    }
    return -1;
}

static uint32_t peer_answer(struct control *control)
{
    int peer = peer_of(control->client, control->word[0]);

    if (peer < 0) {
        return SERVICE_NOT_FOUND;
    }
    control->word[0] = peer == EDGE_INIT ? SERVER_RUNNING : init.server[peer].state;
    control->words = 1;
    return SERVICE_OK;
}

/* What every program may ask. */
static uint32_t own_answer(struct control *control, uint32_t operation)
{
    switch (operation) {
    case INIT_GROW:
        return grow_answer(control);
    case INIT_PEER:
        return peer_answer(control);
    default:
        return SERVICE_BAD_REQUEST;
    }
}

void request_answer(struct message *message)
{
    struct control control = {.words = 0};
    uint32_t operation = thole_tag_label(message->tag), result = SERVICE_NOT_PERMITTED;
    unsigned index = BADGE_INDEX(message->badge);

    if (index >= init.system.server_count) {
        message->tag = thole_tag(SERVICE_BAD_REQUEST, 0);
        return;
    }
    control.client = &init.server[index];
    control.buffer = init.control_buffer[index];
    memcpy(control.word, message->word, sizeof(control.word));
    if (BADGE_KIND(message->badge) == BADGE_CONTROL && control.buffer) {
        result = control_answer(&control, operation);
    } else if (BADGE_KIND(message->badge) == BADGE_REQUEST) {
        result = own_answer(&control, operation);
    }
    memset(message->word, 0, sizeof(message->word));
    memcpy(message->word, control.word, control.words * sizeof(uint64_t));
    message->tag = thole_tag(result, control.words);
}
