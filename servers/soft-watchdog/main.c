/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A watchdog for boards that have none: a timer, and when it has run out a request to init
 * to reset the machine, so the node needs `system-control` and a priority above that of
 * all who may hang. It finds programs that do not let go of the core. It does not find a
 * kernel or an init that hangs: for that, hardware is needed.
 *
 * When it has to bark is written in the owner's buffer, so that a restart does not stop
 * it. The owner could write there, too: it is his watchdog.
 */
#include <lib/watchdog.h>
#include <service/init.h>
#include <service/result.h>

#define SECONDS_MAX   3600u
#define NS_PER_SECOND 1000000000u
#define NS_PER_MS     1000000u

struct kept {
    uint64_t deadline; /* ticks; 0: it does not run */
};

static struct {
    volatile struct kept *kept;
    struct kept alone; /* kept here if there is no owner */
} state;

static uint64_t ticks_of_seconds(uint64_t seconds)
{
    return program_ticks_from_ns(seconds * NS_PER_SECOND);
}

static void set_deadline(uint64_t deadline)
{
    state.kept->deadline = deadline;
    program_timer_arm(deadline);
}

static void start(uint32_t seconds)
{
    set_deadline(program_ticks() + ticks_of_seconds(seconds));
}

static void stop(void)
{
    state.kept->deadline = 0;
    program_timer_disarm();
}

static bool runs(void)
{
    return state.kept->deadline != 0;
}

static uint32_t left(void)
{
    uint64_t deadline = state.kept->deadline, now = program_ticks();
    uint64_t ticks = deadline > now ? deadline - now : 0, most = ticks_of_seconds(SECONDS_MAX);
    return (uint32_t)(program_ns_from_ticks(ticks < most ? ticks : most) / NS_PER_MS);
}

/* The memory that would tell is gone with the reset. */
static bool was_it(void)
{
    return false;
}

/* Once more in a second, should init not do it. */
static void bark(void)
{
    struct answer answer;
    program_log("nobody fed the watchdog: reset");
    answer = program_request(program_use("system"), INIT_RESET, 0, NULL);
    program_log("init does not reset: status %u, result %u", answer.status, answer.result);
    start(1);
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    if (!runs())
        return;
    if (now >= state.kept->deadline)
        bark();
    else
        program_timer_arm(state.kept->deadline);
}

/* What the one before had to do; a time that nobody can have asked for is made the longest. */
static void on_start(void)
{
    uint64_t now = program_ticks(), longest = now + ticks_of_seconds(SECONDS_MAX);
    uint64_t deadline = state.kept->deadline;
    if (deadline != 0)
        set_deadline(deadline < longest ? deadline : longest);
}

int main(void)
{
    static const struct watchdog_device device = {.seconds_max = SECONDS_MAX,
                                                  .start = start,
                                                  .stop = stop,
                                                  .runs = runs,
                                                  .left = left,
                                                  .was_it = was_it};
    static const struct server server = {.operation = watchdog_operation,
                                         .operations = WATCHDOG_OPERATIONS,
                                         .timer = on_timer,
                                         .start = on_start};
    const struct startup_edge *owner = watchdog_begin(&device);
    if (program_use("system") == NULL) {
        program_log("the node has no system-control: nobody could be told to reset");
        return PROGRAM_EXIT_FOR_GOOD;
    }
    state.kept = &state.alone;
    if (owner != NULL && owner->buffer_bytes >= sizeof(struct kept))
        state.kept = (volatile struct kept *)(uintptr_t)owner->buffer;
    server_run(&server);
}
