/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes noise over every buffer that it shares, log ring included, signals the
 * peers, and sends requests with lengths that cannot be. What it says at the end
 * stands on the console or nowhere, for its log is noise too.
 */
#include <lib/program.h>
#include <lib/syscall.h>

#define ROUNDS       2000
#define WORDS_AT_ONCE 64
#define OPERATIONS   4

static uint64_t state = 0x2545f4914f6cdd1d;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Small differences do more harm than noise: half of them only move a number. */
static void scribble(const struct startup_edge *edge)
{
    volatile uint32_t *word = (volatile uint32_t *)(uintptr_t)edge->buffer;
    uint64_t words = edge->buffer_bytes / sizeof(*word);

    for (unsigned count = 0; count < WORDS_AT_ONCE && words != 0; count++) {
        uint64_t pick = chance();
        uint64_t at = (pick & 1) ? (pick >> 8) % words : (pick >> 8) % 64;

        word[at] = pick & 2 ? (uint32_t)(pick >> 32) : word[at] + (uint32_t)(pick >> 60);
    }
}

/* Never waits: no operation 2 of the console, which reads a line. */
static void request(const struct startup_edge *use, uint32_t skip)
{
    uint32_t operation = (uint32_t)(chance() % OPERATIONS);
    uint64_t word[5];

    for (unsigned index = 0; index < 5; index++)
        word[index] = chance() >> (chance() & 63);
    if (operation != skip)
        (void)program_request(use, operation, 5, word);
}

int main(void)
{
    const struct startup *startup = program_startup();
    uint32_t rounds = program_config_cell("rounds", ROUNDS);
    uint32_t skip = program_config_cell("skip", 2);

    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t index = 0; index < startup->edge_count; index++) {
            const struct startup_edge *edge = &startup->edge[index];

            scribble(edge);
            program_signal(edge);
            if (edge->kind == EDGE_USE)
                request(edge, skip);
        }
        if (round % 16 == 0) {
            struct message message = {0};

            program_timer_arm(program_ticks() + program_ticks_from_ns(200000));
            (void)thole_recv(SLOT_ENDPOINT, &message);
        }
    }
    return 0;
}
