/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The builder: header, four reservation entries and their end, structure, and
 * after it the strings. It trusts the tests: what does not fit aborts.
 */
#include "tree_builder.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 40u
#define STRUCTURE_AT (HEADER_BYTES + TREE_RESERVED)

static void append(struct tree *tree, const void *bytes, size_t count)
{
    if (tree->total + count > TREE_BYTES - TREE_STRINGS)
        abort();
    if (count != 0)
        memcpy(tree->bytes + tree->total, bytes, count);
    tree->total += count;
}

void tree_put(struct tree *tree, size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        tree->bytes[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

uint32_t tree_get(const struct tree *tree, size_t at)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | tree->bytes[at + i];
    return value;
}

void tree_token(struct tree *tree, uint32_t token)
{
    const uint8_t zero[4] = { 0 };
    append(tree, zero, sizeof zero);
    tree_put(tree, tree->total - sizeof zero, token);
}

static void pad(struct tree *tree)
{
    const uint8_t zero[4] = { 0 };
    append(tree, zero, (4 - tree->total % 4) % 4);
}

void tree_start(struct tree *tree)
{
    memset(tree, 0, sizeof *tree);
    tree->total = STRUCTURE_AT;
}

void tree_reserve(struct tree *tree, uint64_t start, uint64_t bytes)
{
    size_t at = HEADER_BYTES + 16 * tree->reserved++;
    tree_put(tree, at, (uint32_t)(start >> 32));
    tree_put(tree, at + 4, (uint32_t)start);
    tree_put(tree, at + 8, (uint32_t)(bytes >> 32));
    tree_put(tree, at + 12, (uint32_t)bytes);
}

void tree_node(struct tree *tree, const char *name)
{
    tree_token(tree, TREE_NODE);
    append(tree, name, strlen(name) + 1);
    pad(tree);
}

void tree_end(struct tree *tree)
{
    tree_token(tree, TREE_NODE_END);
}

static uint32_t string_offset(struct tree *tree, const char *name)
{
    size_t bytes = strlen(name) + 1;
    for (size_t at = 0; at < tree->strings_bytes; at += strlen(tree->strings + at) + 1)
        if (strcmp(tree->strings + at, name) == 0)
            return (uint32_t)at;
    if (tree->strings_bytes + bytes > TREE_STRINGS)
        abort();
    memcpy(tree->strings + tree->strings_bytes, name, bytes);
    tree->strings_bytes += bytes;
    return (uint32_t)(tree->strings_bytes - bytes);
}

void tree_bytes(struct tree *tree, const char *name, const void *value, size_t bytes)
{
    tree_token(tree, TREE_PROPERTY);
    tree_token(tree, (uint32_t)bytes);
    tree_token(tree, string_offset(tree, name));
    append(tree, value, bytes);
    pad(tree);
}

void tree_text(struct tree *tree, const char *name, const char *text)
{
    tree_bytes(tree, name, text, strlen(text) + 1);
}

void tree_cells(struct tree *tree, const char *name, unsigned count, ...)
{
    va_list cells;
    tree_token(tree, TREE_PROPERTY);
    tree_token(tree, count * 4);
    tree_token(tree, string_offset(tree, name));
    va_start(cells, count);
    for (unsigned i = 0; i < count; i++)
        tree_token(tree, va_arg(cells, uint32_t));
    va_end(cells);
}

void tree_reg(struct tree *tree, uint64_t start, uint64_t bytes)
{
    tree_cells(tree, "reg", 4, (uint32_t)(start >> 32), (uint32_t)start,
               (uint32_t)(bytes >> 32), (uint32_t)bytes);
}

void tree_finish(struct tree *tree)
{
    tree_token(tree, TREE_END);
    size_t structure_end = tree->total;
    memcpy(tree->bytes + tree->total, tree->strings, tree->strings_bytes);
    tree->total += tree->strings_bytes;
    tree_put(tree, TREE_MAGIC, 0xd00dfeed);
    tree_put(tree, TREE_TOTAL, (uint32_t)tree->total);
    tree_put(tree, TREE_STRUCTURE, STRUCTURE_AT);
    tree_put(tree, TREE_STRINGS_AT, (uint32_t)structure_end);
    tree_put(tree, TREE_RESERVE, HEADER_BYTES);
    tree_put(tree, TREE_VERSION, 17);
    tree_put(tree, TREE_LAST_COMPATIBLE, 16);
    tree_put(tree, TREE_STRINGS_SIZE, (uint32_t)tree->strings_bytes);
    tree_put(tree, TREE_STRUCTURE_SIZE, (uint32_t)(structure_end - STRUCTURE_AT));
}
