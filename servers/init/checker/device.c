/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From `match` to the hardware node a server drives, one owner each, and to its
 * registers as the processor sees them. A path, alias or phandle names one
 * node; a compatible takes the first that is enabled and free, and rather one
 * that nobody names. Who comes first in the tree is served first.
 */
#include <string.h>

#include "check.h"

#define TRANSLATE_CELLS_MAX 2

enum match_form { MATCH_NONE, MATCH_NAMED, MATCH_COMPATIBLE };

/* What `match` says. */
struct match {
    struct value value;
    enum match_form form;
    int node;             /* MATCH_NAMED: the node, or negative */
};

bool node_enabled(const void *tree, int node)
{
    struct value status;

    if (!value_get(tree, node, "status", &status)) {
        return true;
    }
    return value_is_string(&status) &&
           (strcmp(status.data, "okay") == 0 || strcmp(status.data, "ok") == 0);
}

static bool node_is_thole(const struct check *check, int node)
{
    return node >= check->system->node && (check->thole_end < 0 || node < check->thole_end);
}

static struct system_server *owner_of(const struct check *check, int node)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (check->system->server[i].device == node) {
            return &check->system->server[i];
        }
    }
    return NULL;
}

/* --- Registers ------------------------------------------------------------- */

/* The cells of addresses and sizes under a node. */
struct cells {
    int address;
    int size;
};

static struct cells cells_of(const void *tree, int node)
{
    return (struct cells){fdt_address_cells(tree, node), fdt_size_cells(tree, node)};
}

static bool cells_good(struct cells cells)
{
    return cells.address >= 1 && cells.address <= TRANSLATE_CELLS_MAX && cells.size >= 1 &&
           cells.size <= TRANSLATE_CELLS_MAX;
}

static uint64_t cells_take(const struct value *value, unsigned *index, int cells)
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

