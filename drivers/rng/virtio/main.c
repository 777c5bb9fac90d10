/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio generator's protocol, include/service/random.h. One client is served after
 * the other, each with bytes that nobody else gets.
 */
#include <lib/server.h>
#include <lib/string.h>
#include <service/random.h>
#include <service/result.h>

#include "entropy.h"

#define NS_PER_MS          1000000u
#define DEFAULT_TIMEOUT_MS 30000u
#define EXIT_DEVICE        1

/* A client has one request under way; a later one is of its next incarnation. */
static struct {
    struct entropy entropy;
    struct waiter {
        const struct startup_edge *client; /* NULL: nobody */
        unsigned reply;
        uint32_t bytes;
        uint64_t number;
    } waiter[STARTUP_EDGE_MAX];
    uint64_t numbers;
    uint64_t timeout, deadline; /* ticks */
} generator;

static struct waiter *first_waiter(void)
{
    struct waiter *first = NULL;

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        struct waiter *waiter = &generator.waiter[i];

        if (waiter->client != NULL && (first == NULL || waiter->number < first->number))
            first = waiter;
    }
    return first;
}

static void ask_for_first(void)
{
    const struct waiter *first = first_waiter();

    if (first == NULL || generator.entropy.asked)
        return;
    generator.deadline = program_ticks() + generator.timeout;
    entropy_ask(&generator.entropy, first->bytes);
    program_timer_arm(generator.deadline);
}

static void answer(struct waiter *waiter, uint32_t result, uint64_t bytes)
{
    server_answer(waiter->reply, result, result == SERVICE_OK, &bytes);
    waiter->client = NULL;
}

/* Who waits is told, and the device begins anew; a device that cannot ends the driver. */
static void start_anew(void)
{
    struct waiter *waiter;
    enum virtio_state state;

    (void)virtio_reset(&generator.entropy.virtio);
    while ((waiter = first_waiter()) != NULL)
        answer(waiter, SERVICE_FAILED, 0);
    state = entropy_start(&generator.entropy);
    if (state != VIRTIO_WORKS) {
        program_log("the generator cannot be started again: %s", virtio_describe(state));
        thole_exit(EXIT_DEVICE);
    }
}

/* The device may have been asked for somebody who is gone; he who is first gets it. */
static void give(const uint8_t *data, uint32_t bytes)
{
    struct waiter *first = first_waiter();

    if (first != NULL) {
        if (bytes > first->bytes)
            bytes = first->bytes;
        memcpy((void *)(uintptr_t)first->client->buffer, data, bytes);
        answer(first, SERVICE_OK, bytes);
    }
    entropy_forget(&generator.entropy);
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    uint32_t bytes;
    const uint8_t *data;

    (void)line;
    (void)merged;
    (void)virtio_interrupt(&generator.entropy.virtio);
    data = entropy_take(&generator.entropy, &bytes);
    if (data != NULL) {
        give(data, bytes);
    } else if (bytes != 0) {
        program_log("the generator is started anew: %s",
                    virtio_describe(generator.entropy.virtio.state));
        start_anew();
    }
    ask_for_first();
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    if (!generator.entropy.asked)
        return;
    if (now < generator.deadline) {
        program_timer_arm(generator.deadline);
        return;
    }
    program_log("the generator does not answer, and is started anew");
    start_anew();
}

static struct waiter *waiter_of(const struct startup_edge *client)
{
    struct waiter *other = NULL;

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        if (generator.waiter[i].client == client)
            return &generator.waiter[i];
        if (generator.waiter[i].client == NULL)
            other = &generator.waiter[i];
    }
    return other;
}

static uint32_t op_read(struct request *request)
{
    uint64_t bytes = request->word[0];
    struct waiter *waiter = waiter_of(request->client);
    unsigned reply;

    if (bytes == 0 || bytes > request->client->buffer_bytes || request->client->buffer == 0)
        return SERVICE_BAD_ARGUMENT;
    if (waiter != NULL && waiter->client != NULL)
        answer(waiter, SERVICE_FAILED, 0); /* the incarnation before is gone */
    reply = server_set_aside();
    if (waiter == NULL || reply == 0)
        return SERVICE_BUSY;
    *waiter = (struct waiter){.client = request->client,
                              .reply = reply,
                              .bytes = bytes < ENTROPY_PIECE_BYTES ? (uint32_t)bytes
                                                                   : ENTROPY_PIECE_BYTES,
                              .number = generator.numbers++};
    ask_for_first();
    return SERVER_LATER;
}

int main(void)
{
    static const server_operation operation[] = {[RANDOM_READ] = op_read};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    uint64_t ms = program_config_cell("timeout-ms", DEFAULT_TIMEOUT_MS);
    enum virtio_state state = virtio_find(&generator.entropy.virtio);

    generator.timeout = program_ticks_from_ns(ms * NS_PER_MS);
    if (state == VIRTIO_WORKS)
        state = entropy_start(&generator.entropy);
    if (state != VIRTIO_WORKS) {
        program_log("no generator: %s", virtio_describe(state));
        return EXIT_DEVICE;
    }
    server_run(&server);
}
