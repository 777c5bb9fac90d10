/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: by priority, among equals by turns, and at once when that changes.
 */
#include "conformance.h"

#define LOG_MAX 128

/* What helpers do, in order. */
static volatile unsigned log_entry[LOG_MAX];
static volatile unsigned log_count;

static void log_add(unsigned entry)
{
    CHECK(log_count < LOG_MAX);
    log_entry[log_count++] = entry;
}

static void log_clear(void)
{
    log_count = 0;
}

static uint64_t log_once(void *argument, struct message *first)
{
    (void)first;
    log_add((unsigned)(uintptr_t)argument);
    return 0;
}

static enum thole_result set_priority(unsigned time, unsigned priority)
{
    uint64_t slice = SLICE;

    return time_configure(time, 0, priority, slice, slice);
}

/* --- By priority ------------------------------------------------------------------ */

#define LEVELS 62u /* as many helpers, of priorities 0 to 61; main is above them */

static void threads_of_all_priorities_run_strictly_in_that_order(void)
{
    static struct helper *helper[LEVELS];

    log_clear();
    main_priority(LEVELS);
    for (unsigned i = 0; i < LEVELS; i++)
        helper[i] = HELPER(log_once, i, i);
    for (unsigned i = 0; i < LEVELS; i++)
        helper_go(helper[i * 17 % LEVELS]);
    CHECK_EQUAL(log_count, 0);
    settle();
    CHECK_EQUAL(log_count, LEVELS);
    for (unsigned i = 0; i < LEVELS; i++)
        CHECK_EQUAL(log_entry[i], LEVELS - 1 - i);
}

static void lowering_ones_own_priority_lets_others_run_at_once(void)
{
    log_clear();
    HELPER_GO(log_once, 1, PRIORITY_LOW);
    CHECK_EQUAL(log_count, 0);
    main_priority(PRIORITY_LOW);
    CHECK_EQUAL(log_count, 0); /* among equals, main goes on */
    main_priority(PRIORITY_LOW - 1);
    CHECK_EQUAL(log_count, 1);
}

static void priorities_are_set_by_their_control_alone(void)
{
    unsigned time = make(OBJECT_SCHED_CONTEXT, 0), weak = copy(INIT_SLOT_SCHED_CONTROL, RIGHT_SEND);
    unsigned thread = make(OBJECT_THREAD, 0);

    CHECK_EQUAL(INVOKE(weak, SCHED_CONTROL_CONFIGURE, time, 0, 1, 1000, 1000), RESULT_NO_RIGHT);
    CHECK_EQUAL(INVOKE(weak, SCHED_CONTROL_CEILING, thread, 1, 1000), RESULT_NO_RIGHT);
    CHECK_EQUAL(set_priority(time, PRIORITY_COUNT), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, thread, PRIORITY_COUNT, 0),
                RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(set_priority(time, PRIORITY_COUNT - 1), RESULT_DONE);
    CHECK_EQUAL(answer_of(time, SCHED_CONTEXT_CONSUMED, 1), PRIORITY_COUNT - 1);
}

static void raising_another_thread_above_oneself_runs_it_at_once(void)
{
    struct helper *helper;

    log_clear();
    helper = HELPER_GO(log_once, 1, PRIORITY_LOW);
    CHECK_EQUAL(log_count, 0);
    CHECK_EQUAL(set_priority(helper->time, PRIORITY_HIGH), RESULT_DONE);
    CHECK_EQUAL(log_count, 1);
}

static void a_ceiling_raises_a_thread_above_its_time(void)
{
    struct helper *helper = HELPER(log_once, 1, PRIORITY_LOW);

    log_clear();
    CHECK_EQUAL(INVOKE(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, helper->thread,
                       PRIORITY_HIGH, 0), RESULT_DONE);
    helper_go(helper);
    CHECK_EQUAL(log_count, 1);
}

/* --- With messages ---------------------------------------------------------------- */

struct hop {
    unsigned own, next; /* endpoints; next 0: the last of the chain */
    unsigned name;
};

static uint64_t hop_run(void *argument, struct message *first)
{
    struct hop *hop = argument;
    struct message message = *first;

    for (;;) {
        log_add(hop->name);
        if (hop->next != 0)
            CHECK_EQUAL(call_word(hop->next, 0, NULL), STATUS_OK);
        log_add(hop->name + 100);
        message = (struct message){0};
        CHECK_EQUAL(thole_reply_recv(hop->own, &message), STATUS_OK);
    }
}