/* The nodes from the root to `node`; 0: it lies deeper than CHECK_DEPTH_MAX. */
static unsigned ancestors_of(const void *tree, int node, int chain[CHECK_DEPTH_MAX])
{
    unsigned count = 0;
    int parent;

    do {
        if (count == CHECK_DEPTH_MAX) {
            return 0;
        }
        chain[count++] = node;
        parent = fdt_parent_offset(tree, node);
        node = parent;
    } while (parent >= 0);
    return count;
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

/* Who else has these registers: NULL, or a name. */
static const char *region_conflict(const struct check *check, const struct system_server *server,
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

static bool region_check(struct check *check, struct system_server *server,
                         const struct system_region *region)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct mistake mistake = {.property = "match", .found = buffer};
    const char *conflict;

    text_format(&found, "0x%lx bytes at 0x%lx", (unsigned long)region->bytes,
                (unsigned long)region->address);
    if (region->bytes == 0 || region->bytes > SYSTEM_REGION_BYTES_MAX || region_wraps(region)) {
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

void regions_resolve(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    int chain[CHECK_DEPTH_MAX];
    unsigned depth = ancestors_of(tree, server->device, chain);
    enum region_found found = REGION_BAD;
    struct system_region region;

    for (unsigned i = 0; depth; i++) {
        found = region_get(tree, server->device, cells_of(tree, chain[1]), i, &region);
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

/* --- match ------------------------------------------------------------------ */

static bool compatible_known(const struct check *check, const char *compatible)
{
    return fdt_node_offset_by_compatible(check->system->tree, -1, compatible) >= 0;
}

static struct match match_read(const struct check *check, const struct system_server *server)
{
    const void *tree = check->system->tree;
    struct match match = {.form = MATCH_NONE, .node = -1};

    if (server->verdict == VERDICT_ERROR ||
        !value_get(tree, server->node, "match", &match.value)) {
        return match;
    }
    match.form = MATCH_NAMED;
    if (!value_is_string(&match.value)) {
        match.node = fdt_node_offset_by_phandle(tree, value_cell(&match.value, 0));
    } else if (match.value.data[0] != '/' && !fdt_get_alias(tree, match.value.data)) {
        match.form = MATCH_COMPATIBLE;
    } else {
        match.node = fdt_path_offset(tree, match.value.data);
    }
    return match;
}

static void no_hardware(struct check *check, struct system_server *server,
                        const struct mistake *mistake, const char *expected)
{
    enum verdict disabled = server->verdict;

    if (disabled == VERDICT_DISABLED) {
        server->verdict = VERDICT_NO_HARDWARE; /* nothing to tell: it was not asked for */
        return;
    }
    remark(check, server, VERDICT_NO_HARDWARE, mistake, expected);
}

static void device_set(struct check *check, struct system_server *server, int node)
{
    if (node_is_gic(check->system->tree, node)) {
        refuse_found(check, server, &(struct mistake){"match", NULL, "the interrupt controller"},
                     "a device that is not the kernel's own");
        return;
    }
    server->device = node;
    regions_resolve(check, server);
    interrupts_resolve(check, server);
}

static void match_named(struct check *check, struct system_server *server,
                        const struct match *match)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    const struct system_server *owner = owner_of(check, match->node);

    if (match->node < 0) {
        value_show(&found, &match->value);
        text_format(&found, ", which is not there");
        no_hardware(check, server, &(struct mistake){"match", NULL, buffer},
                    "a node of the hardware");
    } else if (node_is_thole(check, match->node) || match->node == 0) {
        refuse(check, server, &match->value, "a node of the hardware");
    } else if (!node_enabled(check->system->tree, match->node)) {
        no_hardware(check, server,
                    &(struct mistake){"match", NULL, "its device is disabled by the firmware"},
                    "a device that is enabled");
    } else if (owner && server->verdict == VERDICT_DISABLED) {
        no_hardware(check, server, NULL, NULL);
    } else if (owner) {
        value_show(&found, &match->value);
        text_format(&found, ", which /thole/%s drives", owner->name);
        refuse_found(check, server, &(struct mistake){"match", NULL, buffer},
                     "a device that no other server drives");
    } else {
        device_set(check, server, match->node);
    }
}

/* Offers every compatible string of the hardware. */
static void compatibles_offer(const struct check *check, struct nearest *nearest)
{
    const void *tree = check->system->tree;
    struct value value;
    unsigned names = 0;

    for (int node = fdt_next_node(tree, -1, NULL); node >= 0 && names < CHECK_NAMES_MAX;
         node = fdt_next_node(tree, node, NULL)) {
        if (node_is_thole(check, node) || !value_get(tree, node, "compatible", &value) ||
            !value_is_strings(&value)) {
            continue;
        }
        for (unsigned i = 0; value_string(&value, i); i++) {
            nearest_offer(nearest, value_string(&value, i));
            names++;
        }
    }
}

static void match_nothing(struct check *check, struct system_server *server,
                          const struct match *match, const struct system_server *owner)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct nearest nearest = nearest_to(match->value.data);
    bool known = compatible_known(check, match->value.data);

    if (owner && server->verdict != VERDICT_DISABLED) {
        text_format(&found, "none left: /thole/%s drives one", owner->name);
        refuse_found(check, server, &(struct mistake){"match", NULL, buffer},
                     "a free node compatible with %s", match->value.data);
        return;
    }
    if (!known && server->verdict != VERDICT_DISABLED) {
        compatibles_offer(check, &nearest);
    }
    text_format(&found, known ? "no enabled hardware is %s" : "no hardware is %s",
                match->value.data);
    no_hardware(check, server, &(struct mistake){"match", known ? NULL : nearest.name, buffer},
                "a compatible of the hardware");
}

static bool is_named(const struct check *check, int node)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        if (check->named[i] == node) {
            return true;
        }
    }
    return false;
}

static void match_compatible(struct check *check, struct system_server *server,
                             const struct match *match)
{
    const void *tree = check->system->tree;
    const struct system_server *owner = NULL;
    int best = -1;

    for (int node = fdt_node_offset_by_compatible(tree, -1, match->value.data); node >= 0;
         node = fdt_node_offset_by_compatible(tree, node, match->value.data)) {
        if (node_is_thole(check, node) || !node_enabled(tree, node)) {
            continue;
        }
        if (owner_of(check, node)) {
            owner = owner_of(check, node);
        } else if (!is_named(check, node)) {
            best = node;
            break;
        } else if (best < 0) {
            best = node;
        }
    }
    if (best >= 0) {
        device_set(check, server, best);
    } else {
        match_nothing(check, server, match, owner);
    }
}

/* One round over the servers of one verdict. */
static void devices_round(struct check *check, enum verdict verdict)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[i];
        struct match match = match_read(check, server);

        if (server->verdict != verdict || server->device >= 0) {
            continue;
        }
        if (match.form == MATCH_NAMED) {
            match_named(check, server, &match);
        } else if (match.form == MATCH_COMPATIBLE) {
            match_compatible(check, server, &match);
        }
    }
}

static void named_find(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        const struct system_server *server = &check->system->server[i];
        struct match match = match_read(check, server);

        check->named[i] = server->verdict == VERDICT_START ? match.node : -1;
    }
}

static void stdout_find(struct check *check)
{
    const void *tree = check->system->tree;
    struct value value;
    int chosen = fdt_path_offset(tree, "/chosen");
    int length;

    if (chosen < 0 || !value_get(tree, chosen, "stdout-path", &value) ||
        !value_is_string(&value)) {
        return;
    }
    /* "serial0:115200n8": what follows the colon is the line's settings. */
    length = (int)(strchr(value.data, ':') ? strchr(value.data, ':') - value.data
                                           : (long)strlen(value.data));
    check->system->stdout_node = fdt_path_offset_namelen(tree, value.data, length);
}

void devices_resolve(struct check *check)
{
    named_find(check);
    devices_round(check, VERDICT_START);
    devices_round(check, VERDICT_DISABLED);
    stdout_find(check);
}
