/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel takes from the hardware's device tree: struct platform.
 * One walk from first to last token (and a shorter one before it, for its form
 * and stdout-path), even if the tree breaks off; a node is understood when its head of properties is complete.
 * No phandle is followed and nothing is looked up, so nothing can be cyclic.
 * A tree that is not one is refused; an odd region is left out with one line.
 * Holds no pointers in static data: it runs before the kernel is relocated.
 */
#include "devicetree.h"
#include "print.h"

#define REG_ENTRIES_MAX  64u   /* of one node, or of one `ranges` */
#define ODD_NAME_BYTES   48u

/* The properties that are kept while a node's head is read. */
static const char property_names[PROPERTY_COUNT][24] = {
    [PROPERTY_ADDRESS_CELLS] = "#address-cells",
    [PROPERTY_SIZE_CELLS] = "#size-cells",
    [PROPERTY_INTERRUPT_CELLS] = "#interrupt-cells",
    [PROPERTY_REDISTRIBUTORS] = "#redistributor-regions",
    [PROPERTY_COMPATIBLE] = "compatible",
    [PROPERTY_DEVICE_TYPE] = "device_type",
    [PROPERTY_STATUS] = "status",
    [PROPERTY_REG] = "reg",
    [PROPERTY_RANGES] = "ranges",
    [PROPERTY_INTERRUPTS] = "interrupts",
    [PROPERTY_METHOD] = "method",
    [PROPERTY_MODEL] = "model",
    [PROPERTY_STDOUT] = "stdout-path",
    [PROPERTY_ARCHIVE_START] = "linux,initrd-start",
    [PROPERTY_ARCHIVE_END] = "linux,initrd-end",
    [PROPERTY_SYSTEM_TREE] = "thole,system",
    [PROPERTY_ENABLE_METHOD] = "enable-method",
    [PROPERTY_RELEASE_ADDRESS] = "cpu-release-addr",
    [PROPERTY_NO_MAP] = "no-map",
};

void devicetree_odd(struct devicetree *dt, const char *what, uint64_t value)
{
    const char *node = dt->depth <= 1 ? "/" : devicetree_here(dt)->name;
    unsigned count = dt->out->oddity_count;
    if (count < PLATFORM_ODDITIES_MAX)
        dt->out->oddity[count] = (struct platform_oddity){ node, what, value };
    if (count <= PLATFORM_ODDITIES_MAX)
        dt->out->oddity_count++;
}

void devicetree_tell(const struct platform *platform)
{
    char name[ODD_NAME_BYTES];
    for (unsigned i = 0; i < platform->oddity_count && i < PLATFORM_ODDITIES_MAX; i++) {
        const struct platform_oddity *oddity = &platform->oddity[i];
        fdt_text_copy(name, sizeof name, oddity->node);
        kernel_print("device tree: %s: %s (0x%lx)\n", name, oddity->what, oddity->value);
    }
    if (platform->oddity_count > PLATFORM_ODDITIES_MAX)
        kernel_print("device tree: there is more of the kind, not shown\n");
}

struct level *devicetree_here(struct devicetree *dt)
{
    return &dt->level[dt->depth == 0 ? 0 : dt->depth - 1];
}

bool devicetree_compatible(const struct devicetree *dt, const char *with)
{
    return fdt_lists(dt->property[PROPERTY_COMPATIBLE], with);
}

bool devicetree_enabled(const struct devicetree *dt)
{
    struct fdt_value status = dt->property[PROPERTY_STATUS];
    return status.bytes == NULL || fdt_lists(status, "okay") || fdt_lists(status, "ok");
}

/* --- Addresses ---------------------------------------------------------- */

/* Numbers of one or two cells are all that the kernel can use. */
static bool cells_usable(uint32_t cells)
{
    return cells == 1 || cells == 2;
}

