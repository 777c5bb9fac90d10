/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From `match` to the hardware node a server drives, one owner each. A path,
 * alias or phandle names one node; a compatible takes the first that is enabled
 * and free, and rather one that nobody names. Who comes first in the tree is
 * served first.
 */
#include <string.h>

#include "check.h"

enum match_form { MATCH_NONE, MATCH_NAMED, MATCH_COMPATIBLE };

/* What `match` says. */
struct match {
    struct value value;
    enum match_form form;
    int node;             /* MATCH_NAMED: the node, or negative */
};

static bool node_is_thole(const struct check *check, int node)
{
    return node >= check->system->node && (check->thole_end < 0 || node < check->thole_end);
}

/* What is below a bus that is disabled is not there either. */
static bool is_usable(struct check *check, int node)
{
    int chain[CHECK_DEPTH_MAX];
    unsigned depth = ancestors_of(check, node, chain);

    for (unsigned i = 0; i < depth; i++) {
        if (!node_enabled(check->system->tree, chain[i])) {
            return false;
        }
    }
    return true;
}

struct system_server *owner_of(const struct check *check, int node)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (check->system->server[i].device == node) {
            return &check->system->server[i];
        }
    }
    return NULL;
}

static bool compatible_known(const struct check *check, const char *compatible)
{
    return fdt_node_offset_by_compatible(check->system->tree, -1, compatible) >= 0;
}

static struct match match_read(struct check *check, const struct system_server *server)
{
    const void *tree = check->system->tree;
    struct match match = {.form = MATCH_NONE, .node = -1};

    if (server->verdict == VERDICT_ERROR ||
        !value_get(tree, server->node, "match", &match.value)) {
        return match;
    }
    match.form = MATCH_NAMED;
    if (!value_is_string(&match.value)) {
        match.node = node_of_phandle(check, value_cell(&match.value, 0));
    } else if (match.value.data[0] != '/' && !fdt_get_alias(tree, match.value.data)) {
        match.form = MATCH_COMPATIBLE;
    } else {
        match.node = fdt_path_offset(tree, match.value.data);
    }
    return match;
}

static void no_hardware(struct check *check, struct system_server *server,
                        const struct mistake *mistake, const char *expected)
{
    enum verdict disabled = server->verdict;

    if (disabled == VERDICT_DISABLED) {
        server->verdict = VERDICT_NO_HARDWARE; /* nothing to tell: it was not asked for */
        return;
    }
    remark(check, server, VERDICT_NO_HARDWARE, mistake, expected);
}

static void device_set(struct check *check, struct system_server *server, int node)
{
    if (node_is_gic(check->system->tree, node)) {
        refuse_found(check, server, &(struct mistake){"match", NULL, "the interrupt controller"},
                     "a device that is not the kernel's own");
        return;
    }
    server->device = node;
    regions_resolve(check, server);
    dma_resolve(check, server);
    config_complete(check, server);
    virtio_check(check, server);
}

/* Slots there may be, but none with what the server drives. */
static void no_slot(struct check *check, struct system_server *server)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));

    text_format(&found, "no free virtio,mmio has device %u", server->virtio_device);
    no_hardware(check, server, &(struct mistake){"virtio-device-id", NULL, buffer},
                "a device that is there");
}

static void match_named(struct check *check, struct system_server *server,
                        const struct match *match)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    const struct system_server *owner = owner_of(check, match->node);

    if (match->node < 0) {
        value_show(&found, &match->value);
        text_format(&found, ", which is not there");
        no_hardware(check, server, &(struct mistake){"match", NULL, buffer},
                    "a node of the hardware");
    } else if (node_is_thole(check, match->node) || match->node == 0) {
        refuse(check, server, &match->value, "a node of the hardware");
    } else if (!is_usable(check, match->node)) {
        no_hardware(check, server,
                    &(struct mistake){"match", NULL, "its device is disabled by the firmware"},
                    "a device that is enabled");
    } else if (!owner && !virtio_fits(check, server, match->node)) {
        no_slot(check, server);
    } else if (owner && server->verdict == VERDICT_DISABLED) {
        no_hardware(check, server, NULL, NULL);
    } else if (owner) {
        value_show(&found, &match->value);
        text_format(&found, ", which /thole/%s drives", owner->name);
        refuse_found(check, server, &(struct mistake){"match", NULL, buffer},
                     "a device that no other server drives");
    } else {
        device_set(check, server, match->node);
    }
}

