/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins and checks whatever trees come: the hardware tree is as long as its own
 * header says, and the system tree, if any, is what follows. Nothing may be read
 * outside them, and what comes out must hold together.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

#define INPUT_BYTES_MAX 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *program_at(void *context, unsigned index)
{
    (void)context;
    return index == 0 ? "pl011" : NULL;
}

/* As if slots held all kinds of devices. */
static const char *slot_at(void *context, uint64_t registers, uint32_t *device)
{
    (void)context;
    *device = (uint32_t)(registers >> 9) % 4;
    return *device == 3 ? "nothing that answers" : NULL;
}

static void count(void *context, const struct diagnostic *diagnostic)
{
    *(size_t *)context += strlen(diagnostic->path) + strlen(diagnostic->expected) +
                          strlen(diagnostic->found);
}

static void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* Whole properties, one behind the other, and nothing behind the last. */
static void config_require(const struct system *system, const struct system_server *server)
{
    static struct config config;
    uint32_t at = 0, length;

    system_config(system->tree, server, &config);
    require(config.bytes <= STARTUP_CONFIG_BYTES);
    while (at < config.bytes) {
        const uint8_t *end = memchr(config.data + at, '\0', config.bytes - at);

        require(end != NULL);
        at = (uint32_t)(end + 1 - config.data);
        require(config.bytes - at >= sizeof(length));
        memcpy(&length, config.data + at, sizeof(length));
        at += (uint32_t)sizeof(length);
        require(length <= config.bytes - at);
        at += length;
    }
}

static void server_require(const struct system *system, const struct system_server *server,
                           uint64_t placed)
{
    require(server->use_count + server->client_count <= STARTUP_EDGE_MAX);
    require(server->priority < PRIORITY_COUNT);
    require(server->bus < 0 || server->region_count == 0);
    require(!server->stranded || !system_startable(server));
    require(server->window_count <= SYSTEM_WINDOWS_MAX);
    config_require(system, server);
    for (unsigned i = 0; i < server->window_count; i++) {
        require(server->window[i].bytes <= UINT64_MAX - server->window[i].address);
    }
    for (unsigned j = 0; j < server->use_count; j++) {
        const struct system_use *use = &server->use[j];

        require(use->server < system->server_count);
        /* A use is called as its server, which may have no name: neither is started then. */
        require(use->name[0] != '\0' || server->verdict != VERDICT_START);
        require(memchr(use->name, '\0', sizeof(use->name)) != NULL);
        require(use->cells <= STARTUP_EDGE_CELLS);
        if (server->verdict == VERDICT_START) {
            require(placed >> use->server & 1);
            require(use->optional || system->server[use->server].verdict == VERDICT_START);
        }
    }
}

static void system_require(const struct system *system)
{
    uint64_t placed = 0;

    for (unsigned i = 0; i < system->server_count; i++) {
        require(system->order[i] < system->server_count);
        placed |= (uint64_t)1 << system->order[i];
        server_require(system, &system->server[system->order[i]], placed);
    }
    require((unsigned)__builtin_popcountll(placed) == system->server_count);
}

/* An allocation of exactly that size, so that the sanitizer sees each step outside. */
static void *copy_of(const uint8_t *data, size_t bytes)
{
    void *copy = malloc(bytes ? bytes : 1);

    memcpy(copy, data, bytes);
    return copy;
}

/* What the header's second word says, at most all there is. */
static size_t total_of(const uint8_t *data, size_t bytes)
{
    size_t total = bytes;

    if (bytes >= 8) {
        total = (size_t)data[4] << 24 | (size_t)data[5] << 16 | (size_t)data[6] << 8 | data[7];
    }
    return total < bytes ? total : bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static char merged[2 * INPUT_BYTES_MAX + 4 * TREE_MERGE_SLACK] __attribute__((aligned(8)));
    static struct system system;
    size_t hardware_bytes, said = 0;
    void *hardware, *own;

    if (bytes > INPUT_BYTES_MAX) {
        return 0;
    }
    hardware_bytes = total_of(data, bytes);
    hardware = copy_of(data, hardware_bytes);
    own = copy_of(data + hardware_bytes, bytes - hardware_bytes);
    if (!tree_merge(hardware, hardware_bytes, hardware_bytes < bytes ? own : NULL,
                    bytes - hardware_bytes, merged,
                    tree_merge_room(hardware, hardware_bytes, own, bytes - hardware_bytes))) {
        system_check(&system, &(struct system_input){.tree = merged,
                                                     .memory = system_ram_bytes(merged),
                                                     .cores = system_cores(merged),
                                                     .program = program_at,
                                                     .virtio_device = slot_at,
                                                     .report = count,
                                                     .context = &said});
        system_require(&system);
    }
    free(hardware);
    free(own);
    return 0;
}
