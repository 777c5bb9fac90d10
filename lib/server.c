/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server loop: what came is told apart once, here, and answered with the
 * one system call that also waits for the next.
 */
#include <lib/server.h>
#include <service/result.h>

#include "event.h"
#include "backlog.h"

static struct message answer_of(uint32_t result, unsigned words, const uint64_t *word)
{
    struct message answer = {0};

    if (words > THOLE_MESSAGE_WORDS)
        words = THOLE_MESSAGE_WORDS;
    answer.tag = thole_tag(result, words);
    for (unsigned i = 0; i < words; i++)
        answer.word[i] = word[i];
    return answer;
}

static server_operation find_operation(const struct server *server, uint32_t number)
{
    return number < server->operations ? server->operation[number] : NULL;
}

static void handle_call(const struct server *server)
{
    const struct message *message = &event_hand.message;
    struct request request = {
        .client = program_client(message->badge),
        .operation = thole_tag_label(message->tag),
    };
    server_operation operation = find_operation(server, request.operation);
    uint32_t result = SERVICE_BAD_REQUEST;

    for (unsigned i = 0; i < thole_tag_words(message->tag) && i < THOLE_MESSAGE_WORDS; i++)
        request.word[i] = message->word[i];
    if (operation != NULL && request.client != NULL)
        result = operation(&request);
    if (result == SERVER_LATER && event_hand.slot != 0) {
        event_later();
        return;
    }
    if (result == SERVER_LATER)
        result = SERVICE_BUSY; /* there is no slot to answer from later */
    event_answer(answer_of(result, request.words, request.word));
}

/* Of both the reset: the other would not come back. */
static void handle_power(const struct server *server, uint64_t bits)
{
    if (bits & (STARTUP_SIGNAL_POWER_OFF | STARTUP_SIGNAL_RESET) && server->power != NULL)
        server->power((bits & STARTUP_SIGNAL_RESET) != 0);
}

static void handle_signals(const struct server *server, uint64_t bits)
{
    handle_power(server, bits);
    for (unsigned bit = STARTUP_EDGE_BIT; bit < 64 && server->signal != NULL; bit++) {
        const struct startup_edge *edge;

        if (!(bits >> bit & 1))
            continue;
        edge = program_edge_of_bit(bit);
        if (edge != NULL)
            server->signal(edge);
    }
}

/* Events other than requests: all that is to be said in the answer is "done". */
static void handle_event(const struct server *server)
{
    const uint64_t word0 = event_hand.message.word[0], word1 = event_hand.message.word[1];
    uint32_t label = 0;

    switch (thole_tag_kind(event_hand.message.tag)) {
    case KIND_INTERRUPT:
        if (server->interrupt != NULL)
            server->interrupt((uint32_t)word0, word1);
        break;
    case KIND_TIMER:
        if (server->timer != NULL)
            server->timer(word0, word1);
        break;
    case KIND_SIGNAL:
        handle_signals(server, word0);
        break;
    case KIND_FAULT:
        label = THOLE_FAULT_STOP;
        break;
    default:
        break;
    }
    event_answer((struct message){.tag = thole_tag(label, 0)});
}

_Noreturn void server_run(const struct server *server)
{
    if (server->start != NULL)
        server->start();
    event_first();
    for (;;)
        if (thole_tag_kind(event_hand.message.tag) == KIND_CALL)
            handle_call(server);
        else
            handle_event(server);
}

unsigned server_set_aside(void)
{
    return event_reserve();
}

void server_answer(unsigned reply, uint32_t result, unsigned words, const uint64_t *word)
{
    struct message answer = answer_of(result, words, word);

    /* If the client is gone by now the kernel drops the answer. */
    (void)thole_call(reply, &answer);
    slot_give(reply);
}