/* Offers every compatible string of the hardware. */
static void compatibles_offer(const struct check *check, struct nearest *nearest)
{
    const void *tree = check->system->tree;
    struct value value;
    unsigned names = 0;

    for (int node = fdt_next_node(tree, -1, NULL); node >= 0 && names < CHECK_NAMES_MAX;
         node = fdt_next_node(tree, node, NULL)) {
        if (node_is_thole(check, node) || !value_get(tree, node, "compatible", &value) ||
            !value_is_strings(&value)) {
            continue;
        }
        for (unsigned i = 0; value_string(&value, i); i++) {
            nearest_offer(nearest, value_string(&value, i));
            names++;
        }
    }
}

static void match_nothing(struct check *check, struct system_server *server,
                          const struct match *match, const struct system_server *owner)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct nearest nearest = nearest_to(match->value.data);
    bool known = compatible_known(check, match->value.data);

    if (owner && server->verdict != VERDICT_DISABLED) {
        text_format(&found, "none left: /thole/%s drives one", owner->name);
        refuse_found(check, server, &(struct mistake){"match", NULL, buffer},
                     "a free node compatible with %s", match->value.data);
        return;
    }
    if (!known && server->verdict != VERDICT_DISABLED) {
        compatibles_offer(check, &nearest);
    }
    text_format(&found, known ? "no enabled hardware is %s" : "no hardware is %s",
                match->value.data);
    no_hardware(check, server, &(struct mistake){"match", known ? NULL : nearest.name, buffer},
                "a compatible of the hardware");
}

static bool is_named(const struct check *check, int node)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (check->named[i] == node) {
            return true;
        }
    }
    return false;
}

static void match_compatible(struct check *check, struct system_server *server,
                             const struct match *match)
{
    const void *tree = check->system->tree;
    const struct system_server *owner = NULL;
    int best = -1;

    for (int node = fdt_node_offset_by_compatible(tree, -1, match->value.data); node >= 0;
         node = fdt_node_offset_by_compatible(tree, node, match->value.data)) {
        if (node_is_thole(check, node) || !is_usable(check, node)) {
            continue;
        }
        if (owner_of(check, node)) {
            owner = owner_of(check, node);
        } else if (!virtio_fits(check, server, node)) {
            continue;
        } else if (!is_named(check, node)) {
            best = node;
            break;
        } else if (best < 0) {
            best = node;
        }
    }
    if (best >= 0) {
        device_set(check, server, best);
    } else if (server->virtio_device && compatible_known(check, match->value.data)) {
        no_slot(check, server);
    } else {
        match_nothing(check, server, match, owner);
    }
}

/* One round over the servers of one verdict. */
static void devices_round(struct check *check, enum verdict verdict)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[i];
        struct match match = match_read(check, server);

        if (server->verdict != verdict || server->device >= 0) {
            continue;
        }
        if (match.form == MATCH_NAMED) {
            match_named(check, server, &match);
        } else if (match.form == MATCH_COMPATIBLE) {
            match_compatible(check, server, &match);
        }
    }
}

static void named_find(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        const struct system_server *server = &check->system->server[i];
        struct match match = match_read(check, server);

        check->named[i] = server->verdict == VERDICT_START ? match.node : -1;
    }
}

static void stdout_find(struct check *check)
{
    const void *tree = check->system->tree;
    struct value value;
    int chosen = fdt_path_offset(tree, "/chosen");
    int length;

    if (chosen < 0 || !value_get(tree, chosen, "stdout-path", &value) ||
        !value_is_string(&value)) {
        return;
    }
    /* "serial0:115200n8": what follows the colon is the line's settings. */
    length = (int)(strchr(value.data, ':') ? strchr(value.data, ':') - value.data
                                           : (long)strlen(value.data));
    check->system->stdout_node = fdt_path_offset_namelen(tree, value.data, length);
}

void devices_resolve(struct check *check)
{
    named_find(check);
    devices_round(check, VERDICT_START);
    devices_round(check, VERDICT_DISABLED);
    stdout_find(check);
}
