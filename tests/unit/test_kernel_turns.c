/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns among equals at the edges: the first of a period, the last tick, a
 * timer that came for something else, and time that is given anew.
 */
#include "fixture.h"

static struct party high, equal;

static void share(unsigned time, unsigned priority, uint64_t budget, uint64_t period)
{
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 0, priority, budget, period);
}

/* `high` may use 10 of every 100 ticks. */
static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    equal = make_party(20);
    high = make_awake(20);
    share(high.time, 20, 10, 100);
    return 0;
}

static void a_new_period_begins_with_a_whole_turn(void **state)
{
    (void)state;
    as(&high);
    advance(9);
    reply_recv(OWN_ENDPOINT, 0, 0);
    advance(100);
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    wake(&equal);
    as(&high);
    advance(9);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&equal));
}

static void the_last_tick_of_a_turn_is_used(void **state)
{
    (void)state;
    wake(&equal);
    as(&high);
    advance(9);
    as_init();
    as(&high);
    assert_int_equal(sim.timer, sim.now + 1);
    advance(1);
    assert_true(runs(&equal));
}

static void a_timer_that_comes_for_another_takes_no_turn(void **state)
{
    unsigned timer = make(OBJECT_TIMER), endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    share(high.time, 20, 30, 30);
    wake(&equal);
    must(timer, TIMER_BIND, endpoint, 0);
    must(timer, TIMER_ARM, sim.now + 5);
    as(&high);
    advance(5);
    assert_true(runs(&high));
    advance(24);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&equal));
}

static void a_new_share_fires_the_event_that_waits_for_it(void **state)
{
    unsigned time = make_time(40), bell = make(OBJECT_NOTIFICATION);
    struct party server = make_party(PASSIVE);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 40, 7);
    share(time, 40, 5, 50);
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    advance(5);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&server, RECEIVING);
    share(time, 40, 5, 50);
    as(&server);
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

static void a_period_that_begins_meanwhile_lets_a_server_go_on(void **state)
{
    struct party server = make_party(PASSIVE);
    unsigned end = give(&high, server.endpoint);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 1);
    share(high.time, 20, 1, 2);
    as(&high);
    call(end, 0, 0);
    advance(2); /* two used, one of them paid for by the new period: all of the grace is left */
    assert_true(runs(&server));
    advance(1);
    assert_true(init_runs());
    assert_int_equal(here()->current->frame.x[2], FAULT_TIMEOUT);
}

/* `high` has 50 of 256 left, 27 ticks before its period of 768 ends, when it runs 1640. */
static void use_beyond_several_periods_is_paid_back_without_what_was_lost(void **state)
{
    wake(&equal);
    share(equal.time, 5, 1000, 1000);
    share(high.time, 20, 256, 768);
    (void)state;
    as(&high);
    advance(206);
    reply_recv(OWN_ENDPOINT, 0, 0);
    advance(768 - 206 - 27);
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    as(&high);
    sim.now += 1640;
    interrupt();
    assert_true(runs(&equal));
    /* 27 came out of what was left, 77 are of a new period: 1536 - 3 * 256 + 77 are owed. */
    advance(4 * 768 - 77 - 1);
    assert_true(runs(&equal));
    advance(1);
    assert_true(runs(&high));
    advance(4 * 256 - 845 - 1);
    assert_true(runs(&high));
    advance(1);
    assert_true(runs(&equal));
}

/* `equal` is ready when its equal is answered by a server that then waits. */
static void who_is_answered_goes_on_before_its_equals(void **state)
{
    struct party server = make_awake(30);
    unsigned end = give(&high, server.endpoint);

    (void)state;
    share(high.time, 20, 100, 100);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as(&high);
    call(end, 0, 0);
    as_init();
    wake(&equal);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&high));
}

int main(void)
{
    const struct CMUnitTest turn_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(a_new_period_begins_with_a_whole_turn),
        TEST(the_last_tick_of_a_turn_is_used),
        TEST(a_timer_that_comes_for_another_takes_no_turn),
        TEST(a_new_share_fires_the_event_that_waits_for_it),
        TEST(a_period_that_begins_meanwhile_lets_a_server_go_on),
        TEST(who_is_answered_goes_on_before_its_equals),
        TEST(use_beyond_several_periods_is_paid_back_without_what_was_lost),
    };

    return RUN_EACH(turn_tests);
}
