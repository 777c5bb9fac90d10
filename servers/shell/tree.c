/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the tree with libfdt, which is given sound trees only (tree_is_sound). */
#include "tree.h"

#include <lib/string.h>
#include <libfdt.h>
#include <limits.h>

#include "nearest.h"

#define DEPTH_MAX   16 /* of nodes whose reg can be shown */
#define INDENT      2
#define NAME_COLUMN 40

struct walk {
    const void *tree;
    tree_owner owner;
    struct out *out;
    int parent[DEPTH_MAX]; /* the nodes above the current one, by depth */
};

bool tree_is_sound(const void *tree, size_t bytes)
{
    return bytes <= INT_MAX && fdt_check_full(tree, bytes) == 0;
}

static void print_strings(struct walk *walk, const char *strings, int size)
{
    for (int at = 0; at < size; at += (int)strnlen(strings + at, (size_t)(size - at)) + 1) {
        if (at > 0)
            out_string(walk->out, ", ");
        out_field(walk->out, strings + at, (size_t)(size - at));
    }
}

/* A number of big-endian cells; of more than two, the last two. */
static uint64_t number_of(const uint8_t *cells, int count)
{
    uint64_t number = 0;
    for (int i = 0; i < count * 4; i++)
        number = number << 8 | cells[i];
    return number;
}

static void print_reg(struct walk *walk, int node, int depth)
{
    int size;
    const uint8_t *reg = fdt_getprop(walk->tree, node, "reg", &size);
    if (reg == NULL || depth < 1 || depth > DEPTH_MAX)
        return;
    int addresses = fdt_address_cells(walk->tree, walk->parent[depth - 1]);
    int sizes = fdt_size_cells(walk->tree, walk->parent[depth - 1]);
    if (addresses < 1 || sizes < 0)
        return;
    int entry = (addresses + sizes) * 4;
    for (int at = 0; at + entry <= size; at += entry) {
        out_string(walk->out, "  ");
        out_hex(walk->out, number_of(reg + at, addresses));
        if (sizes > 0) {
            out_string(walk->out, "+");
            out_hex(walk->out, number_of(reg + at + addresses * 4, sizes));
        }
    }
}

static void print_status(struct walk *walk, int node)
{
    int size;
    const char *status = fdt_getprop(walk->tree, node, "status", &size);
    if (status == NULL || strncmp(status, "ok", 2) == 0)
        return;
    out_string(walk->out, "  ");
    print_strings(walk, status, size);
}

/* Also what has no registers, such as a LED on a GPIO line. */
static void print_owner(struct walk *walk, int node)
{
    char path[TREE_PATH_BYTES], owner[TREE_OWNER_BYTES];
    if (walk->owner == NULL || fdt_get_path(walk->tree, node, path, sizeof(path)) != 0 ||
        !walk->owner(path, owner))
        return;
    out_string(walk->out, "  owner ");
    out_field(walk->out, owner, sizeof(owner));
}

static void print_node(struct walk *walk, int node, int depth, int shown_depth)
{
    int size;
    const char *name = fdt_get_name(walk->tree, node, NULL);
    const char *compatible = fdt_getprop(walk->tree, node, "compatible", &size);
    for (int i = 0; i < shown_depth * INDENT; i++)
        out_string(walk->out, " ");
    int width = NAME_COLUMN - shown_depth * INDENT;
    bool is_root = name == NULL || name[0] == '\0';
    out_left(walk->out, is_root ? "/" : name, TREE_PATH_BYTES,
             compatible != NULL && width > 0 ? (size_t)width : 0);
    if (compatible != NULL) {
        out_string(walk->out, " ");
        print_strings(walk, compatible, size);
    }
    print_reg(walk, node, depth);
    print_status(walk, node);
    print_owner(walk, node);
    out_string(walk->out, "\n");
}

/* From the node on in the order of the tree; `depth` is that of the node. */
static void print_below(struct walk *walk, int node, int depth)
{
    int shown = 0;
    do {
        if (depth + shown < DEPTH_MAX)
            walk->parent[depth + shown] = node;
        print_node(walk, node, depth + shown, shown);
        node = fdt_next_node(walk->tree, node, &shown);
    } while (node >= 0 && shown > 0);
}

/* The node above, for reg; and how deep the node lies. */
static int find_depth(struct walk *walk, int node)
{
    int depth = fdt_node_depth(walk->tree, node);
    if (depth >= 1 && depth <= DEPTH_MAX)
        walk->parent[depth - 1] = fdt_parent_offset(walk->tree, node);
    return depth;
}

/* The deepest node that the path leads to; *rest is the name that is not below it. */
static int deepest(const void *tree, const char *path, const char **rest)
{
    int node = 0;
    for (*rest = path; **rest == '/'; ++*rest) {
    }
    while (**rest != '\0') {
        const char *end = strchr(*rest, '/');
        int size = end != NULL ? (int)(end - *rest) : (int)strlen(*rest);
        int below = fdt_subnode_offset_namelen(tree, node, *rest, size);
        if (below < 0)
            break;
        node = below;
        for (*rest += size; **rest == '/'; ++*rest) {
        }
    }
    return node;
}

static void say_missing(const void *tree, int node, const char *rest, struct out *out)
{
    char word[NEAREST_BYTES] = {0};
    const char *end = strchr(rest, '/');
    size_t size = end != NULL ? (size_t)(end - rest) : strlen(rest);
    if (size < sizeof(word))
        memcpy(word, rest, size);
    struct nearest nearest;
    nearest_begin(&nearest, word);
    int below;
    fdt_for_each_subnode(below, tree, node)
        nearest_offer(&nearest, fdt_get_name(tree, below, NULL));
    out_string(out, "The tree has no node '");
    out_bytes(out, rest, size);
    out_string(out, "' there.");
    if (nearest_found(&nearest) != NULL)
        out_sentence(out, " Did you mean '", nearest_found(&nearest), "'?", NULL);
    out_string(out, "\n");
}

bool tree_print(const void *tree, const char *path, tree_owner owner, struct out *out)
{
    struct walk walk = {.tree = tree, .owner = owner, .out = out};
    const char *rest;
    int node = deepest(tree, path, &rest);
    if (*rest != '\0') {
        say_missing(tree, node, rest, out);
        return false;
    }
    print_below(&walk, node, find_depth(&walk, node));
    return true;
}