/*
 * Main calls 1, which calls 2, which calls 3. The more urgent run first: who is
 * less urgent than main gets its turn when main waits.
 */
static void the_most_urgent_runs_first_through_all_calls(void)
{
    static struct hop hop[3];
    static const unsigned priority[3] = {PRIORITY_LOW, PRIORITY_HIGHER, PRIORITY_HIGH};
    static const unsigned expected[] = {1, 2, 3, 103, 102, 101};
    unsigned endpoint[4] = {0};

    log_clear();
    for (unsigned i = 0; i < 3; i++)
        endpoint[i] = make(OBJECT_ENDPOINT, 0);
    for (unsigned i = 0; i < 3; i++) {
        hop[i] = (struct hop){endpoint[i], endpoint[i + 1], i + 1};
        HELPER(hop_run, &hop[i], priority[i], .endpoint = endpoint[i]);
    }
    HELPER_GO(log_once, 50, PRIORITY_LOW + 1); /* more urgent than the first hop */
    CHECK_EQUAL(log_count, 0);
    CHECK_EQUAL(call_word(endpoint[0], 0, NULL), STATUS_OK);
    CHECK_EQUAL(log_count, 7);
    CHECK_EQUAL(log_entry[0], 50);
    for (unsigned i = 0; i < 6; i++)
        CHECK_EQUAL(log_entry[1 + i], expected[i]);
}

static uint64_t call_named(void *argument, struct message *first)
{
    unsigned slot = (unsigned)(uintptr_t)argument;

    (void)first;
    return call_word(slot, slot, NULL);
}

static unsigned next_caller(unsigned endpoint, bool is_first)
{
    struct message message = {0};

    CHECK_EQUAL(is_first ? thole_recv(endpoint, &message) : thole_reply_recv(endpoint, &message),
                STATUS_OK);
    return (unsigned)message.word[0];
}

#define CALLERS 5

static void callers_queue(unsigned endpoint, unsigned slot[], struct helper *caller[])
{
    static const unsigned priority[CALLERS] = {45, 41, 49, 43, 47};

    for (unsigned i = 0; i < CALLERS; i++) {
        slot[i] = mint(endpoint, RIGHT_SEND, i + 1);
        caller[i] = HELPER_GO(call_named, slot[i], priority[i]);
    }
}

static void a_queue_of_calls_is_first_come_first_served(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), slot[CALLERS];
    struct helper *caller[CALLERS];

    callers_queue(endpoint, slot, caller);
    for (unsigned i = 0; i < CALLERS; i++)
        CHECK_EQUAL(next_caller(endpoint, i == 0), slot[i]);
}

static void a_new_priority_does_not_move_a_queued_caller(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), slot[CALLERS];
    struct helper *caller[CALLERS];

    callers_queue(endpoint, slot, caller);
    for (unsigned i = 0; i < CALLERS; i++)
        CHECK_EQUAL(set_priority(caller[i]->time, 33 + i * 5 % CALLERS), RESULT_DONE);
    for (unsigned i = 0; i < CALLERS; i++)
        CHECK_EQUAL(next_caller(endpoint, i == 0), slot[i]);
}

static void events_go_ahead_of_calls(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), slot[CALLERS];
    unsigned timeless = signal_make(endpoint, 0, 1);
    unsigned timed = signal_make(endpoint, time_make(PRIORITY_LOW), 2);
    struct helper *caller[CALLERS];
    struct message message = {0};

    callers_queue(endpoint, slot, caller);
    signal(timeless);
    signal(timed);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 2);
    message = (struct message){0};
    CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 1);
    for (unsigned i = 0; i < CALLERS; i++)
        CHECK_EQUAL(next_caller(endpoint, false), slot[i]);
}

struct answering {
    unsigned endpoint, name;
};

static uint64_t answer_name(void *argument, struct message *first)
{
    struct answering *server = argument;
    struct message message = *first;

    for (;;) {
        message = (struct message){.tag = thole_tag(0, 1), .word = {server->name}};
        CHECK_EQUAL(thole_reply_recv(server->endpoint, &message), STATUS_OK);
    }
}

