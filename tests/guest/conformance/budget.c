/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SchedContexts: what they may be filled with, who they are bound to, and that
 * budgets, periods and graces are kept. Lengths of time are judged where the
 * clock counts instructions.
 */
#include "conformance.h"

#define MS ticks_of(1000)

static enum thole_result bind_time(unsigned thread, unsigned time)
{
    return INVOKE(thread, THREAD_BIND_TIME, time);
}

/* ticks used, priority, budget, period, core, ticks left */
static uint64_t time_word(unsigned time, unsigned word)
{
    return answer_of(time, SCHED_CONTEXT_CONSUMED, word);
}

/* --- Filling ---------------------------------------------------------------------- */

static void time_is_filled_within_its_bounds_only(void)
{
    unsigned time = make(OBJECT_SCHED_CONTEXT, 0), endpoint = make(OBJECT_ENDPOINT, 0);

    CHECK_EQUAL(time_configure(endpoint, 0, 1, 1000, 1000), RESULT_BAD_SLOT);
    CHECK_EQUAL(time_configure(slot_take(), 0, 1, 1000, 1000), RESULT_EMPTY);
    CHECK_EQUAL(time_configure(time, 0, 1, 0, 1000), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, 0, 1, 0, 0), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, 0, 1, 1000, 0), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, 0, 1, 1001, 1000), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, 0, 1, 1000, ~0ULL), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, boot->cores_running, 1, 1000, 1000), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(time, 0, PRIORITY_COUNT, 1000, 1000), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(time_configure(copy(time, RIGHT_SEND), 0, 1, 1000, 1000), RESULT_NO_RIGHT);
    CHECK_EQUAL(time_configure(time, 0, 1, 1, 1), RESULT_DONE); /* the least */
    CHECK_EQUAL(time_configure(time, 0, 1, 1000, 1000), RESULT_DONE);
    CHECK_EQUAL(time_word(time, 1), 1);
    CHECK_EQUAL(time_word(time, 2), 1000);
    CHECK_EQUAL(time_word(time, 3), 1000);
    CHECK_EQUAL(time_word(time, 4), 0);
}

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

/* Its share of the core goes up and down while it is held back, and while it could run. */
static void time_is_filled_anew_while_it_is_used(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);
    static const unsigned parts[] = {10, 2, 7, 1, 10};

    for (unsigned i = 0; i < 5; i++)
        for (unsigned held = 0; held < 2; held++) {
            CHECK_EQUAL(held ? ASK(helper->thread, THREAD_SUSPEND)
                             : INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
            CHECK_EQUAL(time_configure(helper->time, 0, PRIORITY_LOW, parts[i] * MS / 10, MS),
                        RESULT_DONE);
            CHECK_EQUAL(time_word(helper->time, 2), parts[i] * MS / 10);
            if (held) {
                CHECK(!counter_moves());
                CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
            }
            while (!counter_moves())
                continue; /* the machine may be busy */
        }
}

/* --- Binding ---------------------------------------------------------------------- */

static uint64_t return_7(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    return 7;
}

/* A thread that begins at its program counter when it is resumed. */
static struct helper *stopped_make(void)
{
    struct helper *helper = HELPER(return_7, NULL, PRIORITY_HIGH, .passive = true);
    unsigned thread = make(OBJECT_THREAD, 0);

