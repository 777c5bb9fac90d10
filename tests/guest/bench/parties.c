/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Situations with several threads: main, and others in address spaces of their own.
 * What such a one does is a function that touches nothing but its stack.
 */
#include "bench.h"
#include "line.h"

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

/* One with time of its own. */
static unsigned active_make(helper_function *run)
{
    struct space space = space_make();
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    HELPER_GO(run, endpoint, PRIORITY_HIGH, .endpoint = endpoint, .space = &space);
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

void count_active(void)
{
    unsigned endpoint = active_make(serve);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_active();
        call_six(endpoint);
    }
}

void count_try_call(void)
{
    unsigned endpoint = server_make(serve);

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message = {.tag = thole_tag(1, THOLE_MESSAGE_WORDS)};
        enum thole_status status;

        mark_try_call();
        status = thole_try_call(endpoint, &message);
        mark_end();
        CHECK_EQUAL(status, STATUS_OK);
    }
}

/* Both sides have used their FP registers since the last message. */
void count_round_trip_fp(void)
{
    unsigned endpoint = server_make(serve_float);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_round_trip_fp();
        float_touch();
        call_six(endpoint);
    }
}

/* --- A capability in a message ------------------------------------------------------ */

/* Takes what arrives into a slot; argument: THOLE_SLOTS(endpoint, arrival). */
static uint64_t serve_taking(void *argument, struct message *first)
{
    uint64_t slots = (uintptr_t)argument;
    struct message message = *first;

    for (;;) {
        message = (struct message){.badge = THOLE_SLOTS(0, slots >> 32)};
        CHECK_EQUAL(thole_reply_recv((uint32_t)slots, &message), STATUS_OK);
    }
}

void count_call_cap(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), gift = make(OBJECT_TIMER, 0);
    unsigned arrival = slot_take();
    struct space space = space_make();

    HELPER(serve_taking, THOLE_SLOTS(endpoint, arrival), 0, .endpoint = endpoint, .passive = true,
           .space = &space);
    call_word(endpoint, 0, NULL); /* from now on it waits with a slot for what arrives */
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message = {.tag = thole_tag(1, THOLE_MESSAGE_WORDS) | THOLE_TAG_CAP,
                                  .word = {1, 2, 3, 4, 5, gift}};

        mark_call_cap();
        thole_call(endpoint, &message);
        mark_end();
        CHECK_EQUAL(slot_type(arrival), OBJECT_TIMER);
        CHECK_EQUAL(delete(arrival), RESULT_DONE);
    }
}

/* --- Yield -------------------------------------------------------------------------- */

static uint64_t yield_always(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    for (;;)
        thole_yield();
    return 0;
}

void count_yield(void)
{
    struct space space = space_make();

    HELPER_GO(yield_always, 0, PRIORITY_MAIN, .space = &space);
    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_yield();
        thole_yield();
        mark_end();
    }
}

void count_yield_alone(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_yield_alone();
        thole_yield();
        mark_end();
    }
}

/* --- Signals ------------------------------------------------------------------------ */

/* Like this system's servers: whoever waits has no time; the signal brings it. */
static void count_signal_wake(void)
{
    unsigned endpoint = server_make(serve);
    unsigned notification = signal_make(endpoint, time_make(PRIORITY_HIGH), 1);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_signal_wake();
        signal(notification);
        mark_end();
    }
}

static void count_signal_active(void)
{
    unsigned notification = signal_make(active_make(serve), 0, 1);

    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_signal_active();
        signal(notification);
        mark_end();
    }
}

static void count_signal_idle(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 1);

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message = {0};

        mark_signal_idle();
        signal(notification);
        mark_end();
        CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_OK);
        CHECK_EQUAL(thole_tag_kind(message.tag), KIND_SIGNAL);
    }
}

void count_signals(void)
{
    count_signal_wake();
    count_signal_active();
    count_signal_idle();
}

/* --- A fault ------------------------------------------------------------------------ */

helper_function fault_read; /* faulty.S */

/* Main is the handler. What it lets go on faults again at once: from answer to fault is a round. */
void count_fault(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    struct space space = space_make();
    struct message message = {0};

    HELPER_GO(fault_read, PARTY_HOLE, PRIORITY_LOW, .watch = endpoint, .space = &space);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    for (unsigned i = 0; i < ROUNDS; i++) {
        CHECK_EQUAL(message.word[0], FAULT_READ);
        message = (struct message){.tag = thole_tag(THOLE_FAULT_RESUME, 0)};
        mark_fault();
        thole_reply_recv(endpoint, &message);
        mark_end();
    }
}

/* --- An interrupt ------------------------------------------------------------------- */

/* A driver: looks after its device, and waits for the next; argument: the endpoint's slot, and its mask. */
static uint64_t drive(void *argument, struct message *first)
{
    unsigned endpoint = (unsigned)((uintptr_t)argument >> 32);
    volatile uint32_t *mask = (volatile uint32_t *)(PARTY_DEVICE + (uint32_t)(uintptr_t)argument);
    struct message message = *first;

    for (;;) {
        line_lower_at(mask);
        message = (struct message){0};
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

/* A driver that runs on `time`, or on its own; it waits. */
static void driver_make(unsigned line, unsigned time)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), interrupt = make(OBJECT_INTERRUPT, 0);
    uint64_t argument = (uint64_t)endpoint << 32 | line_mask();
    struct space space = space_make();

    CHECK_EQUAL(INVOKE(copy(line_frame(), RIGHTS_ALL), FRAME_MAP, space.slot, PARTY_DEVICE,
                       RIGHT_READ | RIGHT_WRITE, MEMORY_DEVICE), RESULT_DONE);
    if (time != 0)
        HELPER(drive, argument, 0, .endpoint = endpoint, .passive = true, .space = &space);
    else
        HELPER_GO(drive, argument, PRIORITY_HIGH, .endpoint = endpoint, .space = &space);
    CHECK_EQUAL(INVOKE(interrupt, INTERRUPT_BIND, endpoint, time), RESULT_DONE);
    CHECK_EQUAL(INVOKE(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt, line, TRIGGER_LEVEL),
                RESULT_DONE);
}

/* As this system binds its drivers: they have no time, and run on the interrupt's. */
void count_interrupt(void)
{
    driver_make(line_open(), time_make(PRIORITY_HIGH));
    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_interrupt();
        line_raise(); /* it is taken before the next instruction */
        mark_end();
    }
}

void count_interrupt_active(void)
{
    driver_make(line_open(), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        mark_interrupt_active();
        line_raise();
        mark_end();
    }
}
