/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client that calls its use named "server" as often as it is told, whatever
 * comes back, and says how often it was answered and with which status. With
 * `storm` it also asks init for impossible heaps and arms its timer at the ends
 * of time, and signals without end.
 */
#include <lib/program.h>
#include <lib/syscall.h>
#include <service/init.h>
#include <service/result.h>

#define CALLS    200
#define STATUSES 8

static const uint64_t absurd[] = {0, 1, UINT64_MAX, UINT64_MAX - 4095, 1ull << 63, 1ull << 39,
                                  0x80000000u, 1ull << 32};
#define ABSURD (sizeof(absurd) / sizeof(absurd[0]))

/* False: init gave what it does not have, or ran an operation that is not ours. */
static bool init_refuses(uint64_t round)
{
    uint64_t bytes = absurd[2 + round % (ABSURD - 2)];
    struct message message = {.tag = thole_tag(INIT_GROW, 1), .word = {bytes}};

    if (thole_call(SLOT_INIT, &message) != STATUS_OK ||
        thole_tag_label(message.tag) != SERVICE_NO_MEMORY)
        return false;
    message = (struct message){.tag = thole_tag((uint32_t)(INIT_SERVER + round % 12), 6)};
    return thole_call(SLOT_INIT, &message) == STATUS_OK &&
           thole_tag_label(message.tag) == SERVICE_BAD_REQUEST;
}

/* Every slot that is not there is a bad capability, and receiving takes a right. */
static bool slots_refuse(uint64_t round)
{
    struct message message = {0};
    uint64_t slot = 64 + (round * 0x1000193u & UINT32_MAX);

    if (thole_call((unsigned)slot, &message) != STATUS_BAD_CAPABILITY)
        return false;
    message = (struct message){0};
    if (thole_call(SLOT_ENDPOINT, &message) != STATUS_NO_RIGHT)
        return false;
    message = (struct message){0};
    if (thole_recv(SLOT_INIT, &message) != STATUS_NO_RIGHT)
        return false;
    message = (struct message){.tag = thole_tag(TIMER_BIND, 2), .word = {SLOT_ENDPOINT}};
    return thole_call(SLOT_TIMER, &message) == STATUS_OK &&
           thole_tag_label(message.tag) == RESULT_NO_RIGHT;
}

static bool storm(uint32_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++) {
        (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &absurd[round % ABSURD]);
        for (unsigned index = 0; index < program_startup()->edge_count; index++)
            program_signal(&program_startup()->edge[index]);
        if (!init_refuses(round) || !slots_refuse(round))
            return false;
    }
    return true;
}

int main(void)
{
    static unsigned seen[STATUSES];
    uint32_t calls = program_config_cell("calls", CALLS);
    uint32_t rounds = program_config_cell("storm", 0);

    if (!storm(rounds)) {
        program_log("pester: something was not refused");
        return 1;
    }
    for (uint32_t call = 0; call < calls; call++) {
        struct message message = {.tag = thole_tag(call % 4, 6) | 8, .word = {call},
                                  .badge = THOLE_SLOTS(0, program_startup()->free_slot)};

        seen[thole_call(program_use("server")->endpoint, &message) % STATUSES]++;
    }
    program_log("pester: %u rounds, %u ok, %u died, %u stopped, %u abandoned", rounds,
                seen[STATUS_OK], seen[STATUS_PEER_DIED], seen[STATUS_PEER_STOPPED],
                seen[STATUS_ABANDONED]);
    return 0;
}
