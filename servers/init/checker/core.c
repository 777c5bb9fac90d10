/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cores that a board's tree names, counted as the kernel counts them: nodes
 * of /cpus that are cores, enabled, and have a number of their own in `reg`.
 */
#include <string.h>

#include "check.h"

struct cores {
    uint64_t id[SYSTEM_CORES_MAX];
    unsigned count;
};

static bool node_is_core(const void *tree, int node)
{
    struct value type;

    return value_get(tree, node, "device_type", &type) && value_is_string(&type) &&
           strcmp(type.data, "cpu") == 0 && node_enabled(tree, node);
}

static void core_add(struct cores *cores, uint64_t id)
{
    for (unsigned i = 0; i < cores->count; i++) {
        if (cores->id[i] == id) {
            return;
        }
    }
    if (cores->count < SYSTEM_CORES_MAX) {
        cores->id[cores->count++] = id;
    }
}

static void core_read(const void *tree, int node, unsigned cells, struct cores *cores)
{
    struct value reg;
    uint64_t id;

    if (!node_is_core(tree, node) || !value_get(tree, node, "reg", &reg) ||
        value_cells(&reg) < cells) {
        return;
    }
    id = value_cell(&reg, 0);
    core_add(cores, cells == 2 ? id << 32 | value_cell(&reg, 1) : id);
}

unsigned system_cores(const void *tree)
{
    struct cores cores = {.count = 0};
    int parent = fdt_path_offset(tree, "/cpus"), node;
    int cells = parent < 0 ? 0 : fdt_address_cells(tree, parent);

    if (cells != 1 && cells != 2) {
        return 0;
    }
    fdt_for_each_subnode(node, tree, parent)
    {
        core_read(tree, node, (unsigned)cells, &cores);
    }
    return cores.count;
}
