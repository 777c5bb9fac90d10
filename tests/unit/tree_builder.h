/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds flattened device trees byte by byte, so that tests can build wrong
 * ones too. The order is: tree_start, nodes and properties, tree_finish; then
 * bytes[0, total) is the tree, with room behind it in an array of its own.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define TREE_BYTES    65536u
#define TREE_STRINGS  1024u
#define TREE_RESERVED 80u

enum tree_header {
    TREE_MAGIC = 0, TREE_TOTAL = 4, TREE_STRUCTURE = 8, TREE_STRINGS_AT = 12, TREE_RESERVE = 16,
    TREE_VERSION = 20, TREE_LAST_COMPATIBLE = 24, TREE_STRINGS_SIZE = 32, TREE_STRUCTURE_SIZE = 36,
};

enum tree_token { TREE_NODE = 1, TREE_NODE_END = 2, TREE_PROPERTY = 3, TREE_NOP = 4, TREE_END = 9 };

struct tree {
    uint8_t bytes[TREE_BYTES];
    size_t total;                 /* bytes in use; the tree's size after tree_finish */
    char strings[TREE_STRINGS];
    size_t strings_bytes;
    size_t reserved;              /* entries in the reservation block */
};

void tree_start(struct tree *tree);
void tree_reserve(struct tree *tree, uint64_t start, uint64_t bytes);   /* at most four */
void tree_node(struct tree *tree, const char *name);
void tree_end(struct tree *tree);
void tree_bytes(struct tree *tree, const char *name, const void *value, size_t bytes);
void tree_text(struct tree *tree, const char *name, const char *text);
/* `count` cells, each an argument of type uint32_t. */
void tree_cells(struct tree *tree, const char *name, unsigned count, ...);
/* reg of one region in two and two cells. */
void tree_reg(struct tree *tree, uint64_t start, uint64_t bytes);
void tree_token(struct tree *tree, uint32_t token);
void tree_finish(struct tree *tree);

void tree_put(struct tree *tree, size_t at, uint32_t value);
uint32_t tree_get(const struct tree *tree, size_t at);
