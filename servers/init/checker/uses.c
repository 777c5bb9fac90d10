/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who uses whom: phandles become servers, under names that the user's program
 * knows, and so do the devices that a server's own device is joined to; nobody uses
 * itself through others; no client is above the ceiling of who serves it.
 */
#include <string.h>

#include "check.h"

#define BUFFER_BYTES_DEFAULT 4096

static struct system_server *server_of_phandle(const struct check *check, uint32_t phandle)
{
    const struct system *system = check->system;

    for (unsigned i = 0; i < system->server_count; i++) {
        if (phandle && fdt_get_phandle(system->tree, system->server[i].node) == phandle) {
            return &check->system->server[i];
        }
    }
    return NULL;
}

/* Edges of a server as its startup page counts them. */
static unsigned edges_of(const struct system_server *server)
{
    return server->use_count + server->client_count + server->system_control + server->init_log;
}

struct system_use *use_new(struct check *check, struct system_server *client,
                           struct system_server *server, const char *property)
{
    const struct system_server *full = edges_of(client) >= STARTUP_EDGE_MAX ? client : server;
    struct system_use *use = &client->use[client->use_count];

    if (edges_of(full) >= STARTUP_EDGE_MAX) {
        refuse_found(check, client, &(struct mistake){property, NULL, "one more"},
                     "at most %u uses and clients of /thole/%s", STARTUP_EDGE_MAX, full->name);
        return NULL;
    }
    *use = (struct system_use){
        .server = server_index(check, server),
        .buffer_bytes = BUFFER_BYTES_DEFAULT,
    };
    client->use_count++;
    server->client_count++;
    return use;
}

static bool name_check(struct check *check, struct system_server *server, const char *name)
{
    struct mistake mistake = {.property = "use-names", .found = name};

    if (strlen(name) >= STARTUP_NAME_BYTES) {
        refuse_found(check, server, &mistake, "names of at most %u characters",
                     STARTUP_NAME_BYTES - 1);
        return false;
    }
    if (server->system_control && strcmp(name, SYSTEM_USE_CONTROL) == 0) {
        refuse_found(check, server, &mistake, "another name: system-control makes that one");
        return false;
    }
    for (unsigned i = 0; i < server->use_count; i++) {
        if (strcmp(server->use[i].name, name) == 0) {
            refuse_found(check, server, &mistake, "each name once");
            return false;
        }
    }
    return true;
}

static void refuse_use(struct check *check, struct system_server *client, uint32_t phandle)
{
    const void *tree = check->system->tree;
    int node = fdt_node_offset_by_phandle(tree, phandle);
    char path[CHECK_PATH_BYTES];
    struct mistake mistake = {.property = "uses", .found = "a phandle of no node"};

    if (node >= 0 && fdt_get_path(tree, node, path, sizeof(path)) == 0) {
        mistake.found = path;
    }
    refuse_found(check, client, &mistake, "servers of /thole");
}

/* Adds the use of `phandle`; without use-names a use is called as the server is. */
static bool use_add(struct check *check, struct system_server *client, uint32_t phandle,
                    const char *name)
{
    struct system_server *server = server_of_phandle(check, phandle);
    struct system_use *use;

    if (!server) {
        refuse_use(check, client, phandle);
        return false;
    }
    name = name ? name : server->name;
    if (!name_check(check, client, name)) {
        return false;
    }
    use = use_new(check, client, server, "uses");
    if (use) {
        memcpy(use->name, name, strlen(name) + 1);
    }
    return use != NULL;
}

static unsigned strings_count(const struct value *value)
{
    unsigned count = 0;

    while (value_string(value, count)) {
        count++;
    }
    return count;
}

static void uses_read(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    struct value uses, names;
    bool named = value_get(tree, server->node, "use-names", &names);

    if (!value_get(tree, server->node, "uses", &uses)) {
        if (named) {
            refuse(check, server, &names, "a property uses beside it");
        }
        return;
    }
    if (named && strings_count(&names) != value_cells(&uses)) {
        refuse(check, server, &names, "%u names, one for each use", value_cells(&uses));
        return;
    }
    for (unsigned i = 0; i < value_cells(&uses); i++) {
        if (!use_add(check, server, value_cell(&uses, i), named ? value_string(&names, i) : NULL)) {
            return;
        }
    }
}

