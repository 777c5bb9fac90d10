/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications and timers: what they say, on whose time, and that nothing of
 * it is lost.
 */
#include "conformance.h"

#define ROUNDS 10

/* What a helper has received. */
struct received {
    unsigned endpoint;
    unsigned calls, signals;
    uint64_t call_badges, signal_bits;
};

static void receive_note(struct received *received, struct message *message)
{
    if (thole_tag_kind(message->tag) == KIND_CALL) {
        received->calls++;
        received->call_badges += message->badge;
    } else {
        CHECK_EQUAL(thole_tag_kind(message->tag), KIND_SIGNAL);
        received->signals++;
        received->signal_bits += message->word[0];
    }
    *message = (struct message){0};
}

static uint64_t receive_for_ever(void *argument, struct message *first)
{
    struct received *received = argument;
    struct message message = *first;

    for (;;) {
        receive_note(received, &message);
        CHECK_EQUAL(thole_reply_recv(received->endpoint, &message), STATUS_OK);
    }
}

static void calls_and_signals_reach_one_receiver_and_none_is_lost(void)
{
    static struct received received;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 0x100);
    unsigned caller = mint(endpoint, RIGHT_SEND, 7);

    received = (struct received){.endpoint = endpoint};
    HELPER(receive_for_ever, &received, PRIORITY_HIGH, .endpoint = endpoint);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        CHECK_EQUAL(call_word(caller, 0, NULL), STATUS_OK);
        signal(notification);
        CHECK_EQUAL(received.calls, i);
        CHECK_EQUAL(received.signals, i);
    }
    CHECK_EQUAL(received.call_badges, 7 * ROUNDS);
    CHECK_EQUAL(received.signal_bits, 0x100 * ROUNDS);
}

static void a_receiver_gets_every_signal_with_its_bits(void)
{
    static struct received received;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = make(OBJECT_NOTIFICATION, 0);

    CHECK_EQUAL(INVOKE(notification, NOTIFICATION_BIND, endpoint, 0), RESULT_DONE);
    received = (struct received){.endpoint = endpoint};
    HELPER(receive_for_ever, &received, PRIORITY_HIGH, .endpoint = endpoint);
    for (unsigned i = 0; i < ROUNDS; i++) {
        received.signal_bits = 0;
        signal(mint(notification, RIGHTS_ALL, 1u << i));
        CHECK_EQUAL(received.signals, i + 1);
        CHECK_EQUAL(received.signal_bits, 1u << i);
    }
}

static void signals_that_nobody_took_are_one_with_all_bits(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = make(OBJECT_NOTIFICATION, 0);
    struct message message = {0};

    CHECK_EQUAL(INVOKE(notification, NOTIFICATION_BIND, endpoint, 0), RESULT_DONE);
    for (unsigned i = 0; i < ROUNDS; i++)
        signal(mint(notification, RIGHTS_ALL, 1u << i));
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], (1u << ROUNDS) - 1);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static void a_signal_during_a_service_comes_when_it_ends(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 2);
    struct message message = {0};

    signal(notification);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    signal(notification);
    message = (struct message){0};
    CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 2);
}

static void trying_to_receive_ends_the_service_of_a_signal(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 2);
    struct message message = {0};

    signal(notification);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    signal(notification);
    signal(notification);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], 2);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static void a_signal_does_not_run_a_receiver_without_time(void)
{
    static struct received received;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), notification = signal_make(endpoint, 0, 4);
    struct helper *helper;

    received = (struct received){.endpoint = endpoint};
    helper = HELPER(receive_for_ever, &received, 0, .endpoint = endpoint, .passive = true);
    signal(notification);
    settle();
    CHECK_EQUAL(received.signals, 0);
    CHECK_EQUAL(thread_state(helper->thread), THREAD_RECEIVING);
    CHECK_EQUAL(INVOKE(helper->thread, THREAD_BIND_TIME, time_make(PRIORITY_HIGH)), RESULT_DONE);
    CHECK_EQUAL(received.signals, 1);
    CHECK_EQUAL(received.signal_bits, 4);
    signal(notification);
    CHECK_EQUAL(received.signals, 2);
}

static void a_signal_with_time_runs_a_receiver_without(void)
{
    static struct received received;
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), time = time_make(PRIORITY_HIGH);
    unsigned notification = signal_make(endpoint, time, 4);
    struct helper *helper;

    received = (struct received){.endpoint = endpoint};
    helper = HELPER(receive_for_ever, &received, 0, .endpoint = endpoint, .passive = true);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        signal(notification);
        CHECK_EQUAL(received.signals, i);
        CHECK_EQUAL(thread_state(helper->thread), THREAD_RECEIVING);
        CHECK_EQUAL(thread_flags(helper->thread) & THREAD_FLAG_HAS_TIME, 0);
    }
}

/* --- Timers ----------------------------------------------------------------------- */

static unsigned timer_make(unsigned endpoint)
{
    unsigned timer = make(OBJECT_TIMER, 0);

    CHECK_EQUAL(INVOKE(timer, TIMER_BIND, endpoint, 0), RESULT_DONE);
    return timer;
}

