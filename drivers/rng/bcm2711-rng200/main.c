/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of an RNG200. The trees name no interrupt for it, so while a client waits the
 * device is looked at by the timer. One that fails its tests is restarted, and as long as
 * it fails them nobody gets a byte.
 */
#include <lib/random.h>
#include <lib/string.h>
#include <service/random.h>

#include "rng200.h"

#define LOOK_NS       1000000u
#define NS_PER_SECOND 1000000000u

static struct {
    struct rng200 rng;
    uint32_t sick;   /* restarts that are not in the log yet */
    uint64_t logged; /* when they were last; 0: never */
} state;

/* At most one line a second, however sick it is. */
static void report_sick(void)
{
    uint64_t now = program_ticks();
    state.sick++;
    if (state.logged != 0 && now - state.logged < program_ticks_from_ns(NS_PER_SECOND))
        return;
    program_log("the generator failed its tests, %u times", state.sick);
    state.sick = 0;
    state.logged = now;
}

/* Of a word that is not wanted whole the rest is lost. */
static size_t take(uint8_t *to, size_t bytes)
{
    uint32_t words[RANDOM_AT_ONCE / sizeof(uint32_t)];
    size_t wanted = (bytes + sizeof(uint32_t) - 1) / sizeof(uint32_t), count = 0;
    enum rng200_taken taken = rng200_take(&state.rng, words, wanted, &count);
    if (taken == RNG200_SICK)
        report_sick();
    if (taken != RNG200_WORDS)
        return 0;
    if (bytes > count * sizeof(uint32_t))
        bytes = count * sizeof(uint32_t);
    memcpy(to, words, bytes);
    memset(words, 0, sizeof(words));
    return bytes;
}

int main(void)
{
    static const server_operation operation[] = {[RANDOM_READ] = random_read};
    static const struct server server = {
        .operation = operation, .operations = COUNT_OF(operation), .timer = random_timer};
    static const struct random_source source = {.take = take, .look_ns = LOOK_NS};
    size_t bytes = 0;
    state.rng.base = program_registers(0, &bytes);
    if (state.rng.base == NULL || bytes < RNG200_REGISTER_BYTES) {
        program_log("no registers of an RNG200: %lu bytes, not %u", (unsigned long)bytes,
                    RNG200_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    rng200_start(&state.rng);
    random_begin(&source);
    server_run(&server);
}
