/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes for clients in the order in which they asked. Bytes are taken into
 * memory of our own first: what a source throws away again, no client has seen.
 */
#include <lib/random.h>
#include <lib/string.h>
#include <service/result.h>

#define WAITERS       8u
#define NS_PER_SECOND 1000000000u

struct waiter {
    unsigned reply;
    const struct startup_edge *client;
    size_t bytes;
    uint64_t deadline;
};

static struct {
    const struct random_source *source;
    struct waiter waiter[WAITERS];
    unsigned first, waiters;
} state;

/* How many bytes are in the client's buffer now. */
static size_t fill(const struct startup_edge *client, size_t bytes)
{
    uint8_t taken[RANDOM_AT_ONCE];
    size_t count = state.source->take(taken, bytes < RANDOM_AT_ONCE ? bytes : RANDOM_AT_ONCE);
    memcpy((void *)(uintptr_t)client->buffer, taken, count);
    memset(taken, 0, sizeof(taken));
    return count;
}

static void arm(uint64_t now)
{
    if (state.waiters == 0) {
        program_timer_disarm();
        return;
    }
    uint64_t next = state.waiter[state.first].deadline;
    uint64_t look = now + program_ticks_from_ns(state.source->look_ns);
    program_timer_arm(state.source->look_ns > 0 && look < next ? look : next);
}

static void answer_first(uint32_t result, uint64_t count)
{
    server_answer(state.waiter[state.first].reply, result, result == SERVICE_OK, &count);
    state.first = (state.first + 1) % WAITERS;
    state.waiters--;
}

/* Those whose time is over are the first in line. */
static void serve(uint64_t now)
{
    while (state.waiters > 0) {
        const struct waiter *waiter = &state.waiter[state.first];
        size_t count = fill(waiter->client, waiter->bytes);
        if (count == 0 && now < waiter->deadline)
            break;
        answer_first(count > 0 ? SERVICE_OK : SERVICE_FAILED, count);
    }
    arm(now);
}

static uint32_t wait_in_line(const struct request *request, size_t bytes)
{
    unsigned reply = state.waiters < WAITERS ? server_set_aside() : 0;
    uint64_t now = program_ticks();
    if (reply == 0)
        return SERVICE_BUSY;
    state.waiter[(state.first + state.waiters) % WAITERS] =
        (struct waiter){reply, request->client, bytes, now + program_ticks_from_ns(NS_PER_SECOND)};
    state.waiters++;
    if (state.waiters == 1)
        arm(now);
    return SERVER_LATER;
}

uint32_t random_read(struct request *request)
{
    uint64_t bytes = request->word[0];
    size_t count = 0;
    if (bytes == 0 || bytes > request->client->buffer_bytes)
        return SERVICE_BAD_ARGUMENT;
    if (state.waiters == 0)
        count = fill(request->client, bytes);
    if (count == 0)
        return wait_in_line(request, bytes);
    request->word[0] = count;
    request->words = 1;
    return SERVICE_OK;
}

void random_look(void)
{
    serve(program_ticks());
}

void random_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    serve(now);
}

void random_begin(const struct random_source *source)
{
    state.source = source;
    state.first = state.waiters = 0;
}
