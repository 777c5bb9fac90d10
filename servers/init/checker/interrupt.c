/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupts of a device: from `interrupts` or `interrupts-extended` to the
 * numbers of the GIC (shared lines from 32, per-core lines from 16), or to an edge to
 * the server that drives another controller.
 */
#include <string.h>

#include "check.h"

/* The GIC's binding: type, number, flags. */
#define GIC_CELLS_MIN 3
#define GIC_CELLS_MAX 4
#define GIC_TYPE_SPI  0
#define GIC_TYPE_PPI  1
#define GIC_SPI_FIRST 32
#define GIC_SPI_COUNT 988
#define GIC_PPI_FIRST 16
#define GIC_PPI_COUNT 16
#define GIC_FLAGS_EDGE 3 /* rising or falling */

bool node_is_gic(const void *tree, int node)
{
    static const char *const gic[] = {"arm,gic-v3",          "arm,gic-400",
                                      "arm,cortex-a15-gic",  "arm,cortex-a7-gic",
                                      "arm,cortex-a9-gic",   "arm,gic-v4"};

    for (unsigned i = 0; i < sizeof(gic) / sizeof(gic[0]); i++) {
        if (fdt_node_check_compatible(tree, node, gic[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The node's own interrupt-parent, or its nearest ancestor's. Negative: none. */
static int interrupt_parent(struct check *check, int node)
{
    int chain[CHECK_DEPTH_MAX];
    unsigned depth = ancestors_of(check, node, chain);
    uint32_t phandle;

    for (unsigned i = 0; i < depth; i++) {
        if (cell_get(check->system->tree, chain[i], "interrupt-parent", &phandle)) {
            return node_of_phandle(check, phandle);
        }
    }
    return -FDT_ERR_BADPHANDLE;
}

/* False: the specifier is not one of the GIC's. */
static bool gic_decode(const struct value *value, unsigned at, struct system_interrupt *out)
{
    uint32_t type = value_cell(value, at), number = value_cell(value, at + 1);

    out->trigger = value_cell(value, at + 2) & GIC_FLAGS_EDGE ? TRIGGER_EDGE : TRIGGER_LEVEL;
    if (type == GIC_TYPE_SPI && number < GIC_SPI_COUNT) {
        out->line = GIC_SPI_FIRST + number;
        return true;
    }
    out->line = GIC_PPI_FIRST + number;
    return type == GIC_TYPE_PPI && number < GIC_PPI_COUNT;
}

/* A property that is gone through. */
struct specifiers {
    struct value value;
    struct value names;  /* no bytes: there are none */
    unsigned at;         /* the next cell, */
    unsigned index;      /* of the next specifier */
};

static bool gic_add(struct check *check, struct system_server *server,
                    const struct specifiers *from, uint32_t cells)
{
    struct mistake mistake = {.property = "match", .found = "none"};

    if (cells < GIC_CELLS_MIN || cells > GIC_CELLS_MAX ||
        from->at + cells > value_cells(&from->value)) {
        refuse_found(check, server, &mistake, "a device whose %s are lines of the GIC",
                     from->value.name);
        return false;
    }
    if (server->interrupt_count == STARTUP_INTERRUPT_MAX) {
        mistake.found = "one with more";
        refuse_found(check, server, &mistake, "a device with at most %u interrupts",
                     STARTUP_INTERRUPT_MAX);
        return false;
    }
    if (!gic_decode(&from->value, from->at, &server->interrupt[server->interrupt_count])) {
        refuse_found(check, server, &mistake, "a device whose %s are lines of the GIC",
                     from->value.name);
        return false;
    }
    server->interrupt_count++;
    return true;
}

static bool other_add(struct check *check, struct system_server *server, int controller,
                      const struct specifiers *from, uint32_t cells)
{
    char name[STARTUP_NAME_BYTES];
    struct link link = {.property = from->value.name,
                        .name = name,
                        .origin = EDGE_FROM_INTERRUPTS,
                        .node = controller};

    link_name(name, &from->names, "interrupt", from->index);
    link_cells(&link, &from->value, from->at, cells);
    return link_add(check, server, &link);
}

/* Adds the next interrupt; false: that was the last, or it was refused. */
static bool interrupt_add(struct check *check, struct system_server *server, int controller,
                          struct specifiers *from)
{
    const void *tree = check->system->tree;
    uint32_t cells = 0;
    bool is_gic, added;

    if (controller < 0) {
        refuse_found(check, server, &(struct mistake){"match", NULL, "none"},
                     "a device whose %s name their controller", from->value.name);
        return false;
    }
    is_gic = node_is_gic(tree, controller);
    if (!cell_get(tree, controller, "#interrupt-cells", &cells) && !is_gic) {
        link_lack(check, server, from->value.name, "name what is no interrupt controller");
        return false;
    }
    if (!is_gic && cells > value_cells(&from->value) - from->at) {
        link_lack(check, server, from->value.name, "are cut off");
        return false;
    }
    added = is_gic ? gic_add(check, server, from, cells)
                   : other_add(check, server, controller, from, cells);
    from->at += cells;
    from->index++;
    return added && from->index < CHECK_LINKS_MAX;
}

/* interrupts-extended: before each specifier its controller's phandle. */
static void extended_read(struct check *check, struct system_server *server,
                          struct specifiers *from)
{
    while (from->at < value_cells(&from->value)) {
        int controller = node_of_phandle(check, value_cell(&from->value, from->at++));

        if (!interrupt_add(check, server, controller, from)) {
            return;
        }
    }
}

static void interrupts_read(struct check *check, struct system_server *server,
                            struct specifiers *from)
{
    int controller = interrupt_parent(check, server->device);

    while (from->at < value_cells(&from->value) &&
           interrupt_add(check, server, controller, from)) {
    }
}

void interrupts_resolve(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    struct specifiers from = {.at = 0};

    if (!value_get(tree, server->device, "interrupt-names", &from.names)) {
        from.names.bytes = 0;
    }
    if (value_get(tree, server->device, "interrupts-extended", &from.value)) {
        extended_read(check, server, &from);
    } else if (value_get(tree, server->device, "interrupts", &from.value)) {
        interrupts_read(check, server, &from);
    }
}
