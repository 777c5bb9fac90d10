/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupts of a device: from `interrupts` or `interrupts-extended` to the
 * numbers of the GIC (shared lines from 32, per-core lines from 16).
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

static uint32_t interrupt_cells(const void *tree, int controller)
{
    struct value value;

    if (!value_get(tree, controller, "#interrupt-cells", &value) ||
        value.bytes != sizeof(fdt32_t)) {
        return 0;
    }
    return value_cell(&value, 0);
}

/* The node's own interrupt-parent, or its nearest ancestor's. Negative: none. */
static int interrupt_parent(const void *tree, int node)
{
    struct value value;

    for (unsigned depth = 0; node >= 0 && depth < CHECK_DEPTH_MAX; depth++) {
        if (value_get(tree, node, "interrupt-parent", &value)) {
            return value.bytes == sizeof(fdt32_t)
                       ? fdt_node_offset_by_phandle(tree, value_cell(&value, 0))
                       : -FDT_ERR_BADVALUE;
        }
        node = fdt_parent_offset(tree, node);
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

/* Adds the interrupt whose specifier begins at cell `at`; 0: it was refused. */
static unsigned interrupt_add(struct check *check, struct system_server *server, int controller,
                              const struct value *value, unsigned at)
{
    const void *tree = check->system->tree;
    struct mistake mistake = {.property = "match", .found = "another"};
    uint32_t cells;

    if (controller < 0 || !node_is_gic(tree, controller)) {
        refuse_found(check, server, &mistake,
                     "a device whose %s name a GIC as their controller", value->name);
        return 0;
    }
    cells = interrupt_cells(tree, controller);
    mistake.found = "none";
    if (cells < GIC_CELLS_MIN || cells > GIC_CELLS_MAX || at + cells > value_cells(value) ||
        !gic_decode(value, at, &server->interrupt[server->interrupt_count])) {
        refuse_found(check, server, &mistake, "a device whose %s are lines of the GIC",
                     value->name);
        return 0;
    }
    server->interrupt_count++;
    return cells;
}

/* interrupts-extended: before each specifier its controller's phandle. */
#define CONTROLLER_EACH (-2)

static void interrupts_read(struct check *check, struct system_server *server,
                            const struct value *value, int controller)
{
    const void *tree = check->system->tree;
    bool each = controller == CONTROLLER_EACH;
    unsigned at = 0, step;

    while (at < value_cells(value)) {
        if (server->interrupt_count == STARTUP_INTERRUPT_MAX) {
            refuse_found(check, server, &(struct mistake){"match", NULL, "one with more"},
                         "a device with at most %u interrupts", STARTUP_INTERRUPT_MAX);
            return;
        }
        if (each) {
            controller = fdt_node_offset_by_phandle(tree, value_cell(value, at++));
        }
        step = interrupt_add(check, server, controller, value, at);
        if (!step) {
            return;
        }
        at += step;
    }
}

void interrupts_resolve(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    struct value value;

    if (value_get(tree, server->device, "interrupts-extended", &value)) {
        interrupts_read(check, server, &value, CONTROLLER_EACH);
    } else if (value_get(tree, server->device, "interrupts", &value)) {
        interrupts_read(check, server, &value, interrupt_parent(tree, server->device));
    }
}