static void optional_read(struct check *check, struct system_server *server)
{
    struct value value;

    if (!value_get(check->system->tree, server->node, "optional", &value)) {
        return;
    }
    for (unsigned i = 0; value_string(&value, i); i++) {
        struct nearest nearest = nearest_to(value_string(&value, i));
        struct system_use *use = NULL;

        for (unsigned j = 0; j < server->use_count; j++) {
            nearest_offer(&nearest, server->use[j].name);
            if (strcmp(server->use[j].name, value_string(&value, i)) == 0) {
                use = &server->use[j];
            }
        }
        if (use) {
            use->optional = true;
        } else if (!server_has(check, server, "match")) {
            refuse_found(check, server,
                         &(struct mistake){"optional", nearest.name, value_string(&value, i)},
                         "names of uses");
            return;
        } else if (server->verdict == VERDICT_START) {
            /* What the device of another board would make a use of. */
            hint(check, server,
                 &(struct mistake){"optional", nearest.name, "a name that is no use here"},
                 "names of uses");
        }
    }
}

static void buffers_read(struct check *check, struct system_server *server)
{
    struct value value;

    if (!value_get(check->system->tree, server->node, "buffer-kib", &value)) {
        return;
    }
    if (value_cells(&value) != server->use_count) {
        refuse(check, server, &value, "%u numbers, one for each use", server->use_count);
        return;
    }
    for (unsigned i = 0; i < server->use_count; i++) {
        server->use[i].buffer_bytes = value_cell(&value, i) << 10;
    }
}

void uses_resolve(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[i];

        if (server->verdict == VERDICT_ERROR) {
            continue;
        }
        uses_read(check, server);
        if (server->verdict != VERDICT_ERROR) {
            buffers_read(check, server);
        }
        if (server->verdict != VERDICT_ERROR && server->device >= 0) {
            links_resolve(check, server);
        }
        if (server->verdict != VERDICT_ERROR) {
            optional_read(check, server);
        }
    }
}

/* --- Circles ---------------------------------------------------------------- */

/* Warshall's closure, a row of bits for each server. */
static void reach_find(struct check *check)
{
    unsigned count = check->system->server_count;

    for (unsigned i = 0; i < count; i++) {
        const struct system_server *server = &check->system->server[i];

        for (unsigned j = 0; j < server->use_count; j++) {
            check->reach[i] |= (uint64_t)1 << server->use[j].server;
        }
    }
    for (unsigned via = 0; via < count; via++) {
        for (unsigned i = 0; i < count; i++) {
            if (check->reach[i] >> via & 1) {
                check->reach[i] |= check->reach[via];
            }
        }
    }
}

/* The way from server `first` back to itself, as names. */
static void circle_show(const struct check *check, unsigned first, struct text *text)
{
    const struct system_server *all = check->system->server;
    unsigned at = first;
    uint64_t visited = 0;

    text_format(text, "%s", all[first].name);
    do {
        const struct system_server *server = &all[at];
        unsigned next = first;

        for (unsigned j = server->use_count; j-- > 0;) {
            unsigned to = server->use[j].server;

            if (to == first) {
                next = first;
                break;
            }
            if (check->reach[to] >> first & 1 && !(visited >> to & 1)) {
                next = to;
            }
        }
        at = next;
        visited |= (uint64_t)1 << at;
        text_format(text, " -> %s", all[at].name);
    } while (at != first);
}

void circles_refuse(struct check *check)
{
    reach_find(check);
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[i];
        char buffer[CHECK_TEXT_BYTES];
        struct text found = text_in(buffer, sizeof(buffer));

        if (check->reach[i] >> i & 1) {
            circle_show(check, i, &found);
            refuse_found(check, server, &(struct mistake){"uses", NULL, buffer},
                         "no circle of uses");
        }
    }
}

/* --- Ceilings ---------------------------------------------------------------- */

/*
 * Wherever a client's time is, the server runs on it at the server's priority or
 * above: priorities are compared across cores as on one, whoever is on which.
 */
void ceilings_check(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *client = &check->system->server[i];
        char buffer[CHECK_TEXT_BYTES];
        struct text found = text_in(buffer, sizeof(buffer));

        for (unsigned j = 0; j < client->use_count && client->verdict != VERDICT_ERROR; j++) {
            const struct system_server *used = &check->system->server[client->use[j].server];

            if (client->priority > used->priority) {
                text_format(&found, "%u", client->priority);
                refuse_found(check, client, &(struct mistake){"priority", NULL, buffer},
                             "at most %u, the priority of /thole/%s, which it uses",
                             used->priority, used->name);
            }
        }
    }
}
