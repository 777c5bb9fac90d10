/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * On every core a client and a server of its own, each in an address space of its
 * own: nothing is shared but the kernel.
 */
#include "bench.h"

#define CORES_MAX    8
#define ROUNDS_CORES 20

static uint64_t serve_core(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)(uintptr_t)argument;
    struct message message = *first;

    for (;;) {
        message.tag = thole_tag(0, THOLE_MESSAGE_WORDS);
        message.badge = 0;
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

/* Between the rounds the emulator goes on with the next core. */
static uint64_t call_core(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)(uintptr_t)argument;

    (void)first;
    for (unsigned i = 0; i < ROUNDS_CORES; i++) {
        struct message message = {.tag = thole_tag(1, THOLE_MESSAGE_WORDS),
                                  .word = {1, 2, 3, 4, 5, 6}};

        mark_core_round_trip();
        thole_call(endpoint, &message);
        mark_end();
        if (message.word[5] != 6)
            return HELPER_FAILED;
        __asm__ volatile("yield");
    }
    return 0;
}

void count_cores(void)
{
    struct helper *client[CORES_MAX];
    unsigned cores = boot->cores_running;

    CHECK(cores <= CORES_MAX);
    for (unsigned core = 0; core < cores; core++) {
        unsigned endpoint = make(OBJECT_ENDPOINT, 0);
        struct space server_space = space_make(), client_space = space_make();

        HELPER(serve_core, endpoint, 0, .endpoint = endpoint, .passive = true,
               .space = &server_space);
        client[core] = HELPER(call_core, endpoint, PRIORITY_LOW, .core = core,
                              .space = &client_space);
    }
    for (unsigned core = 0; core < cores; core++)
        helper_go(client[core]);
    for (unsigned core = 0; core < cores; core++)
        CHECK_EQUAL(helper_join(client[core]), 0);
}