    CHECK_EQUAL(delete(helper->thread), RESULT_DONE);
    helper->thread = thread;
    CHECK_EQUAL(INVOKE(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                       helper->endpoint, helper->watch, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(thread, THREAD_WRITE_REGISTERS, 31, 2, helper->stack_top,
                       (uintptr_t)helper_enter), RESULT_DONE);
    return helper;
}

static void time_is_bound_once_and_to_what_can_use_it(void)
{
    struct helper *helper = stopped_make();
    unsigned time = time_make(PRIORITY_HIGH), empty = make(OBJECT_SCHED_CONTEXT, 0);
    unsigned other = make(OBJECT_THREAD, 0);

    CHECK_EQUAL(bind_time(helper->thread, helper->endpoint), RESULT_BAD_SLOT);
    CHECK_EQUAL(bind_time(helper->thread, slot_take()), RESULT_EMPTY);
    CHECK_EQUAL(bind_time(helper->thread, copy(time, RIGHT_SEND)), RESULT_NO_RIGHT);
    CHECK_EQUAL(bind_time(helper->thread, 0), RESULT_EMPTY);
    CHECK_EQUAL(bind_time(helper->thread, empty), RESULT_NOT_READY);
    CHECK_EQUAL(bind_time(helper->thread, INIT_SLOT_SCHED_CONTEXT), RESULT_BUSY);
    CHECK_EQUAL(bind_time(helper->thread, time), RESULT_DONE);
    CHECK_EQUAL(bind_time(helper->thread, time), RESULT_OCCUPIED);
    CHECK_EQUAL(bind_time(helper->thread, 0), RESULT_DONE);
    CHECK_EQUAL(bind_time(helper->thread, 0), RESULT_EMPTY);
    CHECK_EQUAL(bind_time(other, 0), RESULT_EMPTY);
}

static void a_thread_resumed_and_then_given_time_runs(void)
{
    struct helper *helper = stopped_make();

    CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
    CHECK_EQUAL(bind_time(helper->thread, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), 7);
}

static void a_thread_given_time_and_then_resumed_runs(void)
{
    struct helper *helper = stopped_make();

    CHECK_EQUAL(bind_time(helper->thread, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STOPPED);
    CHECK(!helper_ended(helper));
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), 7);
}

static void a_thread_that_waits_can_be_without_time(void)
{
    struct helper *helper = HELPER(return_7, NULL, PRIORITY_HIGH);

    CHECK_EQUAL(bind_time(helper->thread, 0), RESULT_DONE);
    CHECK_EQUAL(thread_flags(helper->thread) & THREAD_FLAG_HAS_TIME, 0);
    helper_go(helper);
    settle();
    CHECK(!helper_ended(helper));
    CHECK_EQUAL(bind_time(helper->thread, helper->time), RESULT_DONE);
    CHECK_EQUAL(helper_join(helper), 7);
}

static void resuming_without_time_is_harmless_and_runs_nothing(void)
{
    struct helper *helper = stopped_make();

    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(INVOKE(helper->thread, THREAD_RESUME, 0), RESULT_DONE);
        settle();
        CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
        CHECK(!helper_ended(helper));
    }
}

static void deleting_its_time_stops_a_thread(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);

    while (!counter_moves())
        continue;
    CHECK_EQUAL(delete(helper->time), RESULT_DONE);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_STRANDED);
    CHECK(!counter_moves());
    settle();
    CHECK_EQUAL(bind_time(helper->thread, time_make(PRIORITY_LOW)), RESULT_DONE);
    while (!counter_moves())
        continue;
}

static void used_time_is_told(void)
{
    struct helper *helper = HELPER_GO(count_for_ever, NULL, PRIORITY_LOW);
    uint64_t before = time_word(helper->time, 0), start = ticks_now();

    while (!counter_moves())
        continue;
    CHECK(time_word(helper->time, 0) > before);
    CHECK(time_word(helper->time, 0) - before <= ticks_now() - start);
    CHECK_EQUAL(ASK(helper->thread, THREAD_SUSPEND), RESULT_DONE);
    before = time_word(helper->time, 0);
    sleep_for(1000);
    CHECK_EQUAL(time_word(helper->time, 0), before);
}

/* --- Graces ----------------------------------------------------------------------- */

#define BADGE        77
#define CLIENT_BADGE 78

struct overrun {
    unsigned endpoint, faults;
    struct helper *server, *client;
    unsigned time;
    volatile bool spin;
};

static struct overrun overrun;

static uint64_t serve_or_spin(void *argument, struct message *first)
{
    struct message message = *first;

    (void)argument;
    for (;;) {
        while (overrun.spin)
            counter++;
        message = (struct message){.tag = thole_tag(0, 1), .word = {5}};
        CHECK_EQUAL(thole_reply_recv(overrun.endpoint, &message), STATUS_OK);
    }
    return 0;
}

