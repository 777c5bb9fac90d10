/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that are configured, started, suspended, resumed, written to, and
 * cancelled.
 */
#include "conformance.h"

static enum thole_result configure(unsigned thread, unsigned table, unsigned space,
                                   unsigned endpoint, unsigned fault, unsigned time)
{
    return INVOKE(thread, THREAD_CONFIGURE, table, space, endpoint, fault, time);
}

static void a_thread_needs_a_table_a_space_and_an_endpoint(void)
{
    unsigned thread = make(OBJECT_THREAD, 0), endpoint = make(OBJECT_ENDPOINT, 0);
    unsigned empty = slot_take(), weak = copy(endpoint, RIGHT_SEND);
    unsigned table = INIT_SLOT_CAPTABLE, space = INIT_SLOT_ADDRESS_SPACE;

    CHECK_EQUAL(configure(thread, 0, space, endpoint, 0, 0), RESULT_EMPTY);
    CHECK_EQUAL(configure(thread, empty, space, endpoint, 0, 0), RESULT_EMPTY);
    CHECK_EQUAL(configure(thread, space, space, endpoint, 0, 0), RESULT_BAD_SLOT);
    CHECK_EQUAL(configure(thread, table, 0, endpoint, 0, 0), RESULT_EMPTY);
    CHECK_EQUAL(configure(thread, table, table, endpoint, 0, 0), RESULT_BAD_SLOT);
    CHECK_EQUAL(configure(thread, table, space, 0, 0, 0), RESULT_EMPTY);
    CHECK_EQUAL(configure(thread, table, space, weak, 0, 0), RESULT_NO_RIGHT);
    CHECK_EQUAL(configure(thread, table, space, endpoint, space, 0), RESULT_BAD_SLOT);
    CHECK_EQUAL(configure(thread, table, space, endpoint, 0, space), RESULT_BAD_SLOT);
    CHECK_EQUAL(INVOKE(thread, THREAD_START, 0, 0, 0), RESULT_NOT_READY);
    CHECK_EQUAL(INVOKE(thread, THREAD_RESUME, 0), RESULT_NOT_READY);
    CHECK_EQUAL(configure(thread, table, space, endpoint, 0, 0), RESULT_DONE);
}

static uint64_t answer_argument(void *argument, struct message *first)
{
    (void)first;
    return (uintptr_t)argument;
}

/* What was refused has changed nothing: it runs in what it had. */
static void a_refused_configuration_leaves_the_one_before(void)
{
    struct helper *helper = HELPER(answer_argument, 3, PRIORITY_HIGH);
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    CHECK(configure(helper->thread, 0, INIT_SLOT_ADDRESS_SPACE, endpoint, 0, 0) != RESULT_DONE);
    CHECK(configure(helper->thread, INIT_SLOT_CAPTABLE, 0, endpoint, 0, 0) != RESULT_DONE);
    helper_go(helper);
    CHECK_EQUAL(helper_join(helper), 3);
}

static void a_thread_that_ended_can_be_started_again(void)
{
    struct helper *helper = HELPER_GO(answer_argument, 3, PRIORITY_HIGH);

    for (unsigned i = 0; i < 5; i++) {
        struct message message = {.tag = thole_tag(THOLE_FAULT_STOP, 0)};

        CHECK_EQUAL(thole_recv(helper->watch, &message), STATUS_OK);
        CHECK_EQUAL(message.word[1], 3);
        message = (struct message){0};
        signal(helper->kick); /* waits until it is started */
        CHECK_EQUAL(thole_try_recv(helper->watch, &message), STATUS_WOULD_WAIT);
        /* Its fault is answered when main turns to something else. */
        sleep_for(10);
        CHECK_EQUAL(thread_state(helper->thread), THREAD_STOPPED);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_START, (uintptr_t)helper_enter, helper->stack_top,
                           0), RESULT_DONE);
    }
}

/* --- Suspended -------------------------------------------------------------------- */

static volatile uint64_t counter;

