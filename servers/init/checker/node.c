/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes by their place and by their phandle. A flattened tree has to be gone through
 * for either, and boards' trees are long, so what was found is kept.
 */
#include <string.h>

#include "check.h"

bool node_enabled(const void *tree, int node)
{
    struct value status;

    if (!value_get(tree, node, "status", &status)) {
        return true;
    }
    return value_is_string(&status) &&
           (strcmp(status.data, "okay") == 0 || strcmp(status.data, "ok") == 0);
}

unsigned ancestors_of(struct check *check, int node, int chain[CHECK_DEPTH_MAX])
{
    struct scan *scan = &check->scan;

    if (node < scan->at) {
        *scan = (struct scan){.at = 0};
    }
    while (scan->at >= 0 && scan->at < node) {
        scan->at = fdt_next_node(check->system->tree, scan->at, &scan->depth);
        if (scan->at >= 0 && scan->depth >= 0 && scan->depth < CHECK_DEPTH_MAX) {
            scan->above[scan->depth] = scan->at;
        }
    }
    if (scan->at != node || scan->depth < 0 || scan->depth >= CHECK_DEPTH_MAX) {
        *scan = (struct scan){.at = 0};
        return 0;
    }
    for (int i = 0; i <= scan->depth; i++) {
        chain[i] = scan->above[scan->depth - i];
    }
    return (unsigned)scan->depth + 1;
}

/* The property's value, if it is one of the two that hold a phandle; else 0. */
static uint32_t phandle_at(const void *tree, int at)
{
    const struct fdt_property *property = fdt_offset_ptr(tree, at, sizeof(*property) + sizeof(fdt32_t));
    const char *name;

    if (!property || fdt32_ld(&property->len) != sizeof(fdt32_t)) {
        return 0;
    }
    name = fdt_string(tree, (int)fdt32_ld(&property->nameoff));
    if (!name || (strcmp(name, "phandle") != 0 && strcmp(name, "linux,phandle") != 0)) {
        return 0;
    }
    return fdt32_ld((const fdt32_t *)(const void *)property->data);
}

/* All of them in one way through the tree, as far as there is room: of two the first. */
static void phandles_find(struct check *check)
{
    const void *tree = check->system->tree;
    int at = 0, node = 0, next = 0;
    uint32_t tag;

    while ((tag = fdt_next_tag(tree, at, &next)) != FDT_END && next >= 0) {
        uint32_t phandle = tag == FDT_PROP ? phandle_at(tree, at) : 0;
        struct phandle *place = &check->phandle[phandle % CHECK_PHANDLES];

        node = tag == FDT_BEGIN_NODE ? at : node;
        if (phandle && !place->phandle) {
            *place = (struct phandle){.phandle = phandle, .node = node};
        } else if (phandle && place->phandle != phandle) {
            place->more = true;
        }
        at = next;
    }
}

int node_of_phandle(struct check *check, uint32_t phandle)
{
    const struct phandle *place = &check->phandle[phandle % CHECK_PHANDLES];

    if (phandle == 0 || phandle == UINT32_MAX) {
        return -FDT_ERR_BADPHANDLE;
    }
    if (!check->phandles_found) {
        phandles_find(check);
        check->phandles_found = true;
    }
    if (place->phandle == phandle) {
        return place->node;
    }
    return place->more ? fdt_node_offset_by_phandle(check->system->tree, phandle)
                       : -FDT_ERR_NOTFOUND;
}

bool cell_get(const void *tree, int node, const char *name, uint32_t *cell)
{
    struct value value;

    if (!value_get(tree, node, name, &value) || value.bytes != sizeof(fdt32_t)) {
        return false;
    }
    *cell = value_cell(&value, 0);
    return true;
}
