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

/* What is taken at boot and kept, whether it is started then or not. */
static uint64_t memory_kept(const struct check *check, const struct system_server *server)
{
    uint64_t bytes = SYSTEM_SERVER_BYTES + system_dma_bytes(server);

    for (unsigned i = 0; i < server->use_count; i++) {
        const struct system_use *use = &server->use[i];

        bytes += system_startable(&check->system->server[use->server]) ? use->buffer_bytes : 0;
    }
    return bytes;
}

static void memory_take(struct check *check, struct system_server *server, uint64_t *left)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    uint64_t bytes = memory_kept(check, server) + ((uint64_t)server->memory_kib << 10);

    if (bytes <= *left) {
        *left -= bytes;
        return;
    }
    text_format(&found, "%u", server->memory_kib);
    refuse_found(check, server, &(struct mistake){"memory-kib", NULL, buffer},
                 "at most %lu, what is left of the memory", (unsigned long)(*left >> 10));
}

/* Who is not started at boot gets what is left then; the rest of it when it is started. */
static void memory_keep(struct check *check, struct system_server *server, uint64_t *left)
{
    char buffer[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    uint64_t bytes = memory_kept(check, server);

    if (bytes <= *left) {
        *left -= bytes;
        return;
    }
    text_format(&found, "%lu KiB for its device, buffers and objects",
                (unsigned long)(bytes >> 10));
    refuse_found(check, server, &(struct mistake){NULL, NULL, buffer},
                 "at most %lu KiB, what is left of the memory", (unsigned long)(*left >> 10));
}

/* It may be that others are stopped first, and that nobody ever wants it: no mistake. */
static void memory_hint(struct check *check, const struct system_server *server, uint64_t left)
{
    char buffer[CHECK_TEXT_BYTES], wanted[CHECK_TEXT_BYTES];
    struct text found = text_in(buffer, sizeof(buffer));
    struct text expected = text_in(wanted, sizeof(wanted));

    text_format(&found, "%u: it can be started only when others are stopped", server->memory_kib);
    text_format(&expected, "at most %lu, what is left of the memory", (unsigned long)(left >> 10));
    hint(check, server, &(struct mistake){"memory-kib", NULL, buffer}, wanted);
}

void memory_check(struct check *check)
{
    struct system *system = check->system;
    uint64_t left = check->input->memory;

    for (unsigned i = 0; i < system->server_count; i++) {
        if (system->server[system->order[i]].verdict == VERDICT_START) {
            memory_take(check, &system->server[system->order[i]], &left);
        }
    }
    for (unsigned i = 0; i < system->server_count; i++) {
        struct system_server *server = &system->server[system->order[i]];

        if (system_startable(server) && server->verdict != VERDICT_START) {
            memory_keep(check, server, &left);
        }
    }
    for (unsigned i = 0; i < system->server_count; i++) {
        const struct system_server *server = &system->server[i];

        if (system_startable(server) && server->verdict != VERDICT_START &&
            (uint64_t)server->memory_kib << 10 > left) {
            memory_hint(check, server, left);
        }
    }
}