/* Its memory is the warmest, and the others may stay where they are. */
static void of_several_servers_the_last_that_came_answers(void)
{
    static struct answering server[CALLERS];
    static const unsigned priority[CALLERS] = {45, 41, 49, 43, 47};
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    uint64_t name;

    for (unsigned i = 0; i < CALLERS; i++) {
        server[i] = (struct answering){endpoint, i + 1};
        HELPER(answer_name, &server[i], priority[i], .endpoint = endpoint);
    }
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(call_word(endpoint, 0, &name), STATUS_OK);
        CHECK_EQUAL(name, CALLERS);
    }
}

static void who_brings_time_is_served_by_one_who_has_none(void)
{
    static struct answering active, passive;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);
    uint64_t name;

    active = (struct answering){endpoint, 1};
    passive = (struct answering){endpoint, 2};
    HELPER(answer_name, &passive, 0, .endpoint = endpoint, .passive = true);
    HELPER(answer_name, &active, PRIORITY_HIGH, .endpoint = endpoint);
    CHECK_EQUAL(call_word(endpoint, 0, &name), STATUS_OK);
    CHECK_EQUAL(name, 2);
}

/* --- By turns --------------------------------------------------------------------- */

static uint64_t log_and_yield(void *argument, struct message *first)
{
    (void)first;
    for (unsigned i = 0; i < 10; i++) {
        log_add((unsigned)(uintptr_t)argument);
        thole_yield();
    }
    return 0;
}

static void equals_that_yield_take_turns(void)
{
    log_clear();
    for (unsigned i = 0; i < 4; i++)
        HELPER_GO(log_and_yield, i, PRIORITY_LOW);
    settle();
    CHECK_EQUAL(log_count, 40);
    for (unsigned i = 0; i < 40; i++)
        CHECK_EQUAL(log_entry[i], i % 4);
}

static void yielding_runs_nobody_less_urgent(void)
{
    log_clear();
    HELPER_GO(log_once, 1, PRIORITY_LOW);
    for (unsigned i = 0; i < 10; i++)
        thole_yield();
    CHECK_EQUAL(log_count, 0);
}

/* --- Between the parts of a long operation ---------------------------------------- */

struct ticking {
    unsigned endpoint;
    volatile unsigned count;
    volatile bool stop;
};

static uint64_t tick_on(void *argument, struct message *first)
{
    struct ticking *ticking = argument;
    struct message message = *first;

    while (!ticking->stop) {
        if (thole_tag_kind(message.tag) == KIND_TIMER)
            ticking->count++;
        message = (struct message){.tag = thole_tag(0, 1), .word = {ticks_now() + ticks_of(20)}};
        CHECK_EQUAL(thole_reply_recv(ticking->endpoint, &message), STATUS_OK);
    }
    return 0;
}

/* In all slots of the table but the first, which cannot be named. */
static void copies_make(unsigned table, unsigned bits, unsigned source)
{
    for (unsigned i = 1; i < 1u << bits; i++)
        CHECK_EQUAL(INVOKE(table, CAPTABLE_COPY, i, INIT_SLOT_CAPTABLE, source, RIGHTS_ALL),
                    RESULT_DONE);
}

static void check_empty(unsigned table, unsigned bits)
{
    for (unsigned i = 1; i < 1u << bits; i += 97) {
        struct message message = {.tag = thole_tag(CAPTABLE_INSPECT, 1), .word = {i}};

        CHECK_EQUAL(thole_call(table, &message), STATUS_OK);
        CHECK_EQUAL(message.word[0], OBJECT_NULL);
    }
}

#define THOUSANDS_BITS 13

/*
 * If the whole were one part, one tick could come at its end, and never two. How
 * often they come depends on the machine: so it is tried until they do.
 */
static void a_more_urgent_thread_runs_while_thousands_are_revoked(void)
{
    static struct ticking ticking;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), table = make(OBJECT_CAPTABLE, THOUSANDS_BITS);
    unsigned timer = make(OBJECT_TIMER, 0), source = make(OBJECT_ENDPOINT, 0), before;

    ticking = (struct ticking){.endpoint = endpoint};
    HELPER(tick_on, &ticking, PRIORITY_HIGH, .endpoint = endpoint);
    CHECK_EQUAL(INVOKE(timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(timer, TIMER_ARM, ticks_now()), RESULT_DONE);
    do {
        copies_make(table, THOUSANDS_BITS, source);
        before = ticking.count;
        CHECK_EQUAL(revoke(source), RESULT_DONE);
    } while (ticking.count < before + 2);
    check_empty(table, THOUSANDS_BITS);
}

#define FULL_BITS      16
#define STEP_LARGEST   16u  /* capabilities that one step may take away */
#define DEADLINES_LEAST 100u

