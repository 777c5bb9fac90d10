/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the machine alive for as long as it deserves that: three times in `seconds`
 * (config; 10 if not said) it asks init for nothing, and when init has answered it
 * feeds the watchdog. So the machine is reset when
 *
 *   - init hangs: its request is not answered, or init never lets go of the core;
 *   - anybody of a higher priority than this server never lets go of the core that
 *     this server's node names, or the kernel does;
 *   - this server, or the watchdog's driver, cannot be restarted any more.
 *
 * So its priority is a statement: of all above it the node says that they leave time
 * over, and whoever is below it may use all there is. It should be the lowest that
 * the product cannot do without, and the server's own time may be short: what it
 * does takes microseconds, and init answers on it. A server that hangs by itself is
 * not this one's business: init finds it, and starts it again.
 *
 * It knows nothing that its successor must know. Stopped on purpose, it leaves the
 * watchdog running: that is what a watchdog is for.
 */
#include <lib/server.h>
#include <service/init.h>
#include <service/result.h>
#include <service/watchdog.h>

#define NS_PER_SECOND    1000000000u
#define NS_PER_MS        1000000u
#define DEFAULT_SECONDS  10u
#define TIMES_IN_SECONDS 3u

static struct state {
    const struct startup_edge *watchdog;
    uint32_t seconds;
    uint64_t interval; /* ticks */
    bool fed, failed;  /* the last attempt; the log knows it if it failed */
} state;

static bool init_answers(void)
{
    static const struct startup_edge init = {.endpoint = SLOT_INIT};
    const uint64_t nothing = 0;
    return program_request(&init, INIT_GROW, 1, &nothing).status == STATUS_OK;
}

/* Never 0, whoever says so: the timer would leave nobody else time. */
static void set_seconds(uint32_t seconds)
{
    state.seconds = seconds > 0 ? seconds : 1;
    state.interval =
        program_ticks_from_ns((uint64_t)state.seconds * NS_PER_SECOND / TIMES_IN_SECONDS);
}

static struct answer start(void)
{
    const uint64_t seconds = state.seconds;
    return program_request(state.watchdog, WATCHDOG_START, 1, &seconds);
}

/* Starts it with the time of the node, or with the most that it can. */
static struct answer start_as_it_can(void)
{
    struct answer answer = start();
    if (answer.status != STATUS_OK || answer.result != SERVICE_BAD_ARGUMENT)
        return answer;
    program_log("the watchdog cannot wait for %u s, but for %u", state.seconds,
                (uint32_t)answer.word[0]);
    set_seconds((uint32_t)answer.word[0]);
    return start();
}

static struct answer feed(void)
{
    struct answer answer = program_request(state.watchdog, WATCHDOG_FEED, 0, NULL);
    if (answer.status == STATUS_OK && answer.result == SERVICE_NOT_FOUND)
        return start_as_it_can();
    return answer;
}

/* A driver that died over it is there again, or will be by the next time. */
static void keep_alive(void)
{
    struct answer answer = feed();
    if (answer.status == STATUS_PEER_DIED)
        answer = feed();
    state.fed = answer.status == STATUS_OK && answer.result == SERVICE_OK;
    if (!state.fed && !state.failed)
        program_log("the watchdog is not fed: status %u, result %u", answer.status, answer.result);
    if (state.fed && state.failed)
        program_log("the watchdog is fed again");
    state.failed = !state.fed;
}

/* What was close is worth a line: the next time it may be the machine's end. */
static void report_delay(uint64_t late)
{
    if (late >= state.interval)
        program_log("was kept waiting for %lu ms",
                    (unsigned long)(program_ns_from_ticks(late) / NS_PER_MS));
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    report_delay(now - deadline);
    if (init_answers())
        keep_alive();
    program_timer_arm(now + state.interval);
}

static void on_start(void)
{
    uint64_t now = program_ticks();
    on_timer(now, now);
    if (state.fed)
        program_log("the machine is reset after %u s without an answer of init", state.seconds);
}

int main(void)
{
    static const struct server server = {.timer = on_timer, .start = on_start};
    state = (struct state){.watchdog = program_use("watchdog")};
    if (state.watchdog == NULL) {
        program_log("the node names no watchdog");
        return PROGRAM_EXIT_FOR_GOOD;
    }
    set_seconds(program_config_cell("seconds", DEFAULT_SECONDS));
    server_run(&server);
}