/* One step up: through the `ranges` of `bus`, whose parent is `above`. */
static bool translate_once(const struct level *bus, const struct level *above, struct region *region)
{
    if (bus->ranges.bytes == NULL)
        return bus->role == ROLE_RESERVED_MEMORY;   /* then it means the same as empty */
    if (bus->ranges.length == 0)
        return true;
    if (!cells_usable(bus->address_cells) || !cells_usable(above->address_cells) ||
        !cells_usable(bus->size_cells))
        return false;
    uint32_t up = bus->address_cells, size = up + above->address_cells;
    uint32_t entry = size + bus->size_cells;
    uint32_t count = bus->ranges.length / (entry * FDT_CELL_BYTES);
    for (uint32_t i = 0; i < count && i < REG_ENTRIES_MAX; i++) {
        uint64_t from = fdt_cells(bus->ranges, i * entry, bus->address_cells);
        uint64_t to = fdt_cells(bus->ranges, i * entry + up, above->address_cells);
        uint64_t bytes = fdt_cells(bus->ranges, i * entry + size, bus->size_cells);
        uint64_t offset = region->start.value - from;
        if (region->start.value < from || offset >= bytes || region->bytes > bytes - offset)
            continue;
        if (to > UINT64_MAX - offset)
            return false;
        region->start.value = to + offset;
        return true;
    }
    return false;
}

/* From an address on the current node's bus to one of the CPU's. */
static bool translate(const struct devicetree *dt, struct region *region)
{
    for (unsigned bus = dt->depth - 2; bus > 0; bus--)
        if (!translate_once(&dt->level[bus], &dt->level[bus - 1], region))
            return false;
    return true;
}

bool devicetree_region(struct devicetree *dt, uint32_t index, struct region *out)
{
    *out = (struct region){ { 0 }, 0 };
    struct fdt_value reg = dt->property[PROPERTY_REG];
    if (dt->depth < 2 || reg.bytes == NULL)
        return false;
    const struct level *parent = &dt->level[dt->depth - 2];
    if (!cells_usable(parent->address_cells) || !cells_usable(parent->size_cells))
        return false;
    uint32_t entry = parent->address_cells + parent->size_cells;
    uint32_t count = reg.length / (entry * FDT_CELL_BYTES);
    if (index == 0 && reg.length % (entry * FDT_CELL_BYTES) != 0)
        devicetree_odd(dt, "reg is cut off: its length is no multiple of its entries'", reg.length);
    if (index == REG_ENTRIES_MAX && index < count)
        devicetree_odd(dt, "reg has more entries than are used", count);
    if (index >= count || index >= REG_ENTRIES_MAX)
        return false;

    struct region region = {
        { fdt_cells(reg, index * entry, parent->address_cells) },
        fdt_cells(reg, index * entry + parent->address_cells, parent->size_cells),
    };
    if (region.bytes == 0 || !translate(dt, &region))
        return true;
    if (!region_valid(region))
        devicetree_odd(dt, "a region wraps or lies beyond physical memory", region.start.value);
    if (region_valid(region))
        *out = region;
    else if (devicetree_here(dt)->role == ROLE_RESERVED_REGION)
        *out = region_clip(region);
    return true;
}

/* --- The walk ------------------------------------------------------------ */

/* A cell count that is out of bounds makes what lies below have no address. */
static uint32_t cells_of(struct devicetree *dt, enum property property, uint32_t otherwise)
{
    struct fdt_value value = dt->property[property];
    if (value.bytes == NULL)
        return otherwise;
    uint32_t cells = fdt_cell(value, 0);
    if (value.length == FDT_CELL_BYTES && cells <= CELLS_MAX)
        return cells;
    devicetree_odd(dt, "an impossible number of cells: no address below is used", cells);
    return CELLS_MAX;
}

/* The node's head is complete: its children can refer to it, and it gets its meaning. */
static void node_settle(struct devicetree *dt)
{
    if (!dt->head_open)
        return;
    dt->head_open = false;
    struct level *here = devicetree_here(dt);
    here->address_cells = cells_of(dt, PROPERTY_ADDRESS_CELLS, 2);
    here->size_cells = cells_of(dt, PROPERTY_SIZE_CELLS, 1);
    here->ranges = dt->property[PROPERTY_RANGES];
    platform_node(dt);
}

/*
 * How far stdout-path has been followed: the offset behind this node's name, or
 * PATH_ELSEWHERE. A component without a unit address matches any. Only the next
 * component, or the path's end, tells whether this one was whole.
 */
