/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Situations with several threads: main, and others in address spaces of their own.
 * What such a one does is a function that touches nothing but its stack.
 */
#include "bench.h"

#include <libfdt.h>

/* --- Servers ------------------------------------------------------------------------ */

/* Answers each message with its own words, for ever; argument: the endpoint's slot. */
static uint64_t serve(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)(uintptr_t)argument;
    struct message message = *first;

    for (;;) {
        message.tag = thole_tag(0, THOLE_MESSAGE_WORDS);
        message.badge = 0;
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

static uint64_t serve_float(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)(uintptr_t)argument;
    struct message message = *first;

    for (;;) {
        float_touch();
        message.tag = thole_tag(0, THOLE_MESSAGE_WORDS);
        message.badge = 0;
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

/* A thread without time of its own in a space of its own; the endpoint it waits on. */
static unsigned server_make(helper_function *run)
{
    struct space space = space_make();
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    HELPER(run, endpoint, 0, .endpoint = endpoint, .passive = true, .space = &space);
    return endpoint;
}

static void call_six(unsigned endpoint)
{
    struct message message = {.tag = thole_tag(1, THOLE_MESSAGE_WORDS), .word = {1, 2, 3, 4, 5, 6}};
    enum thole_status status = thole_call(endpoint, &message);

    mark_end();
    CHECK_EQUAL(status, STATUS_OK);
    CHECK_EQUAL(message.word[5], 6);
}

void count_round_trip(void)
{
    unsigned endpoint = server_make(serve);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_round_trip();
        call_six(endpoint);
    }
}

/* Both sides have used their registers since the last message; the marks are around a whole round. */
void count_round_trip_fp(void)
{
    unsigned endpoint = server_make(serve_float);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_round_trip_fp();
        float_touch();
        call_six(endpoint);
    }
}

void count_call_cap(void)
{
}

void count_yield(void)
{
}

void count_signals(void)
{
}

void count_fault(void)
{
}

/* --- An interrupt ------------------------------------------------------------------- */

void count_interrupt(void)
{
}
