/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers: from a node's `reg`, through the `ranges` of the buses above it,
 * to addresses as the processor sees them, which are nobody else's and no RAM.
 */
#include <string.h>

#include "check.h"

#define TRANSLATE_CELLS_MAX 2

struct cells cells_of(const void *tree, int node)
{
    return (struct cells){fdt_address_cells(tree, node), fdt_size_cells(tree, node)};
}

bool cells_good(struct cells cells)
{
    return cells.address >= 1 && cells.address <= TRANSLATE_CELLS_MAX && cells.size >= 1 &&
           cells.size <= TRANSLATE_CELLS_MAX;
}

uint64_t cells_take(const struct value *value, unsigned *index, int cells)
{
    uint64_t number = 0;

    while (cells-- > 0) {
        number = number << 32 | value_cell(value, (*index)++);
    }
    return number;
}

/* Through the `ranges` of one bus; false: the bus does not pass the region on. */
static bool bus_translate(const void *tree, int bus, int parent, struct system_region *region)
{
    struct cells child = cells_of(tree, bus), up = cells_of(tree, parent);
    struct value ranges;
    unsigned entry;

    if (!value_get(tree, bus, "ranges", &ranges) || !cells_good(child) || !cells_good(up)) {
        return false;
    }
    if (ranges.bytes == 0) {
        return true;
    }
    entry = (unsigned)(child.address + up.address + child.size);
    for (unsigned at = 0; at + entry <= value_cells(&ranges);) {
        uint64_t from = cells_take(&ranges, &at, child.address);
        uint64_t to = cells_take(&ranges, &at, up.address);
        uint64_t bytes = cells_take(&ranges, &at, child.size);

        if (region->address >= from && region->address - from < bytes &&
            region->bytes <= bytes - (region->address - from)) {
            region->address = to + (region->address - from);
            return true;
        }
    }
    return false;
}

enum region_found { REGION_FOUND, REGION_NO_MORE, REGION_BAD };

/* The index-th entry of the node's `reg`, as its parent addresses it. */
static enum region_found region_get(const void *tree, int node, struct cells cells,
                                    unsigned index, struct system_region *region)
{
    struct value reg;
    unsigned at, entry = (unsigned)(cells.address + cells.size);

    if (!value_get(tree, node, "reg", &reg)) {
        return REGION_NO_MORE;
    }
    if (!cells_good(cells) || reg.bytes % sizeof(fdt32_t) != 0) {
        return REGION_BAD;
    }
    at = index * entry;
    if (at + entry > value_cells(&reg)) {
        return at == value_cells(&reg) ? REGION_NO_MORE : REGION_BAD;
    }
    region->address = cells_take(&reg, &at, cells.address);
    region->bytes = cells_take(&reg, &at, cells.size);
    return REGION_FOUND;
}

/* Through all buses up to the root. */
static bool region_translate(const void *tree, const int chain[], unsigned depth,
                             struct system_region *region)
{
    for (unsigned i = 1; i + 1 < depth; i++) {
        if (!bus_translate(tree, chain[i], chain[i + 1], region)) {
            return false;
        }
    }
    return true;
}

static bool region_wraps(const struct system_region *region)
{
    return region->bytes > UINT64_MAX - region->address;
}

static bool regions_overlap(const struct system_region *a, const struct system_region *b)
{
    return a->address < b->address + b->bytes && b->address < a->address + a->bytes;
}

void ram_find(struct check *check)
{
    const void *tree = check->system->tree;
    struct cells cells = cells_of(tree, 0);
    struct system_region region;
    int node;

    fdt_for_each_subnode(node, tree, 0)
    {
        struct value type;

        if (!value_get(tree, node, "device_type", &type) || !value_is_string(&type) ||
            strcmp(type.data, "memory") != 0) {
            continue;
        }
        for (unsigned i = 0; check->ram_count < CHECK_RAM_MAX &&
                             region_get(tree, node, cells, i, &region) == REGION_FOUND;
             i++) {
            if (!region_wraps(&region)) {
                check->ram[check->ram_count++] = region;
            }
        }
    }
}

uint64_t system_ram_bytes(const void *tree)
{
    struct system empty = {.tree = tree};
    struct check check = {.system = &empty};
    uint64_t bytes = 0;

    ram_find(&check);
    for (unsigned i = 0; i < check.ram_count; i++) {
        bytes += check.ram[i].bytes;
    }
    return bytes;
}

const char *region_conflict(const struct check *check, const struct system_server *server,
                            const struct system_region *region)
{
    for (unsigned i = 0; i < check->ram_count; i++) {
        if (regions_overlap(region, &check->ram[i])) {
            return "RAM";
        }
    }
    for (unsigned i = 0; i < check->system->server_count; i++) {
        const struct system_server *other = &check->system->server[i];

        for (unsigned j = 0; other != server && j < other->region_count; j++) {
            if (regions_overlap(region, &other->region[j])) {
                return other->name;
            }
        }
    }
    return NULL;
}

