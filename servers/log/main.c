/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log's protocol, include/service/log.h. Writers ask nobody: each has a ring in
 * the buffer it shares with this server, which reads them all when it is asked to.
 * It keeps no state, so its death loses nothing.
 */
#include <lib/server.h>
#include <lib/string.h>
#include <service/log.h>
#include <service/result.h>

#include "merge.h"

/* The second half of a client's buffer carries requests, the first half is its ring. */
static char *area_of(const struct startup_edge *edge)
{
    return (char *)(uintptr_t)(edge->buffer + edge->buffer_bytes / 2);
}

/* init's buffer is all ring: it asks nothing. */
static bool open_ring(const struct startup_edge *edge, struct reader *reader)
{
    bool is_init = strcmp(edge->name, "init") == 0;
    size_t room = is_init ? edge->buffer_bytes : edge->buffer_bytes / 2;
    return edge->buffer != 0 &&
           reader_open(reader, (const struct log_ring *)(uintptr_t)edge->buffer, room);
}

static const struct startup_edge *client_called(const char *name)
{
    const struct startup *startup = program_startup();
    for (unsigned i = 0; i < startup->edge_count && i < STARTUP_EDGE_MAX; i++) {
        const struct startup_edge *edge = &startup->edge[i];
        if (edge->kind == EDGE_PROVIDE && strncmp(edge->name, name, STARTUP_NAME_BYTES) == 0)
            return edge;
    }
    return NULL;
}

/* Whole lines of one ring; positions are bytes of that ring. */
static uint64_t read_one(const struct startup_edge *edge, uint64_t position, char *text,
                         size_t limit, size_t *size)
{
    struct reader reader;
    struct reader_line line;
    *size = 0;
    if (!open_ring(edge, &reader))
        return 0;
    reader_seek(&reader, position);
    for (;;) {
        uint64_t before = reader.next;
        if (!reader_next(&reader, &line))
            return 0;
        if (line.size > limit - *size)
            return *size > 0 ? before : 0;
        memcpy(text + *size, line.text, line.size);
        *size += line.size;
    }
}

static uint64_t read_all(uint64_t position, char *text, size_t limit, size_t *size)
{
    static struct merge_source source[MERGE_RINGS];
    const struct startup *startup = program_startup();
    unsigned count = 0;
    for (unsigned i = 0; i < startup->edge_count && i < STARTUP_EDGE_MAX; i++) {
        const struct startup_edge *edge = &startup->edge[i];
        if (edge->kind != EDGE_PROVIDE || !open_ring(edge, &source[count].reader))
            continue;
        source[count].name = edge->name;
        count++;
    }
    return merge_text(source, count, position, text, limit, size);
}

static uint32_t op_read(struct request *request)
{
    const struct startup_edge *client = request->client;
    size_t limit = client->buffer_bytes / 2, size;
    size_t name_bytes = request->word[0];
    char name[STARTUP_NAME_BYTES] = {0};
    if (client->buffer == 0 || name_bytes >= STARTUP_NAME_BYTES || name_bytes > limit)
        return SERVICE_BAD_ARGUMENT;
    memcpy(name, area_of(client), name_bytes);

    uint64_t position = request->word[1], next;
    if (name_bytes == 0) {
        next = read_all(position, area_of(client), limit, &size);
    } else {
        const struct startup_edge *edge = client_called(name);
        if (edge == NULL)
            return SERVICE_NOT_FOUND;
        next = read_one(edge, position, area_of(client), limit, &size);
    }
    request->word[0] = size;
    request->word[1] = next;
    request->words = 2;
    return SERVICE_OK;
}

int main(void)
{
    static const server_operation operation[] = {[LOG_READ] = op_read};
    static const struct server server = {.operation = operation, .operations = COUNT_OF(operation)};
    server_run(&server);
}