static uint64_t count_for_ever(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    for (;;)
        counter++;
    return 0;
}

static bool counter_moves(void)
{
    uint64_t before = counter;

    sleep_for(2000);
    return counter != before;
}

static void a_suspended_thread_stops_and_a_resumed_one_goes_on(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);

    for (unsigned i = 0; i < 3; i++) {
        while (!counter_moves())
            continue; /* its core may be busy with others */
        CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
        CHECK(!counter_moves());
        CHECK_EQUAL(thread_flags(helper->thread) & THREAD_FLAG_SUSPENDED, THREAD_FLAG_SUSPENDED);
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
        CHECK_EQUAL(thread_flags(helper->thread) & THREAD_FLAG_SUSPENDED, 0);
    }
}

static void resuming_oneself_is_harmless(void)
{
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQUAL(INVOKE(INIT_SLOT_THREAD, THREAD_RESUME, 0), RESULT_DONE);
    settle();
}

static uint64_t suspend_itself(void *argument, struct message *first)
{
    volatile uint64_t *steps = argument;

    (void)first;
    ++*steps;
    CHECK_EQUAL(ASK(((struct helper *)(uintptr_t)steps[1])->thread, THREAD_SUSPEND), RESULT_DONE);
    ++*steps;
    return 7;
}

static void a_thread_that_suspends_itself_goes_on_behind_the_call(void)
{
    static volatile uint64_t steps[2];
    struct helper *helper = HELPER(suspend_itself, steps, PRIORITY_HIGH);

    steps[0] = 0;
    steps[1] = (uintptr_t)helper;
    helper_go(helper);
    CHECK_EQUAL(steps[0], 1);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    CHECK_EQUAL(steps[0], 2);
    CHECK_EQUAL(helper_join(helper), 7);
}

static uint64_t call_argument(void *argument, struct message *first)
{
    uint64_t answer = 0;

    (void)first;
    CHECK_EQUAL(call_word((unsigned)(uintptr_t)argument, 5, &answer), STATUS_OK);
    return answer;
}

static void a_suspended_caller_is_answered_and_runs_when_it_is_resumed(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    struct helper *helper = HELPER_GO(call_argument, endpoint, PRIORITY_HIGH);
    struct message message = {0};

    CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    message = (struct message){.tag = thole_tag(0, 1), .word = {8}};
    CHECK_EQUAL(ASK(signal_make(endpoint, 0, 1), NOTIFICATION_SIGNAL), RESULT_DONE);
    CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    CHECK(!helper_ended(helper));
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), 8);
}

/* --- Registers -------------------------------------------------------------------- */

#define REGISTERS 35 /* x0 to x30, sp, pc, pstate, TPIDR_EL0 */
#define FLAGS     0xb0000000ULL /* N, C and V of pstate */

uint64_t registers_seen[REGISTERS];
void registers_store(void); /* written.S */

static uint64_t register_value(unsigned index)
{
    static uint64_t stack[32] __attribute__((aligned(16)));

    switch (index) {
    case 31:
        return (uintptr_t)&stack[32];
    case 32:
        return (uintptr_t)registers_store;
    case 33:
        return FLAGS;
    default:
        return 0xabcd000000000000ULL + index * 0x11111111ULL;
    }
}

static void every_register_that_is_written_is_there_when_the_thread_runs(void)
{
    unsigned thread = make(OBJECT_THREAD, 0), watch = make(OBJECT_ENDPOINT, 0);
    struct message message = {0};

    CHECK_EQUAL(configure(thread, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE, watch, watch,
                          time_make(PRIORITY_HIGH)), RESULT_DONE);
    for (unsigned i = 0; i < REGISTERS; i++)
        CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, i, 1, register_value(i)), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_RESUME, 0), RESULT_DONE);
    CHECK_EQUAL(thole_recv(watch, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], FAULT_EXIT);
    for (unsigned i = 0; i < REGISTERS; i++)
        CHECK_EQUAL(registers_seen[i], register_value(i));
}

