/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to init. */
#include "system.h"

#include <lib/string.h>
#include <service/result.h>

#define PAGE_BYTES 4096u

static const struct startup_edge *edge(void)
{
    return program_use("system");
}

bool system_is_given(void)
{
    return edge() != NULL && edge()->buffer_bytes >= PAGE_BYTES;
}

struct answer system_ask(enum init_operation operation, uint64_t word)
{
    if (!system_is_given())
        return (struct answer){.status = STATUS_NO_RIGHT};
    return program_request(edge(), operation, 1, &word);
}

struct answer system_ask_named(enum init_operation operation, const char *name)
{
    return system_ask_about(operation, name, 0);
}

struct answer system_ask_about(enum init_operation operation, const char *name, uint64_t word)
{
    uint64_t words[] = {strlen(name), word};
    if (!system_is_given())
        return (struct answer){.status = STATUS_NO_RIGHT};
    if (words[0] <= PAGE_BYTES)
        memcpy((char *)(uintptr_t)edge()->buffer, name, words[0]);
    return program_request(edge(), operation, 2, words);
}

size_t system_copy(void *to, size_t bytes)
{
    if (bytes > edge()->buffer_bytes)
        bytes = edge()->buffer_bytes;
    memcpy(to, (const void *)(uintptr_t)edge()->buffer, bytes);
    return bytes;
}

bool system_server(unsigned index, struct init_server *server)
{
    struct answer answer = system_ask(INIT_SERVER, index);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return false;
    system_copy(server, sizeof(*server));
    server->name[sizeof(server->name) - 1] = '\0';
    server->why[sizeof(server->why) - 1] = '\0';
    return true;
}

bool system_server_named(const char *name, struct init_server *server)
{
    for (unsigned i = 0; system_server(i, server); i++) {
        if (strcmp(server->name, name) == 0)
            return true;
    }
    return false;
}

void *system_grow(size_t bytes)
{
    const struct startup_edge own = {.endpoint = SLOT_INIT};
    uint64_t word = (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    struct answer answer = program_request(&own, INIT_GROW, 1, &word);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return NULL;
    return (void *)(uintptr_t)(answer.word[0] - word);
}
