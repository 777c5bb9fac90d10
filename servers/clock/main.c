/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock's protocol, include/service/clock.h: an example of a server that sets
 * replies aside and answers them when its timer goes off. It keeps nothing: who
 * slept when it died gets the transport error and asks again.
 */
#include <lib/server.h>
#include <service/clock.h>
#include <service/result.h>

#include "clock.h"

#define NS_PER_MS         1000000u
#define DEFAULT_PERIOD_MS 1000u

static struct clock state;

static uint32_t op_now(struct request *request)
{
    uint64_t now = program_ticks();
    clock_advance(&state, now);
    request->word[0] = program_ns_from_ticks(now);
    request->word[1] = state.periods;
    request->words = 2;
    return SERVICE_OK;
}

static uint64_t deadline_after(uint64_t now, uint64_t ticks)
{
    return now + ticks < now ? UINT64_MAX : now + ticks;
}

static uint32_t op_sleep(struct request *request)
{
    if (!clock_has_room(&state, request->client))
        return SERVICE_BUSY;
    unsigned reply = server_set_aside();
    if (reply == 0)
        return SERVICE_BUSY;
    uint64_t ticks = program_ticks_from_ns(request->word[0]);
    clock_sleep(&state, request->client, reply, deadline_after(program_ticks(), ticks));
    program_timer_arm(clock_deadline(&state));
    return SERVER_LATER;
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    struct sleeper woken;
    (void)deadline;
    clock_advance(&state, now);
    while (clock_wake(&state, now, &woken))
        server_answer(woken.reply, SERVICE_OK, 0, NULL);
    program_timer_arm(clock_deadline(&state));
}

static void on_start(void)
{
    uint64_t ms = program_config_cell("period-ms", DEFAULT_PERIOD_MS);
    clock_start(&state, program_ticks(), program_ticks_from_ns(ms * NS_PER_MS));
    program_timer_arm(clock_deadline(&state));
}

int main(void)
{
    static const server_operation operation[] = {[CLOCK_NOW] = op_now, [CLOCK_SLEEP] = op_sleep};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .timer = on_timer,
                                         .start = on_start};
    server_run(&server);
}