static uint64_t call_server(void *argument, struct message *first)
{
    uint64_t answer = 0;
    enum thole_status status;

    (void)argument;
    (void)first;
    status = call_word(overrun.endpoint, 1, &answer);
    return status == STATUS_OK ? answer : 1000 + status;
}

static void grace_set(const struct helper *helper, uint64_t grace)
{
    CHECK_EQUAL(INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, helper->thread, 0, grace),
                RESULT_DONE);
}

/* A server without time that spins, on a client's budget of a millisecond in a hundred. */
static void overrun_make(uint64_t grace)
{
    overrun = (struct overrun){.endpoint = make(OBJECT_ENDPOINT, 0), .spin = true,
                               .faults = make(OBJECT_ENDPOINT, 0)};
    overrun.server = HELPER(serve_or_spin, NULL, 0, .endpoint = overrun.endpoint, .passive = true,
                            .watch = mint(overrun.faults, RIGHT_SEND, BADGE));
    grace_set(overrun.server, grace);
    overrun.time = make(OBJECT_SCHED_CONTEXT, 0);
    CHECK_EQUAL(time_configure(overrun.time, 0, PRIORITY_LOW, MS, 100 * MS), RESULT_DONE);
    overrun.client = HELPER_GO(call_server, NULL, 0, .time = overrun.time,
                               .watch = mint(overrun.faults, RIGHT_SEND, CLIENT_BADGE));
}

static struct message timeout_receive(void)
{
    struct message message = {0};

    CHECK_EQUAL(thole_recv(overrun.faults, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_kind(message.tag), KIND_FAULT);
    CHECK_EQUAL(message.word[0], FAULT_TIMEOUT);
    CHECK_EQUAL(message.badge, BADGE);
    return message;
}

static void lent_time_used_beyond_the_grace_is_a_fault(void)
{
    struct message message;

    overrun_make(MS / 2);
    message = timeout_receive();
    CHECK(message.word[1] >= MS / 2);
    CHECK(time_word(overrun.time, 0) >= MS + MS / 2);
    CHECK_EQUAL(thread_flags(overrun.server->thread) & THREAD_FLAG_FAULTED, THREAD_FLAG_FAULTED);
}

static struct message fault_answer(unsigned label)
{
    struct message message = {.tag = thole_tag(label, 0)};