static void arm(unsigned timer, uint64_t deadline)
{
    CHECK_EQUAL(INVOKE(timer, TIMER_ARM, deadline), RESULT_DONE);
}

/* What a timer says: not before its time, and truly so. */
static void check_timer(const struct message *message, uint64_t deadline)
{
    CHECK_EQUAL(thole_tag_kind(message->tag), KIND_TIMER);
    CHECK_EQUAL(message->word[0], deadline);
    CHECK(message->word[1] >= deadline);
    CHECK(message->word[1] <= ticks_now());
}

static void a_timer_fires_once_and_not_before_its_deadline(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), timer = timer_make(endpoint);
    uint64_t before = ticks_now(), deadline = before + ticks_of(1000);
    struct message message = {0};

    arm(timer, deadline);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    check_timer(&message, deadline);
    CHECK(before < ticks_now());
    sleep_for(2000);
    message = (struct message){0};
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static void a_deadline_in_the_past_fires_at_once(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), timer = timer_make(endpoint);
    struct message message = {0};

    arm(timer, 1);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    check_timer(&message, 1);
}

static void a_timer_is_periodic_when_the_answer_has_the_next_deadline(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), timer = timer_make(endpoint);
    uint64_t deadline = ticks_now() + ticks_of(500), last = 0;
    struct message message = {0};

    arm(timer, deadline);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    for (unsigned i = 0; i < ROUNDS; i++) {
        check_timer(&message, deadline);
        CHECK(message.word[1] > last);
        last = message.word[1];
        deadline += ticks_of(500);
        message = (struct message){.tag = thole_tag(0, 1), .word = {deadline}};
        CHECK_EQUAL(thole_reply_recv(endpoint, &message), STATUS_OK);
    }
}

/* Until all were armed before the first of them was due: the machine may be busy. */
static void timers_fire_in_the_order_of_their_deadlines(void)
{
    unsigned endpoint, count = 16;
    uint64_t ahead = ticks_of(1000), start;
    struct message message = {0};

    do {
        endpoint = make(OBJECT_ENDPOINT, 0);
        ahead *= 2;
        start = ticks_now() + ahead;
        for (unsigned i = 0; i < count; i++)
            arm(timer_make(endpoint), start + 100 * (i * 7 % count));
    } while (ticks_now() >= start);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
        CHECK_EQUAL(message.word[0], start + 100 * i);
        message = (struct message){0};
    }
}

static void a_timer_that_was_disarmed_or_deleted_does_not_fire(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), one = timer_make(endpoint);
    unsigned two = timer_make(endpoint), three = timer_make(endpoint);
    uint64_t deadline = ticks_now() + ticks_of(2000);
    struct message message = {0};

    arm(one, deadline);
    arm(two, deadline + 10);
    arm(three, deadline + 20);
    CHECK_EQUAL(ASK(one, TIMER_DISARM), RESULT_DONE);
    CHECK_EQUAL(delete(two), RESULT_DONE);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    check_timer(&message, deadline + 20);
    arm(one, 1);
    message = (struct message){0};
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    check_timer(&message, 1);
}

static void disarming_withdraws_an_expiry_that_nobody_received(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), timer = timer_make(endpoint);
    struct message message = {0};

    arm(timer, 1);
    sleep_for(1000);
    CHECK_EQUAL(ASK(timer, TIMER_DISARM), RESULT_DONE);
    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_WOULD_WAIT);
}

static void time_goes_on_while_nobody_runs(void)
{
    uint64_t last = ticks_now();

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t deadline = last + ticks_of(200), now;

        sleep_until(deadline);
        now = ticks_now();
        CHECK(now >= deadline);
        CHECK(now > last);
        last = now;
    }
}

static const struct test tests[] = {
    TEST(calls_and_signals_reach_one_receiver_and_none_is_lost, "BIND0001", 0),
    TEST(a_receiver_gets_every_signal_with_its_bits, "BIND0002", 0),
    TEST(signals_that_nobody_took_are_one_with_all_bits, "BIND0002", 0),
    TEST(a_signal_during_a_service_comes_when_it_ends, "BIND0002", 0),
    TEST(trying_to_receive_ends_the_service_of_a_signal, "BIND0002", 0),
    TEST(a_signal_does_not_run_a_receiver_without_time, "BIND005", 0),
    TEST(a_signal_with_time_runs_a_receiver_without, "BIND006", 0),
    TEST(a_timer_fires_once_and_not_before_its_deadline, "TIMER0001 TIMER0002", 0),
    TEST(a_deadline_in_the_past_fires_at_once, "TIMER0001", 0),
    TEST(a_timer_is_periodic_when_the_answer_has_the_next_deadline, "TIMER0001", 0),
    TEST(timers_fire_in_the_order_of_their_deadlines, "TIMER0001", 0),
    TEST(a_timer_that_was_disarmed_or_deleted_does_not_fire, "TIMER0001", 0),
    TEST(disarming_withdraws_an_expiry_that_nobody_received, "TIMER0001", 0),
    TEST(time_goes_on_while_nobody_runs, "TIMER0002", 0),
};

const struct test_group event_group = TEST_GROUP(tests);