/* Written by main: when its last step began. By the urgent thread: the rest. */
static struct {
    unsigned endpoint;
    volatile uint64_t step_began, deadline;
    volatile unsigned kept, missed;
} urgent;

/* A step that began before the deadline may end; one that began behind it came first. */
static uint64_t keep_deadlines(void *argument, struct message *first)
{
    struct message message = *first;

    (void)argument;
    for (;;) {
        if (thole_tag_kind(message.tag) == KIND_TIMER) {
            if (urgent.step_began > urgent.deadline)
                urgent.missed++;
            else
                urgent.kept++;
        }
        urgent.deadline = ticks_now() + ticks_of(50 + urgent.kept % 41);
        message = (struct message){.tag = thole_tag(0, 1), .word = {urgent.deadline}};
        CHECK_EQUAL(thole_reply_recv(urgent.endpoint, &message), STATUS_OK);
    }
}

static unsigned revoke_in_steps(unsigned slot)
{
    struct message message;
    unsigned steps = 0;

    do {
        message = (struct message){.tag = thole_tag(CAPTABLE_REVOKE, 1), .word = {slot}};
        steps++;
        urgent.step_began = ticks_now();
        CHECK_EQUAL(thole_call(INIT_SLOT_CAPTABLE, &message), STATUS_OK);
    } while (thole_tag_label(message.tag) == RESULT_MORE);
    CHECK_EQUAL(thole_tag_label(message.tag), RESULT_DONE);
    return steps;
}

/*
 * How late the urgent thread may be is said in steps, not in time: at most the one that
 * was under way, and how much that is, too. A clock that counts instructions tells what
 * came first.
 */
static void an_urgent_thread_keeps_its_deadlines_while_65536_are_revoked(void)
{
    unsigned table = make(OBJECT_CAPTABLE, FULL_BITS), source = make(OBJECT_ENDPOINT, 0);
    unsigned timer = make(OBJECT_TIMER, 0), endpoint = make(OBJECT_ENDPOINT, 0), before, steps;

    copies_make(table, FULL_BITS, source);
    copy(source, RIGHTS_ALL);
    urgent.endpoint = endpoint;
    urgent.kept = urgent.missed = 0;
    urgent.step_began = 0;
    urgent.deadline = ticks_now();
    HELPER(keep_deadlines, NULL, PRIORITY_HIGH, .endpoint = endpoint);
    CHECK_EQUAL(INVOKE(timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
    CHECK_EQUAL(INVOKE(timer, TIMER_ARM, urgent.deadline), RESULT_DONE);
    before = urgent.kept;
    steps = revoke_in_steps(source);
    CHECK_EQUAL(urgent.missed, 0);
    CHECK(urgent.kept >= before + DEADLINES_LEAST);
    CHECK(steps >= (1u << FULL_BITS) / STEP_LARGEST);
    check_empty(table, FULL_BITS);
}

static const struct test tests[] = {
    TEST(threads_of_all_priorities_run_strictly_in_that_order, "SCHED0004", 0),
    TEST(lowering_ones_own_priority_lets_others_run_at_once, "SCHED0005", 0),
    TEST(priorities_are_set_by_their_control_alone, "SCHED0005", 0),
    TEST(raising_another_thread_above_oneself_runs_it_at_once, "SCHED0020", 0),
    TEST(a_ceiling_raises_a_thread_above_its_time, "SCHED0020", 0),
    TEST(the_most_urgent_runs_first_through_all_calls, "SCHED0006", 0),
    TEST(a_queue_of_calls_is_first_come_first_served, "SCHED0007", 0),
    TEST(a_new_priority_does_not_move_a_queued_caller, "SCHED0008", 0),
    TEST(events_go_ahead_of_calls, "SCHED0007", 0),
    TEST(of_several_servers_the_last_that_came_answers, "SCHED0009", 0),
    TEST(who_brings_time_is_served_by_one_who_has_none, "SCHED0009", 0),
    TEST(equals_that_yield_take_turns, "", 0),
    TEST(yielding_runs_nobody_less_urgent, "", 0),
    TEST(a_more_urgent_thread_runs_while_thousands_are_revoked, "PREEMPT_REVOKE", 0),
    TEST(an_urgent_thread_keeps_its_deadlines_while_65536_are_revoked, "PREEMPT_REVOKE",
         NEEDS_EXACT),
};

const struct test_group scheduler_group = TEST_GROUP(tests);
