/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cursor over a flattened device tree. Every offset and length is checked
 * against the block it lies in before it is used; comparisons never subtract
 * below zero nor add past 32 bits. Bytes are read one by one: the tree may lie
 * anywhere, and the memory may be mapped as a device's.
 */
#include "fdt.h"

/* Devicetree Specification 0.4, 5.2 and 5.4.1. */
#define FDT_HEADER_BYTES     40u
#define FDT_HEADER_MAGIC     0xd00dfeedu
#define FDT_HEADER_VERSION   17u
#define FDT_RESERVE_BYTES    16u
#define FDT_PROPERTY_BYTES   8u    /* length and name offset, before the value */

enum fdt_header {
    HEADER_MAGIC = 0, HEADER_TOTAL = 4, HEADER_STRUCTURE = 8, HEADER_STRINGS = 12,
    HEADER_RESERVE = 16, HEADER_VERSION = 20, HEADER_LAST_COMPATIBLE = 24,
    HEADER_STRINGS_BYTES = 32, HEADER_STRUCTURE_BYTES = 36,
};

enum fdt_token { TOKEN_NODE = 1, TOKEN_NODE_END = 2, TOKEN_PROPERTY = 3, TOKEN_NOP = 4, TOKEN_END = 9 };

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t read64(const uint8_t *at)
{
    return (uint64_t)read32(at) << 32 | read32(at + FDT_CELL_BYTES);
}

size_t fdt_bytes(const void *tree, size_t limit)
{
    const uint8_t *bytes = tree;
    if (bytes == NULL || limit < FDT_HEADER_BYTES || read32(bytes) != FDT_HEADER_MAGIC)
        return 0;
    uint32_t total = read32(bytes + HEADER_TOTAL);
    return total >= FDT_HEADER_BYTES && total <= limit ? total : 0;
}

/* Finds the zero entry that ends the reservations. */
static bool reservations_count(struct fdt *fdt, uint32_t total)
{
    fdt->reserve_count = 0;
    for (uint32_t at = fdt->reserve; at <= total && total - at >= FDT_RESERVE_BYTES;
         at += FDT_RESERVE_BYTES) {
        if (read64(fdt->bytes + at) == 0 && read64(fdt->bytes + at + 8) == 0)
            return true;
        fdt->reserve_count++;
    }
    return false;
}

const char *fdt_open(struct fdt *fdt, const void *tree, size_t limit)
{
    const uint8_t *bytes = tree;
    if (bytes == NULL || limit < FDT_HEADER_BYTES || read32(bytes) != FDT_HEADER_MAGIC)
        return "no device tree was handed over: its first word should be 0xd00dfeed";
    uint32_t total = (uint32_t)fdt_bytes(tree, limit);
    if (total == 0)
        return "the device tree's header lies about its size, or the tree is truncated";
    if (read32(bytes + HEADER_VERSION) < FDT_HEADER_VERSION ||
        read32(bytes + HEADER_LAST_COMPATIBLE) > FDT_HEADER_VERSION)
        return "the device tree is of a version that cannot be read: 17 is expected";

    uint32_t structure_bytes = read32(bytes + HEADER_STRUCTURE_BYTES);
    uint32_t strings_bytes = read32(bytes + HEADER_STRINGS_BYTES);
    fdt->bytes = bytes;
    fdt->structure = read32(bytes + HEADER_STRUCTURE);
    fdt->strings = read32(bytes + HEADER_STRINGS);
    fdt->reserve = read32(bytes + HEADER_RESERVE);
    if (fdt->structure < FDT_HEADER_BYTES || fdt->structure % FDT_CELL_BYTES != 0 ||
        fdt->structure > total || structure_bytes > total - fdt->structure)
        return "the device tree's structure block lies outside the tree";
    if (fdt->strings < FDT_HEADER_BYTES || fdt->strings > total ||
        strings_bytes > total - fdt->strings)
        return "the device tree's strings block lies outside the tree";
    if (fdt->reserve < FDT_HEADER_BYTES || !reservations_count(fdt, total))
        return "the device tree's memory reservations lie outside the tree, or have no end";

    fdt->structure_end = fdt->structure + structure_bytes;
    fdt->strings_end = fdt->strings + strings_bytes;
    /* With a zero last, every name that begins inside is terminated inside. */
    while (fdt->strings_end > fdt->strings && bytes[fdt->strings_end - 1] != 0)
        fdt->strings_end--;
    return NULL;
}

void fdt_reservation(const struct fdt *fdt, unsigned index, uint64_t *start, uint64_t *bytes)
{
    const uint8_t *entry = fdt->bytes + fdt->reserve + (size_t)index * FDT_RESERVE_BYTES;
    *start = read64(entry);
    *bytes = read64(entry + 8);
}

void fdt_start(struct fdt_cursor *cursor, const struct fdt *fdt)
{
    *cursor = (struct fdt_cursor){ .fdt = fdt, .at = fdt->structure };
}