static uint32_t path_follow(const char *path, uint32_t at, const char *name)
{
    if (path == NULL || at == PATH_ELSEWHERE || path[at] != '/')
        return PATH_ELSEWHERE;
    at++;
    while (*name != '\0' && path[at] == *name) {
        at++;
        name++;
    }
    return *name == '\0' || *name == '@' ? at : PATH_ELSEWHERE;
}

static void node_begin(struct devicetree *dt, const char *name)
{
    node_settle(dt);
    unsigned depth = dt->depth++;
    uint32_t path_at = 0;
    if (depth > 0)
        path_at = path_follow(dt->stdout_path, dt->level[depth - 1].path_at, name);
    dt->level[depth] = (struct level){ .name = name, .role = ROLE_ROOT, .path_at = path_at };
    dt->head_open = true;
    for (unsigned i = 0; i < PROPERTY_COUNT; i++)
        dt->property[i] = (struct fdt_value){ NULL, 0 };
}

static void node_end(struct devicetree *dt)
{
    node_settle(dt);
    dt->depth--;
}

static void property_keep(struct devicetree *dt, const struct fdt_cursor *cursor)
{
    for (unsigned i = 0; i < PROPERTY_COUNT; i++)
        if (cursor->name[0] == property_names[i][0] &&
            fdt_text_equal(cursor->name, property_names[i])) {
            dt->property[i] = cursor->value;
            return;
        }
}

static const char *walk(struct devicetree *dt)
{
    struct fdt_cursor cursor;
    fdt_start(&cursor, &dt->fdt);
    for (;;) {
        switch (fdt_next(&cursor)) {
        case FDT_ITEM_NODE: node_begin(dt, cursor.name); break;
        case FDT_ITEM_NODE_END: node_end(dt); break;
        case FDT_ITEM_PROPERTY: property_keep(dt, &cursor); break;
        case FDT_ITEM_FINISHED: return NULL;
        case FDT_ITEM_BROKEN: return cursor.error;
        }
    }
}

/* --- stdout-path ----------------------------------------------------------- */

/* The value of the alias whose name is `path` up to its end or ':', or NULL. */
static const char *alias_find(struct fdt_cursor cursor, const char *path)
{
    while (fdt_next(&cursor) == FDT_ITEM_PROPERTY) {
        uint32_t i = 0;
        while (i < ALIAS_BYTES && path[i] != '\0' && path[i] == cursor.name[i])
            i++;
        if (cursor.name[i] == '\0' && (path[i] == '\0' || path[i] == ':'))
            return fdt_string(cursor.value);
    }
    return NULL;
}

/* Checks the form of the whole tree and finds the path of the UART for early output. */
static const char *scout(struct devicetree *dt)
{
    struct fdt_cursor cursor, aliases;
    const char *path = NULL, *node = "";
    fdt_start(&cursor, &dt->fdt);
    aliases = cursor;
    for (;;) {
        enum fdt_item item = fdt_next(&cursor);
        if (item == FDT_ITEM_BROKEN || item == FDT_ITEM_FINISHED)
            break;
        if (item == FDT_ITEM_NODE)
            node = cursor.depth == 2 ? cursor.name : "";
        if (item == FDT_ITEM_NODE && fdt_text_equal(node, "aliases"))
            aliases = cursor;
        if (item == FDT_ITEM_PROPERTY && fdt_text_equal(node, "chosen") &&
            fdt_text_equal(cursor.name, property_names[PROPERTY_STDOUT]))
            path = fdt_string(cursor.value);
    }
    if (path != NULL && path[0] != '/')
        path = alias_find(aliases, path);
    dt->stdout_path = path;
    return cursor.error;
}

/* --- What the kernel calls --------------------------------------------------- */

static const char *start(struct devicetree *dt, const void *tree, size_t limit)
{
    *dt->out = (struct platform){ 0 };
    return fdt_open(&dt->fdt, tree, limit);
}

const char *devicetree_read(const void *tree, size_t limit, struct platform *out)
{
    struct devicetree dt = { .out = out };
    const char *error = start(&dt, tree, limit), *refusal;
    if (error != NULL)
        return error;
    error = scout(&dt);
    platform_reservations(&dt);
    (void)walk(&dt); /* breaks where the scout did */
    refusal = platform_finish(&dt);
    return error != NULL ? error : refusal;
}

size_t devicetree_bytes(const void *tree, size_t limit)
{
    return fdt_bytes(tree, limit);
}
