/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device needs of others, as the hardware's tree says: the bus that it is on,
 * lines of GPIO controllers, clocks, resets, mailboxes. Where a server drives the other
 * device, the server of this one gets an edge to it, good for what the tree names: the
 * cells of `reg`, or of the specifier. Without its bus a device cannot be driven; what
 * else leads to nobody is said, and the server goes without.
 */
#include <string.h>

#include "check.h"

#define GPIOS_SUFFIX "gpios"

/* Properties that are lists of phandles, each with so many cells as the node they lead to says. */
static const struct list {
    const char *property;
    const char *cells;
    const char *names;
    const char *base;  /* of an edge's name where there are no names */
    enum edge_origin origin;
} lists[] = {
    {"clocks", "#clock-cells", "clock-names", "clock", EDGE_FROM_CLOCKS},
    {"resets", "#reset-cells", "reset-names", "reset", EDGE_FROM_RESETS},
    {"mboxes", "#mbox-cells", "mbox-names", "mbox", EDGE_FROM_MBOXES},
};

/* --- One edge --------------------------------------------------------------------- */

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), last = strlen(end);

    return length >= last && strcmp(text + length - last, end) == 0;
}

/* A property is gone through at once, and noted once, however much of it leads nowhere. */
static bool lack_note(struct system_server *server, const char *property)
{
    struct text text = {server->without, strlen(server->without), sizeof(server->without)};
    size_t length = strlen(property);

    if (ends_in(server->without, property) &&
        (text.used == length || server->without[text.used - length - 1] == ' ')) {
        return false;
    }
    text_format(&text, text.used ? ", %s" : "%s", property);
    return true;
}

