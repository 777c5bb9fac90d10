/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary client: it asks the clock without end, and says in its log how
 * often it was answered, and whether an answer was ever wrong. That the clock
 * dies now and then is no wrong answer.
 */
#include <lib/program.h>
#include <lib/syscall.h>
#include <service/clock.h>
#include <service/result.h>

#define LOG_ROUNDS 64
#define SLEEP_NS   1000000

static uint64_t answers, gone, wrong;

static void take(const struct answer *answer, bool right)
{
    if (answer->status == STATUS_PEER_DIED || answer->status == STATUS_PEER_STOPPED) {
        gone++;
        thole_yield();
    } else if (answer->status != STATUS_OK || answer->result != SERVICE_OK || !right) {
        wrong++;
    } else {
        answers++;
    }
}

/* Time goes forwards, and a sleep takes as long as it should at least. */
static void ask(const struct startup_edge *clock)
{
    static uint64_t latest;
    uint64_t length = SLEEP_NS, before = program_ticks();
    struct answer answer = program_request(clock, CLOCK_NOW, 0, NULL);

    take(&answer, answer.word[0] >= latest);
    if (answer.status == STATUS_OK)
        latest = answer.word[0];
    answer = program_request(clock, CLOCK_SLEEP, 1, &length);
    take(&answer, program_ns_from_ticks(program_ticks() - before) >= SLEEP_NS);
}

int main(void)
{
    const struct startup_edge *clock = program_use("clock");

    for (uint64_t round = 0;; round++) {
        ask(clock);
        if (round % LOG_ROUNDS == 0)
            program_log("steady: %lu answers, %lu ends of the clock, %lu wrong", answers, gone,
                        wrong);
    }
}