    CHECK_EQUAL(thole_reply_recv(overrun.faults, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_kind(message.tag), KIND_FAULT);
    return message;
}

static void a_resumed_server_goes_on_until_the_next_timeout(void)
{
    struct message message;
    uint64_t used;

    overrun_make(MS / 2);
    message = timeout_receive();
    used = time_word(overrun.time, 0);
    message = fault_answer(THOLE_FAULT_RESUME);
    CHECK_EQUAL(message.word[0], FAULT_TIMEOUT);
    /* It pays back first what was used too much, which may be all where the host stands still. */
    CHECK(!clock_is_exact || time_word(overrun.time, 0) >= used + MS / 2);
    overrun.spin = false;
    do {
        message = fault_answer(THOLE_FAULT_RESUME);
    } while (message.word[0] == FAULT_TIMEOUT); /* the host may have taken the time */
    CHECK_EQUAL(message.badge, CLIENT_BADGE);
    CHECK_EQUAL(message.word[1], 5);
}

/* Nothing is left of this one: there are never two timeouts in one period. */
static void a_resumed_server_without_grace_goes_on_in_the_next_period(void)
{
    uint64_t before, start;

    overrun_make(0);
    timeout_receive();
    start = ticks_now();
    for (unsigned i = 1; i <= 5; i++) {
        before = counter;
        CHECK_EQUAL(fault_answer(THOLE_FAULT_RESUME).word[0], FAULT_TIMEOUT);
        CHECK(counter > before || !clock_is_exact);
        CHECK(ticks_now() - start >= (i - 1) * 100 * MS);
    }
}

/* The handler ends the service, and starts the server where it was before: at its wait. */
static void server_restart(void)
{
    struct message message = fault_answer(THOLE_FAULT_STOP);

    CHECK_EQUAL(message.badge, CLIENT_BADGE);
    CHECK_EQUAL(message.word[1], 1000 + STATUS_PEER_DIED);
    CHECK_EQUAL(thread_state(overrun.server->thread), THREAD_STOPPED);
    CHECK_EQUAL(INVOKE(overrun.server->thread, THREAD_START, (uintptr_t)helper_enter,
                       overrun.server->stack_top, 0), RESULT_DONE);
}

static void a_server_that_timed_out_is_started_again_and_serves(void)
{
    overrun_make(0);
    for (unsigned i = 0; i < 5; i++) {
        timeout_receive();
        server_restart();
        overrun.spin = false;
        CHECK_EQUAL(helper_join(HELPER_GO(call_server, NULL, PRIORITY_HIGH)), 5);
        CHECK_EQUAL(thread_state(overrun.client->thread), THREAD_STOPPED);
        overrun.spin = true;
        CHECK_EQUAL(time_configure(overrun.time, 0, PRIORITY_LOW, MS, 100 * MS), RESULT_DONE);
        signal(overrun.client->kick);
        CHECK_EQUAL(INVOKE(overrun.client->thread, THREAD_START, (uintptr_t)helper_enter,
                           overrun.client->stack_top, 0), RESULT_DONE);
    }
}

static void who_runs_on_its_own_time_waits_for_the_next_period(void)
{
    struct helper *helper = HELPER(count_for_ever, NULL, PRIORITY_HIGH);

    CHECK_EQUAL(time_configure(helper->time, 0, PRIORITY_HIGH, MS, 50 * MS), RESULT_DONE);
    helper_go(helper); /* more urgent than main: it runs until its budget is at its end */
    CHECK(time_word(helper->time, 0) >= MS);
    CHECK(!helper_ended(helper)); /* no fault: it waits */
    /* Main may have lost the core to the host for long: then it runs again now and then. */
    while ((thread_flags(helper->thread) & THREAD_FLAG_SPENT) == 0)
        thole_yield();
}

/* --- Turns, and periods ----------------------------------------------------------- */

#define TURNS_MAX 256

static struct {
    volatile unsigned count;
    volatile struct {
        unsigned who;
        uint64_t from, to;
    } turn[TURNS_MAX];
} turns;

/* A turn begins when this thread was away for longer than a round of the loop takes. */
static uint64_t note_turns(void *argument, struct message *first)
{
    unsigned who = (unsigned)(uintptr_t)argument, mine = 0;
    uint64_t last = 0;

    (void)first;
    for (;;) {
        uint64_t now = ticks_now();

        if (now - last > ticks_of(50)) {
            mine = turns.count;
            if (mine < TURNS_MAX)
                turns.count++;
            else
                thole_exit(HELPER_FAILED);
            turns.turn[mine].who = who;
            turns.turn[mine].from = now;
        }
        turns.turn[mine].to = last = now;
    }
    return 0;
}

static struct helper *noting_make(unsigned who, uint64_t budget, uint64_t period)
{
    struct helper *helper = HELPER(note_turns, who, PRIORITY_LOW);