void link_lack(struct check *check, struct system_server *server, const char *property,
               const char *what, ...)
{
    char buffer[SYSTEM_WHY_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    va_list arguments;

    if (server->verdict != VERDICT_START || !lack_note(server, property)) {
        return;
    }
    text_format(&found, "its device's %s ", property);
    va_start(arguments, what);
    text_vformat(&found, what, arguments);
    va_end(arguments);
    hint(check, server, &(struct mistake){"match", NULL, buffer}, "a server for it");
}

/* A clock that only has a rate needs nobody to serve it. */
static bool is_served(const struct check *check, int node)
{
    return fdt_node_check_compatible(check->system->tree, node, "fixed-clock") != 0;
}

static void lack_owner(struct check *check, struct system_server *server, const struct link *link)
{
    char path[CHECK_PATH_BYTES];

    if (!is_served(check, link->node)) {
        return;
    }
    if (fdt_get_path(check->system->tree, link->node, path, sizeof(path)) != 0) {
        memcpy(path, "(deep)", sizeof("(deep)"));
    }
    link_lack(check, server, link->property, "lead to %s, which no server drives", path);
}

/* False: it was refused; *lacks: it was not, but there is no such edge. */
static bool name_check(struct check *check, struct system_server *server, const struct link *link,
                       bool *lacks)
{
    *lacks = link->name[0] == '\0' ||
             (server->system_control && strcmp(link->name, SYSTEM_USE_CONTROL) == 0);
    for (unsigned i = 0; i < server->use_count && !*lacks; i++) {
        if (strcmp(server->use[i].name, link->name) != 0) {
            continue;
        }
        if (server->use[i].origin == EDGE_FROM_USES) {
            refuse_found(check, server, &(struct mistake){"use-names", NULL, link->name},
                         "another name: its device's %s makes that one", link->property);
            return false;
        }
        *lacks = true;
    }
    if (*lacks) {
        link_lack(check, server, link->property, "have no name for a use that is free");
    }
    return true;
}

bool link_add(struct check *check, struct system_server *server, const struct link *link)
{
    struct system_server *owner = owner_of(check, link->node);
    struct system_use *use;
    bool lacks;

    if (owner == server) {
        return true;
    }
    if (!owner) {
        lack_owner(check, server, link);
        return true;
    }
    if (link->cells > STARTUP_EDGE_CELLS) {
        link_lack(check, server, link->property, "take more than %u cells", STARTUP_EDGE_CELLS);
        return true;
    }
    if (!name_check(check, server, link, &lacks) || lacks) {
        return server->verdict != VERDICT_ERROR;
    }
    use = use_new(check, server, owner, "match");
    if (use) {
        memcpy(use->name, link->name, strlen(link->name) + 1);
        use->origin = link->origin;
        use->cells = link->cells;
        memcpy(use->cell, link->cell, sizeof(use->cell));
    }
    return use != NULL;
}

void link_name(char name[STARTUP_NAME_BYTES], const struct value *names, const char *base,
               unsigned index)
{
    const char *given =
        names->bytes && value_is_strings(names) ? value_string(names, index) : NULL;
    struct text text = text_in(name, STARTUP_NAME_BYTES);

    base = given ? given : base;
    if (strlen(base) + (given || index == 0 ? 0 : 2) >= STARTUP_NAME_BYTES) {
        return; /* it stays empty, which is no name */
    }
    text_format(&text, given || index == 0 ? "%s" : "%s%u", base, index);
}

void link_cells(struct link *link, const struct value *value, unsigned at, unsigned cells)
{
    link->cells = cells;
    for (unsigned i = 0; i < cells && i < STARTUP_EDGE_CELLS; i++) {
        link->cell[i] = value_cell(value, at + i);
    }
}

/* --- The bus -------------------------------------------------------------------------- */

static void bus_lack(struct check *check, struct system_server *server)
{
    char buffer[SYSTEM_WHY_BYTES], path[CHECK_PATH_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct text why = text_in(server->why, sizeof(server->why));

    server->stranded = true;
    if (fdt_get_path(check->system->tree, server->bus, path, sizeof(path)) != 0) {
        memcpy(path, "(deep)", sizeof("(deep)"));
    }
    text_format(&found, "needs its bus %s, which no server drives", path);
    if (server->verdict == VERDICT_DISABLED) {
        text_format(&why, "%s", buffer); /* not to be told: it was not asked for */
        return;
    }
    remark(check, server, VERDICT_NEEDS, &(struct mistake){"match", NULL, buffer},
           "a device whose bus a server drives");
}

static void bus_resolve(struct check *check, struct system_server *server)
{
    struct link link = {
        .property = "bus", .name = "bus", .origin = EDGE_FROM_BUS, .node = server->bus};
    struct value reg;
    bool has_reg = value_get(check->system->tree, server->device, "reg", &reg);

    if (!owner_of(check, server->bus)) {
        if (has_reg) {
            bus_lack(check, server);
        }
        return;
    }
    if (has_reg && (reg.bytes % sizeof(fdt32_t) != 0 || value_cells(&reg) == 0 ||
                    value_cells(&reg) > STARTUP_EDGE_CELLS)) {
        refuse_found(check, server, &(struct mistake){"match", NULL, "another"},
                     "a device on a bus, whose reg is 1 to %u cells", STARTUP_EDGE_CELLS);
        return;
    }
    if (has_reg) {
        link_cells(&link, &reg, 0, value_cells(&reg));
    }
    link_add(check, server, &link);
}

/* --- Lists ---------------------------------------------------------------------------- */

/* Goes through one; `left` is how many entries of this device are still looked at. */
static void list_read(struct check *check, struct system_server *server, const struct list *list,
                      const struct value *value, unsigned *left)
{
    const void *tree = check->system->tree;
    char name[STARTUP_NAME_BYTES];
    struct link link = {.property = value->name, .name = name, .origin = list->origin};
    struct value names;
    unsigned at = 0;

    if (!list->names || !value_get(tree, server->device, list->names, &names)) {
        names.bytes = 0;
    }
    for (unsigned index = 0; at < value_cells(value); index++) {
        uint32_t phandle = value_cell(value, at++), cells = 0;

        if ((*left)-- == 0) {
            *left = 0;
            link_lack(check, server, value->name, "are too many to be looked at");
            return;
        }
        if (phandle == 0) {
            continue; /* an entry that is left out */
        }
        link.node = node_of_phandle(check, phandle);
        if (link.node < 0 || !cell_get(tree, link.node, list->cells, &cells) ||
            cells > value_cells(value) - at) {
            link_lack(check, server, value->name, "do not lead to a node with %s, or are cut off",
                      list->cells);
            return;
        }
        link_name(name, &names, list->base, index);
        link_cells(&link, value, at, cells);
        at += cells;
        if (!link_add(check, server, &link)) {
            return;
        }
    }
}

/* `gpios`, or NAME-gpios; how long NAME is, or -1. "nr-gpios" is a number. */
static int gpios_name(const char *property)
{
    size_t length = strlen(property), suffix = strlen(GPIOS_SUFFIX);

    if (length == suffix && ends_in(property, GPIOS_SUFFIX)) {
        return 0;
    }
    if (!ends_in(property, "-" GPIOS_SUFFIX) || ends_in(property, "nr-" GPIOS_SUFFIX)) {
        return -1;
    }
    return (int)(length - suffix - 1);
}

static void gpios_read(struct check *check, struct system_server *server, unsigned *left)
{
    const void *tree = check->system->tree;
    struct list list = {.cells = "#gpio-cells", .origin = EDGE_FROM_GPIOS};
    struct value value;
    int at, length;

    fdt_for_each_property_offset(at, tree, server->device)
    {
        char base[STARTUP_NAME_BYTES + 1]; /* one that is too long stays so */

        value.data = fdt_getprop_by_offset(tree, at, &value.name, &value.bytes);
        length = value.data ? gpios_name(value.name) : -1;
        if (length < 0 || server->verdict == VERDICT_ERROR) {
            continue;
        }
        memset(base, 0, sizeof(base));
        memcpy(base, length ? value.name : "gpio",
               length == 0 ? 4 : (size_t)length < sizeof(base) ? (size_t)length : sizeof(base) - 1);
        list.base = base;
        list_read(check, server, &list, &value, left);
    }
}

void links_resolve(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    unsigned left = CHECK_LINKS_MAX;
    struct value value;

    if (server->bus >= 0) {
        bus_resolve(check, server);
    }
    if (server->verdict != VERDICT_ERROR) {
        interrupts_resolve(check, server);
    }
    if (server->verdict != VERDICT_ERROR) {
        gpios_read(check, server, &left);
    }
    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (server->verdict != VERDICT_ERROR &&
            value_get(tree, server->device, lists[i].property, &value)) {
            list_read(check, server, &lists[i], &value, &left);
        }
    }
}
