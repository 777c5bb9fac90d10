/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What follows from the nodes together: in which order servers start, who is
 * left out because another is, and whether there is memory for all.
 */
#include <string.h>

#include "check.h"

/* Whoever is used comes first; among equals, the order of the tree. */
void order_set(struct check *check)
{
    struct system *system = check->system;
    uint64_t placed = 0;
    unsigned count = 0;

    while (count < system->server_count) {
        unsigned next = 0;

        /* In a circle nobody is first: then they stand as in the tree, and none starts. */
        while (placed >> next & 1) {
            next++;
        }
        for (unsigned i = 0; i < system->server_count; i++) {
            if (!(placed >> i & 1) && !(check->reach[i] & ~placed)) {
                next = i;
                break;
            }
        }
        placed |= (uint64_t)1 << next;
        system->order[count++] = (uint8_t)next;
    }
}

static const char *absence(const struct system_server *server)
{
    switch (server->verdict) {
    case VERDICT_DISABLED:
        return "disabled";
    case VERDICT_NO_HARDWARE:
        return "without hardware";
    case VERDICT_ERROR:
        return "in error";
    default:
        return "not started";
    }
}

static void need_check(struct check *check, struct system_server *server)
{
    char buffer[SYSTEM_WHY_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));

    for (unsigned i = 0; i < server->use_count; i++) {
        const struct system_server *used = &check->system->server[server->use[i].server];

        if (server->use[i].optional || used->verdict == VERDICT_START) {
            continue;
        }
        text_format(&found, "needs %s, which is %s", used->name, absence(used));
        remark(check, server, VERDICT_NEEDS, &(struct mistake){"uses", NULL, buffer},
               "servers that are started");
        return;
    }
}

/* In the order of starting, one pass is enough. */
void needs_spread(struct check *check)
{
    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[check->system->order[i]];

        if (server->verdict == VERDICT_START) {
            need_check(check, server);
        }
    }
}

static uint64_t memory_of(const struct system_server *server)
{
    uint64_t bytes = SYSTEM_SERVER_BYTES + ((uint64_t)server->memory_kib << 10) +
                     system_dma_bytes(server);

    for (unsigned i = 0; i < server->use_count; i++) {
        bytes += server->use[i].buffer_bytes;
    }
    return bytes;
}

void memory_check(struct check *check)
{
    uint64_t left = check->input->memory;

    for (unsigned i = 0; i < check->system->server_count; i++) {
        struct system_server *server = &check->system->server[check->system->order[i]];
        char buffer[CHECK_TEXT_BYTES];
        struct text found = text_in(buffer, sizeof(buffer));

        if (server->verdict != VERDICT_START) {
            continue;
        }
        if (memory_of(server) > left) {
            text_format(&found, "%u", server->memory_kib);
            refuse_found(check, server, &(struct mistake){"memory-kib", NULL, buffer},
                         "at most %lu, what is left of the memory", (unsigned long)(left >> 10));
            continue;
        }
        left -= memory_of(server);
    }
}