static enum fdt_item broken(struct fdt_cursor *cursor, const char *error)
{
    cursor->error = error;
    return FDT_ITEM_BROKEN;
}

static uint32_t bytes_left(const struct fdt_cursor *cursor)
{
    return cursor->fdt->structure_end - cursor->at;
}

/* Moves past `length` bytes, which were checked to be there, and their padding. */
static void skip(struct fdt_cursor *cursor, uint32_t length)
{
    uint32_t left = bytes_left(cursor);
    uint32_t padding = (FDT_CELL_BYTES - length % FDT_CELL_BYTES) % FDT_CELL_BYTES;
    cursor->at += padding <= left - length ? length + padding : left;
}

static enum fdt_item next_node(struct fdt_cursor *cursor)
{
    if (cursor->depth == 0 && cursor->after_child)
        return broken(cursor, "the device tree has more than one root");
    if (cursor->depth == FDT_DEPTH_MAX)
        return broken(cursor, "the device tree nests deeper than 32 nodes");
    const uint8_t *name = cursor->fdt->bytes + cursor->at;
    uint32_t left = bytes_left(cursor), length = 0;
    while (length < left && name[length] != 0)
        length++;
    if (length == left)
        return broken(cursor, "the device tree ends within the name of a node");
    cursor->name = (const char *)name;
    cursor->depth++;
    cursor->after_child = false;
    skip(cursor, length + 1);
    return FDT_ITEM_NODE;
}

static enum fdt_item next_node_end(struct fdt_cursor *cursor)
{
    if (cursor->depth == 0)
        return broken(cursor, "the device tree ends a node that was not begun");
    cursor->depth--;
    cursor->after_child = true;
    return FDT_ITEM_NODE_END;
}

static enum fdt_item next_property(struct fdt_cursor *cursor)
{
    if (cursor->depth == 0 || cursor->after_child)
        return broken(cursor, "the device tree has a property outside its node's head");
    if (bytes_left(cursor) < FDT_PROPERTY_BYTES)
        return broken(cursor, "the device tree ends within a property");
    const uint8_t *at = cursor->fdt->bytes + cursor->at;
    uint32_t length = read32(at), name = read32(at + FDT_CELL_BYTES);
    if (length > bytes_left(cursor) - FDT_PROPERTY_BYTES)
        return broken(cursor, "a property in the device tree is longer than the tree");
    if (name >= cursor->fdt->strings_end - cursor->fdt->strings)
        return broken(cursor, "a property's name lies outside the device tree's strings");
    cursor->name = (const char *)cursor->fdt->bytes + cursor->fdt->strings + name;
    cursor->value = (struct fdt_value){ at + FDT_PROPERTY_BYTES, length };
    skip(cursor, FDT_PROPERTY_BYTES + length);
    return FDT_ITEM_PROPERTY;
}

enum fdt_item fdt_next(struct fdt_cursor *cursor)
{
    while (bytes_left(cursor) >= FDT_CELL_BYTES) {
        uint32_t token = read32(cursor->fdt->bytes + cursor->at);
        cursor->at += FDT_CELL_BYTES;
        switch (token) {
        case TOKEN_NODE: return next_node(cursor);
        case TOKEN_NODE_END: return next_node_end(cursor);
        case TOKEN_PROPERTY: return next_property(cursor);
        case TOKEN_NOP: continue;
        case TOKEN_END:
            if (cursor->depth == 0 && cursor->after_child)
                return FDT_ITEM_FINISHED;
            return broken(cursor, "the device tree ends before its root does");
        default:
            return broken(cursor, "the device tree has a token that does not exist");
        }
    }
    return broken(cursor, "the device tree is truncated: its end token is missing");
}

uint32_t fdt_cell(struct fdt_value value, uint32_t index)
{
    if (value.bytes == NULL || index >= value.length / FDT_CELL_BYTES)
        return 0;
    return read32(value.bytes + (size_t)index * FDT_CELL_BYTES);
}

uint64_t fdt_cells(struct fdt_value value, uint32_t index, uint32_t count)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < count; i++)
        number = number << 32 | fdt_cell(value, index + i);
    return number;
}

bool fdt_lists(struct fdt_value value, const char *text)
{
    bool same = true;
    uint32_t in_text = 0;
    for (uint32_t i = 0; i < value.length; i++) {
        char byte = (char)value.bytes[i];
        same = same && text[in_text] == byte;
        if (same && byte == '\0')
            return true;
        in_text++;
        if (byte == '\0') {
            same = true;
            in_text = 0;
        }
    }
    return false;
}

const char *fdt_string(struct fdt_value value)
{
    if (value.bytes == NULL || value.length == 0 || value.bytes[value.length - 1] != 0)
        return NULL;
    return (const char *)value.bytes;
}

bool fdt_text_equal(const char *one, const char *other)
{
    while (*one != '\0' && *one == *other) {
        one++;
        other++;
    }
    return *one == *other;
}

void fdt_text_copy(char *to, size_t bytes, const char *from)
{
    size_t i = 0;
    for (; i + 1 < bytes && from[i] != '\0'; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}
