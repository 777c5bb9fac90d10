/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which memory a device can reach by itself, and by which addresses: through the
 * `dma-ranges` of the buses above it (Devicetree Specification 0.4, 2.3.9). A bus
 * that has none, or an empty one, passes all addresses on as they are: trees leave
 * it out where there is nothing to say.
 */
#include <string.h>

#include "check.h"

struct windows {
    unsigned count;
    struct system_window window[SYSTEM_WINDOWS_MAX];
};

static bool range_wraps(uint64_t start, uint64_t bytes)
{
    return bytes > UINT64_MAX - start;
}

/* What of a window a bus passes on; nothing, where an entry of its ranges is absurd. */
static void window_pass(const struct system_window *window, const struct system_window *entry,
                        struct windows *passed)
{
    uint64_t start = window->address > entry->bus ? window->address : entry->bus;
    uint64_t window_end = window->address + window->bytes, entry_end = entry->bus + entry->bytes;
    uint64_t end = window_end < entry_end ? window_end : entry_end;

    /* Where the bus's side wraps, its end is before its start. */
    if (range_wraps(entry->address, entry->bytes) || start >= end ||
        passed->count == SYSTEM_WINDOWS_MAX) {
        return;
    }
    passed->window[passed->count++] = (struct system_window){
        .address = entry->address + (start - entry->bus),
        .bus = window->bus + (start - window->address),
        .bytes = end - start,
    };
}

static void windows_pass(const void *tree, int bus, int parent, struct windows *windows)
{
    struct cells child = cells_of(tree, bus), up = cells_of(tree, parent);
    struct windows passed = {.count = 0};
    unsigned entry = (unsigned)(child.address + up.address + child.size);
    struct value ranges;

    if (!value_get(tree, bus, "dma-ranges", &ranges) || ranges.bytes == 0) {
        return;
    }
    for (unsigned at = 0;
         cells_good(child) && cells_good(up) && at + entry <= value_cells(&ranges);) {
        struct system_window through;

        through.bus = cells_take(&ranges, &at, child.address);
        through.address = cells_take(&ranges, &at, up.address);
        through.bytes = cells_take(&ranges, &at, child.size);
        for (unsigned i = 0; i < windows->count; i++) {
            window_pass(&windows->window[i], &through, &passed);
        }
    }
    *windows = passed;
}

/* The nearest node that says anything decides. */
static bool is_coherent(const void *tree, const int chain[], unsigned depth)
{
    struct value value;

    for (unsigned i = 0; i < depth; i++) {
        if (value_get(tree, chain[i], "dma-noncoherent", &value)) {
            return false;
        }
        if (value_get(tree, chain[i], "dma-coherent", &value)) {
            return true;
        }
    }
    return false;
}

static void windows_find(struct check *check, struct system_server *server)
{
    const void *tree = check->system->tree;
    struct windows windows = {1, {{0, 0, UINT64_MAX}}};
    int chain[CHECK_DEPTH_MAX];
    unsigned depth = ancestors_of(check, server->device, chain);

    for (unsigned i = 1; i + 1 < depth; i++) {
        windows_pass(tree, chain[i], chain[i + 1], &windows);
    }
    server->dma_coherent = is_coherent(tree, chain, depth);
    server->window_count = windows.count;
    memcpy(server->window, windows.window, sizeof(windows.window));
}

void dma_resolve(struct check *check, struct system_server *server)
{
    struct mistake mistake = {.property = "dma-kib"};

    if (server->dma_kib == 0 || server->verdict == VERDICT_ERROR) {
        return;
    }
    windows_find(check, server);
    if (server->region_count == 0 || server->window_count == 0) {
        mistake.found = server->window_count ? "one without registers"
                                             : "one whose bus passes none on";
        refuse_found(check, server, &mistake, "a device that can reach memory");
    }
}
