/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's protocol, include/service/console.h: requests wait at their clients
 * and are worked off, as far as the serial line permits, whenever something has
 * come. Writes go first, one after the other; then init's notices; then the reader
 * at the head edits its line, which is taken off the screen while others write.
 */
#include <lib/string.h>
#include <lib/server.h>
#include <service/console.h>
#include <service/result.h>

#include "keep.h"
#include "line.h"
#include "notices.h"
#include "screen.h"

#define CLIENTS 8

/* A client has one request at a time: its text lies in the one buffer. */
struct client {
    const struct startup_edge *edge;
    uint32_t operation; /* that waits; 0: none */
    unsigned reply;     /* 0: it is the request being handled */
    uint32_t result;    /* of that one, once it no longer waits */
    size_t bytes;       /* of text or prompt in the buffer */
    size_t done;        /* of text on its way */
    uint64_t turn;
    struct history history;
};

static struct {
    struct client client[CLIENTS];
    uint64_t turns;
    struct line line;
    const struct client *owner; /* of what stands in the line; NULL: nobody */
    bool shown;                 /* prompt and line are on the screen */
    bool notice_cut;            /* a line of init's is on the screen in part: it goes on first */
} console;

static char *buffer_of(const struct client *client)
{
    return (char *)(uintptr_t)client->edge->buffer;
}

static struct client *client_of(const struct startup_edge *edge)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client *client = &console.client[i];
        if (client->edge == NULL)
            client->edge = edge;
        if (client->edge == edge)
            return client;
    }
    return NULL;
}

/* Who has waited longest with this operation, so that what has begun is finished first. */
static struct client *next_with(uint32_t operation)
{
    struct client *next = NULL;
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client *client = &console.client[i];
        if (client->operation == operation && (next == NULL || client->turn < next->turn))
            next = client;
    }
    return next;
}

static void finish(struct client *client, uint32_t result, size_t bytes)
{
    uint64_t word = bytes;
    client->result = result;
    client->bytes = bytes;
    client->operation = 0;
    if (client->reply != 0)
        server_answer(client->reply, result, 1, &word);
    client->reply = 0;
}

/* Makes the row free for other text; true: that had to be staged first. */
static bool clear_row(void)
{
    if (!console.shown)
        return false;
    line_hide(screen_stage());
    console.shown = false;
    return true;
}

/* The steps below answer: was there something to do that could be done? */

static bool step_write(struct client *client)
{
    if (clear_row())
        return true;
    size_t left = client->bytes - client->done;
    client->done += screen_send(buffer_of(client) + client->done, left);
    if (client->done < client->bytes)
        return false;
    finish(client, SERVICE_OK, client->bytes);
    return true;
}

static bool step_notices(const char *bytes, size_t size)
{
    if (clear_row())
        return true;
    if (!console.notice_cut)
        screen_end_partial();
    if (!screen_flush())
        return false;
    size_t sent = screen_send(bytes, size);
    if (sent > 0)
        console.notice_cut = bytes[sent - 1] != '\n';
    notices_shown(sent);
    return sent > 0;
}

/*
 * An empty prompt stands for what the client wrote before on the same row. A line
 * that this client left unfinished, when it or the console died, goes on.
 */
static void begin_line(struct client *client)
{
    struct line *line = &console.line;
    char prompt[LINE_PROMPT_BYTES];
    size_t prompt_size = client->bytes;
    memcpy(prompt, buffer_of(client), prompt_size);
    if (prompt_size == 0)
        prompt_size = screen_take_partial(prompt);

    char typed[LINE_BYTES];
    size_t typed_size = console.owner == client ? line->size : 0;
    memcpy(typed, line->text, typed_size);
    line_begin(line, &client->history, prompt, prompt_size);
    line_insert(line, typed, typed_size);
    keep_take_line(client->edge->name, line);
    console.owner = client;
    client->done = 1;
}

static bool step_show(struct client *client)
{
    if (client->done == 0)
        begin_line(client);
    screen_end_partial();
    line_show(&console.line, screen_stage());
    console.shown = true;
    return true;
}

/*
 * It is kept no more before the client, on another core, can act on it: it may have the
 * console killed, whose successor would go on with the line.
 */
static void finish_line(struct client *client)
{
    struct line *line = &console.line;
    size_t size = line->size;
    history_add(&client->history, line->text, size);
    memcpy(buffer_of(client), line->text, size);
    console.owner = NULL;
    console.shown = false;
    line->size = 0;
    keep_set_line(client->edge->name, line);
    finish(client, SERVICE_OK, size);
}

static bool step_read(struct client *client)
{
    uint8_t byte;
    if (!console.shown)
        return step_show(client);
    if (!screen_byte(&byte))
        return false;
    if (line_byte(&console.line, byte, screen_stage()) == LINE_DONE)
        finish_line(client);
    else
        keep_set_line(client->edge->name, &console.line);
    return true;
}

static bool step(void)
{
    struct client *writer = next_with(CONSOLE_WRITE);
    size_t size;
    const char *text = notices_text(&size);
    if (writer != NULL && !(console.notice_cut && size > 0))
        return step_write(writer);
    if (size > 0)
        return step_notices(text, size);
    struct client *reader = next_with(CONSOLE_READ_LINE);
    return reader != NULL && step_read(reader);
}

static void work(void)
{
    while (screen_flush() && step()) {
    }
    screen_signal();
}

/* A client that died asks anew while its old request waits: the new one takes its place. */
static void replace(struct client *client)
{
    if (client->operation == 0)
        return;
    finish(client, SERVICE_BUSY, 0);
    clear_row();
}

static uint32_t enter(struct request *request, size_t limit)
{
    size_t bytes = request->word[0];
    if (bytes > limit || bytes > request->client->buffer_bytes)
        return SERVICE_BAD_ARGUMENT;
    struct client *client = client_of(request->client);
    if (client == NULL)
        return SERVICE_BUSY;
    replace(client);
    client->operation = request->operation;
    client->bytes = bytes;
    client->done = 0;
    client->turn = console.turns++;
    work();
    if (client->operation == 0) {
        request->word[0] = client->bytes;
        request->words = 1;
        return client->result;
    }
    client->reply = server_set_aside();
    if (client->reply == 0) {
        client->operation = 0;
        return SERVICE_BUSY;
    }
    return SERVER_LATER;
}

static uint32_t op_write(struct request *request)
{
    return enter(request, SIZE_MAX);
}

static uint32_t op_read_line(struct request *request)
{
    if (request->client->buffer_bytes < LINE_BYTES)
        return SERVICE_BAD_ARGUMENT;
    return enter(request, LINE_PROMPT_BYTES);
}

static uint32_t op_pending(struct request *request)
{
    request->word[0] = screen_pending();
    request->words = 1;
    return SERVICE_OK;
}

/* After a death the row may still hold the line that was being edited. */
static void on_start(void)
{
    if (program_startup()->incarnation > 0)
        line_hide(screen_stage());
    work();
}

static void on_signal(const struct startup_edge *edge)
{
    (void)edge;
    work();
}

int main(void)
{
    static const server_operation operation[] = {
        [CONSOLE_WRITE] = op_write,
        [CONSOLE_READ_LINE] = op_read_line,
        [CONSOLE_PENDING] = op_pending};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .signal = on_signal,
                                         .start = on_start};
    if (!screen_start())
        return PROGRAM_EXIT_FOR_GOOD;
    keep_start();
    notices_start();
    server_run(&server);
}
