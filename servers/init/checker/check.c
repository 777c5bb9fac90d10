/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker's one way through: find the servers, read each node alone, then
 * resolve what refers to others, then draw the consequences.
 */
#include <string.h>

#include "check.h"

bool system_startable(const struct system_server *server)
{
    return !server->stranded &&
           (server->verdict == VERDICT_START || server->verdict == VERDICT_DISABLED ||
            server->verdict == VERDICT_NEEDS);
}

/* --- Finding the servers -------------------------------------------------- */

static bool name_is_good(const char *name)
{
    return strlen(name) < STARTUP_NAME_BYTES && strchr(name, '@') == NULL;
}

static bool name_is_taken(const struct check *check, const char *name)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (strcmp(check->system->server[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void server_add(struct check *check, int node)
{
    struct system *system = check->system;
    const char *name = fdt_get_name(system->tree, node, NULL);
    struct mistake mistake = {.found = name};
    struct system_server *server;

    if (system->server_count == SYSTEM_SERVERS_MAX) {
        mistake.found = "one more";
        refuse_node(check, node, &mistake, "at most 64 servers");
        return;
    }
    if (name_is_taken(check, name)) {
        refuse_node(check, node, &mistake, "a name that no other server has");
        return;
    }
    server = &system->server[system->server_count++];
    server->name = name;
    server->node = node;
    server_defaults(server);
    if (!name_is_good(name) || strcmp(name, SYSTEM_CLIENT_LOG) == 0) {
        server->name = "(bad name)";
        refuse_found(check, server, &mistake,
                     "a name of 1 to 31 characters without '@', and not \"init\"");
    }
}

static void servers_find(struct check *check)
{
    struct system *system = check->system;
    int node;

    fdt_for_each_subnode(node, system->tree, system->node)
    {
        server_add(check, node);
    }
}

/* Nodes of /thole lie together, from its own offset to the end of it. */
static void end_find(struct check *check)
{
    int depth = 0;

    check->thole_end = check->system->node;
    do {
        check->thole_end = fdt_next_node(check->system->tree, check->thole_end, &depth);
    } while (check->thole_end >= 0 && depth > 0);
}

static void root_read(struct check *check)
{
    struct value value;
    int at;

    fdt_for_each_property_offset(at, check->system->tree, check->system->node)
    {
        value.data = fdt_getprop_by_offset(check->system->tree, at, &value.name, &value.bytes);
        if (value.data && strcmp(value.name, "compatible") != 0 &&
            strcmp(value.name, "phandle") != 0 && strcmp(value.name, "linux,phandle") != 0) {
            struct nearest nearest = nearest_to(value.name);
            nearest_offer(&nearest, "compatible");
            refuse_node(check, check->system->node,
                        &(struct mistake){value.name, nearest.name, "one that it does not have"},
                        "a property of \"thole,system\"");
        }
    }
    if (fdt_node_check_compatible(check->system->tree, check->system->node, "thole,system") != 0) {
        refuse_node(check, check->system->node,
                    &(struct mistake){"compatible", NULL, "another or none"},
                    "\"thole,system\"");
    }
}

/* --- config ---------------------------------------------------------------- */

/* How many bytes the node's properties take in the startup page. */
static size_t config_bytes(const void *tree, int node)
{
    const char *name;
    size_t bytes = 0;
    int at, length;

    fdt_for_each_property_offset(at, tree, node)
    {
        if (fdt_getprop_by_offset(tree, at, &name, &length)) {
            bytes += strlen(name) + 1 + sizeof(uint32_t) + (size_t)length;
        }
    }
    return bytes;
}

static void config_read(struct check *check, struct system_server *server, int node)
{
    const void *tree = check->system->tree;

    server->config = node;
    if (config_bytes(tree, node) > STARTUP_CONFIG_BYTES) {
        refuse_found(check, server, &(struct mistake){"config", NULL, "more"},
                     "properties that take at most %u bytes", STARTUP_CONFIG_BYTES);
    }
    if (fdt_first_subnode(tree, node) >= 0) {
        refuse_found(check, server, &(struct mistake){"config", NULL, "a node in it"},
                     "properties only");
    }
}

void config_complete(struct check *check, const struct system_server *server)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct config config;

    system_config(check->system->tree, server, &config);
    if (config.left_out) {
        text_format(&found, "goes without its device's %s, for which config leaves no room",
                    config.left_out);
        hint(check, server, &(struct mistake){"config", NULL, buffer},
             "room for the device's properties");
    }
}

static void subnodes_read(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    int node;

    fdt_for_each_subnode(node, tree, server->node)
    {
        const char *name = fdt_get_name(tree, node, NULL);

        if (strcmp(name, "config") == 0 && server->config < 0) {
            config_read(check, server, node);
        } else {
            struct nearest nearest = nearest_to(name);
            nearest_offer(&nearest, "config");
            refuse_found(check, server, &(struct mistake){name, nearest.name, "another node"},
                         "one node in it, config, or none");
        }
    }
}

/* --- Programs --------------------------------------------------------------- */

static void program_check(struct check *check, struct system_server *server)
{
    const struct system_input *input = check->input;
    struct nearest nearest;
    const char *name;

    if (!input->program || !server->program) {
        return;
    }
    nearest = nearest_to(server->program);
    for (unsigned i = 0; (name = input->program(input->context, i)) != NULL; i++) {
        if (strcmp(name, server->program) == 0) {
            return;
        }
        nearest_offer(&nearest, name);
    }
    refuse_found(check, server, &(struct mistake){"program", nearest.name, server->program},
                 "a program in the archive");
}

/* --- Everything ------------------------------------------------------------- */

static void servers_read(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[i];

        server_read(check, server);
        subnodes_read(check, server);
        program_check(check, server);
    }
}

void system_check(struct system *system, const struct system_input *input)
{
    struct check check = {.system = system, .input = input};

    memset(system, 0, sizeof(*system));
    system->tree = input->tree;
    system->stdout_node = -1;
    system->node = fdt_path_offset(system->tree, "/thole");
    if (system->node < 0) {
        return;
    }
    end_find(&check);
    root_read(&check);
    servers_find(&check);
    servers_read(&check);
    ram_find(&check);
    devices_resolve(&check);
    uses_resolve(&check);
    circles_refuse(&check);
    ceilings_check(&check);
    order_set(&check);
    needs_spread(&check);
    memory_check(&check);
    needs_spread(&check);
    console_check(&check);
}
