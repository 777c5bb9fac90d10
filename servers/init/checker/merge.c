/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two trees become one: the firmware's, which stays as it is, and the /thole
 * subtree of the system's. The system's phandles are moved past the hardware's,
 * so that no two nodes answer to the same. The result is written from front to
 * back, so the order of nodes and properties is kept and the work is bounded.
 */
#include <stdbool.h>
#include <string.h>

#include "check.h"

#define FDT_VERSION_MIN 16 /* the first with names as they are today */

struct merge {
    const void *from;
    void *to;
    uint32_t phandle_shift;
    bool skip_thole;          /* a child of the top node that is not wanted */
};

static bool is_phandles(const char *name)
{
    return strcmp(name, "phandle") == 0 || strcmp(name, "linux,phandle") == 0 ||
           strcmp(name, "uses") == 0;
}

/* A `uses` of a wrong length is copied as it is, for the checker to refuse. */
static void phandles_shift(const struct merge *merge, char *data, int bytes)
{
    for (int i = 0; bytes % (int)sizeof(fdt32_t) == 0 && i < bytes; i += (int)sizeof(fdt32_t)) {
        fdt32_t *cell = (fdt32_t *)(void *)(data + i);
        fdt32_st(cell, fdt32_ld(cell) + merge->phandle_shift);
    }
}

static int property_write(const struct merge *merge, int at)
{
    const char *name, *data;
    int bytes, status;
    void *copy;

    data = fdt_getprop_by_offset(merge->from, at, &name, &bytes);
    if (!data) {
        return bytes;
    }
    status = fdt_property_placeholder(merge->to, name, bytes, &copy);
    if (status == 0 && bytes) {
        memcpy(copy, data, (size_t)bytes);
    }
    if (status == 0 && merge->phandle_shift && is_phandles(name)) {
        phandles_shift(merge, copy, bytes);
    }
    return status;
}

/* The offset of the tag after a node's end. */
static int node_skip(const void *tree, int at)
{
    int depth = 0, next;

    do {
        uint32_t tag = fdt_next_tag(tree, at, &next);

        depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
        at = next;
    } while (at >= 0 && depth > 0);
    return at;
}

/* Writes a node and what is in it, but not its end, so that more can be added. */
static int subtree_write(const struct merge *merge, int node)
{
    int at = node, depth = 0, next, status = 0;

    while (status == 0) {
        uint32_t tag = fdt_next_tag(merge->from, at, &next);

        if (next < 0 || tag == FDT_END) {
            return -FDT_ERR_BADSTRUCTURE;
        }
        if (tag == FDT_BEGIN_NODE) {
            const char *name = fdt_get_name(merge->from, at, NULL);

            if (depth == 1 && merge->skip_thole && strcmp(name, "thole") == 0) {
                at = node_skip(merge->from, at);
                continue;
            }
            status = fdt_begin_node(merge->to, name);
            depth++;
        } else if (tag == FDT_PROP) {
            status = property_write(merge, at);
        } else if (tag == FDT_END_NODE) {
            if (--depth == 0) {
                return 0;
            }
            status = fdt_end_node(merge->to);
        }
        at = next;
    }
    return status;
}

static int reservations_write(const struct merge *merge)
{
    uint64_t address, bytes;
    int status = 0;

    for (int i = 0; i < fdt_num_mem_rsv(merge->from) && status == 0; i++) {
        status = fdt_get_mem_rsv(merge->from, i, &address, &bytes);
        if (status == 0) {
            status = fdt_add_reservemap_entry(merge->to, address, bytes);
        }
    }
    return status ? status : fdt_finish_reservemap(merge->to);
}

static int hardware_write(const struct merge *merge, size_t into_bytes, uint32_t flags)
{
    int status = fdt_create_with_flags(merge->to, (int)into_bytes, flags);

    if (status == 0) {
        status = reservations_write(merge);
    }
    return status ? status : subtree_write(merge, 0);
}

static int system_write(struct merge *merge, const void *hardware, const void *system)
{
    int status, node = fdt_path_offset(system, "/thole");

    if (fdt_find_max_phandle(hardware, &merge->phandle_shift) != 0) {
        merge->phandle_shift = 0;
    }
    merge->from = system;
    merge->skip_thole = false;
    status = subtree_write(merge, node);
    return status ? status : fdt_end_node(merge->to);
}

static int tree_finish(void *to)
{
    int status = fdt_end_node(to);

    return status ? status : fdt_finish(to);
}

static int trees_write(const void *hardware, const void *system, void *into, size_t into_bytes,
                       uint32_t flags)
{
    struct merge merge = {.from = hardware, .to = into, .skip_thole = system != NULL};
    int status = hardware_write(&merge, into_bytes, flags);

    if (status == 0 && system) {
        status = system_write(&merge, hardware, system);
    }
    return status ? status : tree_finish(into);
}

/* libfdt takes it for granted that the blob and its blocks are aligned. */
static bool tree_aligned(const void *tree)
{
    return (uintptr_t)tree % sizeof(uint64_t) == 0 &&
           fdt_off_dt_struct(tree) % sizeof(uint32_t) == 0 &&
           fdt_off_mem_rsvmap(tree) % sizeof(uint64_t) == 0;
}

static bool tree_good(const void *tree, size_t bytes)
{
    return bytes >= sizeof(struct fdt_header) && bytes <= TREE_BYTES_MAX && tree_aligned(tree) &&
           fdt_check_full(tree, bytes) == 0 && fdt_version(tree) >= FDT_VERSION_MIN;
}

/* What is in a tree, without the room that firmware leaves behind it. */
static size_t content_bytes(const void *tree, size_t bytes)
{
    uint64_t content = TREE_MERGE_SLACK;

    if (bytes < sizeof(struct fdt_header) || fdt_magic(tree) != FDT_MAGIC) {
        return bytes;
    }
    content += (uint64_t)fdt_size_dt_struct(tree) + fdt_size_dt_strings(tree);
    return content < bytes ? (size_t)content : bytes;
}

size_t tree_merge_room(const void *hardware, size_t hardware_bytes, const void *system,
                       size_t system_bytes)
{
    return content_bytes(hardware, hardware_bytes) +
           (system ? content_bytes(system, system_bytes) : 0) + TREE_MERGE_SLACK;
}

const char *tree_merge(const void *hardware, size_t hardware_bytes, const void *system,
                       size_t system_bytes, void *into, size_t into_bytes)
{
    int status;

    if (!tree_good(hardware, hardware_bytes)) {
        return "the hardware tree is damaged";
    }
    if (system && !tree_good(system, system_bytes)) {
        return "the system tree is damaged";
    }
    if (system && fdt_path_offset(system, "/thole") < 0) {
        return "the system tree has no node /thole";
    }
    /* To look for each property's name among those that are there takes long, and saves room. */
    status = trees_write(hardware, system, into, into_bytes, FDT_CREATE_FLAG_NO_NAME_DEDUP);
    if (status == -FDT_ERR_NOSPACE) {
        status = trees_write(hardware, system, into, into_bytes, 0);
    }
    return status == 0                   ? NULL
           : status == -FDT_ERR_NOSPACE ? "the two trees together are too large"
                                        : "the trees cannot be joined";
}
