/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real-time clock's protocol, include/service/realtime.h. The device keeps the time;
 * all that dies with the driver is who waited, and he asks again.
 */
#include <lib/server.h>
#include <service/realtime.h>
#include <service/result.h>

#include "clock.h"

static struct {
    struct clock clock;
    struct waiter {
        unsigned reply; /* 0: this client does not wait */
        uint32_t when;
    } waiter[STARTUP_EDGE_MAX]; /* by the client's edge: he has one request under way */
} rtc;

static struct waiter *waiter_of(const struct startup_edge *client)
{
    return &rtc.waiter[client - program_startup()->edge];
}

/* Who waits for the earliest second; NULL: nobody waits. */
static const struct waiter *first_waiter(void)
{
    const struct waiter *first = NULL;

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        const struct waiter *waiter = &rtc.waiter[i];

        if (waiter->reply != 0 && (first == NULL || waiter->when < first->when))
            first = waiter;
    }
    return first;
}

static void ring_for_first(void)
{
    const struct waiter *first = first_waiter();

    if (first != NULL)
        clock_alarm(&rtc.clock, first->when);
    else
        clock_no_alarm(&rtc.clock);
}

static void wake_who_waited(void)
{
    const uint64_t now = clock_seconds(&rtc.clock);

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        struct waiter *waiter = &rtc.waiter[i];

        if (waiter->reply == 0 || waiter->when > now)
            continue;
        server_answer(waiter->reply, SERVICE_OK, 1, &now);
        waiter->reply = 0;
    }
    ring_for_first();
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    wake_who_waited();
}

static uint32_t op_get(struct request *request)
{
    request->word[0] = clock_seconds(&rtc.clock);
    request->words = 1;
    return SERVICE_OK;
}

/*
 * The device takes the new time on its next second. So who waits is looked at one second
 * later: for some it is past then, for others further away.
 */
static uint32_t op_set(struct request *request)
{
    uint64_t seconds = request->word[0];

    if (seconds > UINT32_MAX)
        return SERVICE_BAD_ARGUMENT;
    clock_set(&rtc.clock, (uint32_t)seconds);
    if (first_waiter() != NULL)
        clock_alarm(&rtc.clock, (uint32_t)seconds + (seconds < UINT32_MAX));
    return SERVICE_OK;
}

/* A client that waits already is a new incarnation of it. */
static uint32_t op_wait(struct request *request)
{
    struct waiter *waiter = waiter_of(request->client);
    unsigned reply;

    if (request->word[0] > UINT32_MAX)
        return SERVICE_BAD_ARGUMENT;
    if (waiter->reply != 0)
        server_answer(waiter->reply, SERVICE_FAILED, 0, NULL);
    waiter->reply = 0;
    if (request->word[0] <= clock_seconds(&rtc.clock))
        return op_get(request);
    reply = server_set_aside();
    if (reply == 0)
        return SERVICE_BUSY;
    *waiter = (struct waiter){reply, (uint32_t)request->word[0]};
    ring_for_first();
    return SERVER_LATER;
}

int main(void)
{
    static const server_operation operation[] = {
        [REALTIME_GET] = op_get, [REALTIME_SET] = op_set, [REALTIME_WAIT] = op_wait};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt};
    size_t bytes = 0;

    rtc.clock.base = program_registers(0, &bytes);
    if (rtc.clock.base == NULL || bytes < CLOCK_REGISTER_BYTES) {
        program_log("no registers of a PL031: %lu bytes, not %u", (unsigned long)bytes,
                    CLOCK_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    clock_start(&rtc.clock);
    server_run(&server);
}
