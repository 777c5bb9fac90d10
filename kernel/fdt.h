/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flattened device tree as a format (Devicetree Specification 0.4,
 * chapter 5): its header is checked once, then a cursor walks its tokens from
 * first to last. Nothing outside the given bytes is read, whatever they say;
 * the bytes need no alignment. What nodes mean is devicetree.c's.
 */
#pragma once
#include "types.h"

#define FDT_DEPTH_MAX 32      /* the root is at depth 1 */
#define FDT_CELL_BYTES 4u

/* A tree whose header holds. Offsets count from `bytes`; ends are exclusive. */
struct fdt {
    const uint8_t *bytes;
    uint32_t structure, structure_end;
    uint32_t strings, strings_end;   /* the byte before strings_end is zero, unless empty */
    uint32_t reserve;
    unsigned reserve_count;
};

/* A property's value; bytes is NULL where there is no such property. */
struct fdt_value {
    const uint8_t *bytes;
    uint32_t length;
};

enum fdt_item { FDT_ITEM_NODE, FDT_ITEM_NODE_END, FDT_ITEM_PROPERTY, FDT_ITEM_FINISHED, FDT_ITEM_BROKEN };

/* Where a walk is. May be copied to come back to a place. */
struct fdt_cursor {
    const struct fdt *fdt;
    uint32_t at;
    unsigned depth;            /* nodes open, the current one included */
    bool after_child;          /* properties are not allowed any more in this node */
    const char *name;          /* of the node or property that was just met */
    struct fdt_value value;    /* of the property */
    const char *error;         /* a sentence, after FDT_ITEM_BROKEN */
};

/* Returns NULL, or a sentence that says what is wrong with the header. */
const char *fdt_open(struct fdt *fdt, const void *tree, size_t limit) MUST_CHECK;
/* The header's total size, or 0 if `limit` bytes hold no tree of that size. */
size_t fdt_bytes(const void *tree, size_t limit);
/* Entry `index`, below fdt->reserve_count, of the memory reservations. */
void fdt_reservation(const struct fdt *fdt, unsigned index, uint64_t *start, uint64_t *bytes);

void fdt_start(struct fdt_cursor *cursor, const struct fdt *fdt);
/*
 * The next item. Each call moves on by at least a token, so a walk ends with
 * FINISHED or BROKEN after at most one call for each four bytes of the tree.
 * Guarantees: exactly one root; depth never above FDT_DEPTH_MAX; a node's
 * properties all come before its first child; names are terminated.
 */
enum fdt_item fdt_next(struct fdt_cursor *cursor);

/* Cell `index` of a value; 0 past the end. */
uint32_t fdt_cell(struct fdt_value value, uint32_t index);
/* The number in `count` cells (0, 1 or 2) from cell `index` on; 0 past the end. */
uint64_t fdt_cells(struct fdt_value value, uint32_t index, uint32_t count);
/* Is the value this string, or a list of strings with it? */
bool fdt_lists(struct fdt_value value, const char *text);
/* The value as a string, or NULL if it is absent, empty or not terminated. */
const char *fdt_string(struct fdt_value value);
bool fdt_text_equal(const char *one, const char *other);
/* Copies a string for printing: cut to fit, terminated, unprintable bytes become '?'. */
void fdt_text_copy(char *to, size_t bytes, const char *from);