    CHECK_EQUAL(time_configure(helper->time, 0, PRIORITY_LOW, budget, period), RESULT_DONE);
    return helper;
}

static void turns_clear(void)
{
    turns.count = 0;
}

static uint64_t turn_length(unsigned index)
{
    return turns.turn[index].to - turns.turn[index].from;
}

static void check_near(uint64_t found, uint64_t wanted, uint64_t percent)
{
    CHECK(found * 100 >= wanted * (100 - percent));
    CHECK(found * 100 <= wanted * (100 + percent));
}

static void a_turn_is_as_long_as_the_budget(void)
{
    turns_clear();
    helper_go(noting_make(0, 100 * MS, 100 * MS));
    helper_go(noting_make(1, 100 * MS, 100 * MS));
    sleep_for(950000);
    CHECK(turns.count >= 8);
    for (unsigned i = 1; i + 1 < turns.count; i++)
        check_near(turn_length(i), 100 * MS, 2);
}

#define EQUALS 5

static void equals_run_once_in_each_round_for_as_long(void)
{
    turns_clear();
    for (unsigned i = 0; i < EQUALS; i++)
        helper_go(noting_make(i, 5 * MS, 5 * MS));
    sleep_for(5000 * EQUALS * 6);
    CHECK(turns.count >= 5 * EQUALS);
    for (unsigned i = 1; i + 1 < turns.count; i++) {
        CHECK_EQUAL(turns.turn[i].who, (turns.turn[i - 1].who + 1) % EQUALS);
        check_near(turn_length(i), 5 * MS, 2);
    }
}

static unsigned turns_of(unsigned who)
{
    unsigned count = 0;

    for (unsigned i = 0; i < turns.count; i++)
        count += turns.turn[i].who == who;
    return count;
}

static void a_thread_runs_once_in_each_period(void)
{
    uint64_t start;
    struct helper *helper;

    turns_clear();
    start = ticks_now();
    helper = noting_make(0, MS, 10 * MS);
    helper_go(helper);
    sleep_until(start + 205 * MS);
    CHECK_EQUAL(turns_of(0), 21);
    for (unsigned i = 0; i + 1 < turns.count; i++)
        check_near(turn_length(i), MS, 2);
    check_near(time_word(helper->time, 0), 21 * MS, 2);
}

static void threads_run_as_often_as_their_periods_say(void)
{
    uint64_t start;

    turns_clear();
    start = ticks_now();
    helper_go(noting_make(0, MS, 20 * MS));
    helper_go(noting_make(1, MS, 40 * MS));
    sleep_until(start + 399 * MS);
    CHECK_EQUAL(turns_of(0), 20);
    CHECK_EQUAL(turns_of(1), 10);
}

static void three_periods_are_kept_side_by_side(void)
{
    uint64_t start;

    turns_clear();
    start = ticks_now();
    helper_go(noting_make(0, MS, 10 * MS));
    helper_go(noting_make(1, MS, 20 * MS));
    helper_go(noting_make(2, MS, 40 * MS));
    sleep_until(start + 399 * MS);
    CHECK_EQUAL(turns_of(0), 40);
    CHECK_EQUAL(turns_of(1), 20);
    CHECK_EQUAL(turns_of(2), 10);
}

static const struct test tests[] = {
    TEST(time_is_filled_within_its_bounds_only, "SCHED_CONTEXT_0001", 0),
    TEST(time_is_filled_anew_while_it_is_used, "SCHED_CONTEXT_0002", 0),
    TEST(time_is_bound_once_and_to_what_can_use_it, "SCHED_CONTEXT_0003", 0),
    TEST(deleting_its_time_stops_a_thread, "SCHED_CONTEXT_0005", 0),
    TEST(a_thread_resumed_and_then_given_time_runs, "SCHED_CONTEXT_0007", 0),
    TEST(a_thread_given_time_and_then_resumed_runs, "SCHED_CONTEXT_0007", 0),
    TEST(a_thread_that_waits_can_be_without_time, "SCHED_CONTEXT_0007", 0),
    TEST(resuming_without_time_is_harmless_and_runs_nothing, "SCHED0010", 0),
    TEST(used_time_is_told, "", 0),
    TEST(lent_time_used_beyond_the_grace_is_a_fault, "TIMEOUTFAULT0001", 0),
    TEST(a_resumed_server_goes_on_until_the_next_timeout, "TIMEOUTFAULT0001", 0),
    TEST(a_resumed_server_without_grace_goes_on_in_the_next_period, "TIMEOUTFAULT0001",
         0),
    TEST(a_server_that_timed_out_is_started_again_and_serves, "TIMEOUTFAULT0002", 0),
    TEST(who_runs_on_its_own_time_waits_for_the_next_period, "SCHED0012", 0),
    TEST(a_turn_is_as_long_as_the_budget, "SCHED0011", NEEDS_EXACT),
    TEST(equals_run_once_in_each_round_for_as_long, "SCHED0021", NEEDS_EXACT),
    TEST(a_thread_runs_once_in_each_period, "SCHED0012", NEEDS_EXACT),
    TEST(threads_run_as_often_as_their_periods_say, "SCHED0013", NEEDS_EXACT),
    TEST(three_periods_are_kept_side_by_side, "SCHED0014", NEEDS_EXACT),
};

const struct test_group budget_group = TEST_GROUP(tests);