static bool region_sized(const struct system_region *region)
{
    return region->bytes != 0 && region->bytes <= SYSTEM_REGION_BYTES_MAX && !region_wraps(region);
}

bool region_first(struct check *check, int node, struct system_region *region)
{
    const void *tree = check->system->tree;
    int chain[CHECK_DEPTH_MAX];
    unsigned depth = ancestors_of(check, node, chain);

    return depth > 1 &&
           region_get(tree, node, cells_of(tree, chain[1]), 0, region) == REGION_FOUND &&
           region_translate(tree, chain, depth, region) && region_sized(region);
}

static bool region_check(struct check *check, struct system_server *server,
                         const struct system_region *region)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct mistake mistake = {.property = "match", .found = buffer};
    const char *conflict;

    text_format(&found, "0x%lx bytes at 0x%lx", (unsigned long)region->bytes,
                (unsigned long)region->address);
    if (!region_sized(region)) {
        refuse_found(check, server, &mistake, "registers of 1 byte to %u MiB",
                     SYSTEM_REGION_BYTES_MAX >> 20);
        return false;
    }
    conflict = region_conflict(check, server, region);
    if (conflict) {
        text_format(&found, ", shared with %s", conflict);
        refuse_found(check, server, &mistake, "registers that are nobody else's");
        return false;
    }
    return true;
}

/* Is what stands in `reg` below that node an address of the processor's? */
static bool is_memory_bus(const void *tree, int node)
{
    struct value ranges;

    return value_get(tree, node, "ranges", &ranges) ||
           fdt_node_check_compatible(tree, node, "simple-bus") == 0;
}

/* The cells of the node's first address on its bus; 0: it has none. */
static unsigned address_get(const void *tree, int bus, int node, struct value *reg)
{
    int cells = fdt_address_cells(tree, bus);

    if (cells < 1 || !value_get(tree, node, "reg", reg) || value_cells(reg) < (unsigned)cells) {
        return 0;
    }
    return (unsigned)cells;
}

/* Who else has the server's address on its bus, by which alone the bus's server tells them apart. */
static const struct system_server *address_owner(const struct check *check,
                                                 const struct system_server *server)
{
    const void *tree = check->system->tree;
    struct value own, reg;
    unsigned cells = address_get(tree, server->bus, server->device, &own);

    for (unsigned i = 0; i < check->system->server_count && cells; i++) {
        const struct system_server *other = &check->system->server[i];

        if (other != server && other->bus == server->bus &&
            address_get(tree, other->bus, other->device, &reg) == cells &&
            memcmp(own.data, reg.data, cells * sizeof(fdt32_t)) == 0) {
            return other;
        }
    }
    return NULL;
}

static void bus_set(struct check *check, struct system_server *server, int bus)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    const struct system_server *owner;

    server->bus = bus;
    owner = address_owner(check, server);
    if (owner) {
        text_format(&found, "that of %s", owner->name);
        refuse_found(check, server, &(struct mistake){"match", NULL, buffer},
                     "an address on its bus that is nobody else's");
    }
}

/* A node without `reg` below a block of mixed registers (syscon) has those of the block. */
static bool is_part_of_block(const void *tree, const int chain[])
{
    struct value reg;

    return !value_get(tree, chain[0], "reg", &reg) &&
           fdt_node_check_compatible(tree, chain[1], "syscon") == 0;
}

void regions_resolve(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    int ancestors[CHECK_DEPTH_MAX];
    const int *chain = ancestors;
    unsigned depth = ancestors_of(check, server->device, ancestors);
    enum region_found found = REGION_BAD;
    struct system_region region;

    if (depth > 2 && is_part_of_block(tree, chain)) {
        chain++;
        depth--;
    }

    if (depth > 2 && !is_memory_bus(tree, chain[1])) {
        bus_set(check, server, chain[1]);
        return;
    }
    for (unsigned i = 0; depth; i++) {
        found = region_get(tree, chain[0], cells_of(tree, chain[1]), i, &region);
        if (found != REGION_FOUND) {
            break;
        }
        if (i == STARTUP_REGION_MAX) {
            refuse_found(check, server, &(struct mistake){"match", NULL, "one with more"},
                         "a device with at most %u regions", STARTUP_REGION_MAX);
            return;
        }
        if (!region_translate(tree, chain, depth, &region)) {
            found = REGION_BAD;
            break;
        }
        if (!region_check(check, server, &region)) {
            return;
        }
        server->region[server->region_count++] = region;
    }
    if (found == REGION_BAD) {
        refuse_found(check, server,
                     &(struct mistake){"match", NULL, "one whose reg or bus does not tell them"},
                     "a device with registers that the processor can address");
    }
}