static void what_is_written_to_registers_is_read_back(void)
{
    unsigned thread = make(OBJECT_THREAD, 0);

    for (unsigned i = 0; i < REGISTERS; i++)
        CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, i, 1, register_value(i)), RESULT_DONE);
    for (unsigned first = 0; first < REGISTERS; first += 6) {
        struct message message = {.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {first}};

        CHECK_EQUAL(thole_call(thread, &message), STATUS_OK);
        for (unsigned i = 0; i < 6 && first + i < REGISTERS; i++)
            CHECK_EQUAL(message.word[i], register_value(first + i));
    }
    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 35, 1, 0), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 33, 3, 0, 0, 0), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 0, 5, 0), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 0, 0, 0), RESULT_BAD_ARGUMENT);
}

/* Bits of pstate that are not flags would be another exception level, or masked interrupts. */
static void only_flags_of_the_program_state_can_be_written(void)
{
    unsigned thread = make(OBJECT_THREAD, 0);
    struct message message = {.tag = thole_tag(THREAD_READ_REGISTERS, 1), .word = {33}};

    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 33, 1, ~0ULL), RESULT_DONE);
    CHECK_EQUAL(thole_call(thread, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0] & 0x0fffffff, 0);
}

/* --- Cancelled -------------------------------------------------------------------- */

static uint64_t call_and_tell(void *argument, struct message *first)
{
    (void)first;
    return call_word((unsigned)(uintptr_t)argument, 5, NULL);
}

static void a_queued_call_that_is_cancelled_ends_at_once(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    struct helper *helper = HELPER_GO(call_and_tell, endpoint, PRIORITY_HIGH);
    struct message message = {0};

    CHECK_EQUAL(ASK(helper->thread, THREAD_CANCEL), RESULT_DONE);
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
    CHECK_EQUAL(helper_join(helper), STATUS_CANCELLED);
}

static void a_served_call_that_is_cancelled_ends_at_once(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    struct helper *helper = HELPER_GO(call_and_tell, endpoint, PRIORITY_HIGH);
    struct message message = {0};

    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(ASK(helper->thread, THREAD_CANCEL), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), STATUS_CANCELLED);
}

static uint64_t recv_and_tell(void *argument, struct message *first)
{
    struct message message = {0};

    (void)first;
    return thole_recv((unsigned)(uintptr_t)argument, &message);
}

static void a_wait_that_is_cancelled_ends_at_once(void)
{
    struct helper *helper = HELPER_GO(recv_and_tell, make(OBJECT_ENDPOINT, 0), PRIORITY_HIGH);

    CHECK_EQUAL(ASK(helper->thread, THREAD_CANCEL), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), STATUS_CANCELLED);
}

static const struct test tests[] = {
    TEST(a_thread_needs_a_table_a_space_and_an_endpoint, "THREADS0004", 0),
    TEST(a_refused_configuration_leaves_the_one_before, "THREADS0005", 0),
    TEST(a_thread_that_ended_can_be_started_again, "", 0),
    TEST(a_suspended_thread_stops_and_a_resumed_one_goes_on, "SCHED0000", 0),
    TEST(resuming_oneself_is_harmless, "SCHED0002", 0),
    TEST(a_thread_that_suspends_itself_goes_on_behind_the_call, "SCHED0002", 0),
    TEST(a_suspended_caller_is_answered_and_runs_when_it_is_resumed, "SCHED0000", 0),
    TEST(every_register_that_is_written_is_there_when_the_thread_runs, "REGRESSIONS0001", 0),
    TEST(what_is_written_to_registers_is_read_back, "REGRESSIONS0001", 0),
    TEST(only_flags_of_the_program_state_can_be_written, "REGRESSIONS0001", 0),
    TEST(a_queued_call_that_is_cancelled_ends_at_once, "", 0),
    TEST(a_served_call_that_is_cancelled_ends_at_once, "", 0),
    TEST(a_wait_that_is_cancelled_ends_at_once, "", 0),
};

const struct test_group thread_state_group = TEST_GROUP(tests);
