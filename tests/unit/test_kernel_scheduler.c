/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: priorities, ceilings, yield, and what is accounted to whom.
 */
#include "fixture.h"

static struct party low, high;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    low = make_awake(10);
    high = make_awake(20);
    return 0;
}

static void the_most_urgent_runs(void **state)
{
    (void)state;
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&low));
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    must(low.bell, NOTIFICATION_SIGNAL);
    as(&high);
}

static void a_more_urgent_thread_preempts_and_the_preempted_goes_on_before_its_equals(void **state)
{
    struct party equal = make_awake(10);
    unsigned bell = give_minted(&low, high.bell, RIGHT_SEND, 1);

    (void)state;
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&low));
    assert_result(invoke(bell, NOTIFICATION_SIGNAL), DONE);
    assert_true(runs(&high));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&low));
    yield();
    assert_true(runs(&equal));
}

static void yield_goes_round_among_equals(void **state)
{
    struct party equal[3] = { make_awake(20), make_awake(20), make_awake(20) };

    (void)state;
    as(&high);
    for (unsigned turn = 0; turn < 8; turn++) {
        system_call(SYSCALL_YIELD, (struct registers){ .target = 9, WORDS(1, 2, 3) });
        assert_true(turn % 4 == 3 ? runs(&high) : runs(&equal[turn % 4]));
    }
    assert_status(&high, OK);
    for (unsigned index = 1; index <= 8; index++)
        assert_int_equal(high.thread->frame.x[index], 0);
}

static void yield_alone_goes_on(void **state)
{
    (void)state;
    as(&high);
    yield();
    assert_true(runs(&high));
}

static void a_ceiling_keeps_a_server_above_those_who_call_it(void **state)
{
    struct party server = make_party(PASSIVE);
    unsigned end = give(&low, server.endpoint);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 0);
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    call(end, 0, 0);
    assert_true(runs(&server));
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&high));
    assert_state(&low, READY);
}

static void without_a_ceiling_a_server_has_its_callers_priority(void **state)
{
    struct party server = make_party(PASSIVE);
    unsigned end = give(&low, server.endpoint);

    (void)state;
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    call(end, 0, 0);
    as_init();
    must(high.bell, NOTIFICATION_SIGNAL);
    as(&high);
}

static void time_is_accounted_to_whose_time_runs(void **state)
{
    struct party server = make_party(PASSIVE);
    unsigned end = give(&high, server.endpoint);

    (void)state;
    as(&high);
    sim.now += 10;
    call(end, 0, 0);
    sim.now += 5;
    reply_recv(OWN_ENDPOINT, 0, 0);
    sim.now += 1;
    as_init();
    sim.now += 1000;
    must(high.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 16);
    must(INIT_SLOT_SCHED_CONTEXT, SCHED_CONTEXT_CONSUMED);
    assert_true(answer[0] >= 1000);
    must(low.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 0);
}

static void waiting_is_accounted_to_nobody(void **state)
{
    unsigned timer = make(OBJECT_TIMER);

    (void)state;
    must(timer, TIMER_BIND, high.endpoint, 0);
    must(timer, TIMER_ARM, sim.now + 500);
    as(&high);
    reply_recv(OWN_ENDPOINT, 0, 0);
    reply_recv(OWN_ENDPOINT, 0, 0); /* low's; then nobody can run until the timer fires */
    assert_true(runs(&high));
    assert_int_equal(got_kind(&high), KIND_TIMER);
    as_init();
    must(high.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 0);
    must(low.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 0);
}

static void shares_outside_the_limits_are_refused(void **state)
{
    const uint64_t bad[][4] = { { 1, 0, 10, 10 }, { 0, 64, 10, 10 }, { 0, UINT64_MAX, 10, 10 },
                                { 0, 5, 0, 10 }, { 0, 5, 11, 10 }, { UINT64_MAX, 5, 10, 10 } };
    unsigned time = make(OBJECT_SCHED_CONTEXT);

    (void)state;
    for (unsigned index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, bad[index][0],
                             bad[index][1], bad[index][2], bad[index][3]), BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, low.cap, 64, 0),
                  BAD_ARGUMENT);
}

static void what_is_in_the_ready_queue_moves_to_its_new_place(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, low.time, 0, 30, 5, 5);
    as(&low);
    as_init();
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, high.cap, 40, 0);
    as(&high);
}

static void the_running_thread_may_lower_itself(void **state)
{
    unsigned control = give(&high, INIT_SLOT_SCHED_CONTROL), time = give(&high, high.time);

    (void)state;
    as(&high);
    system_call(SYSCALL_CALL, (struct registers){ .target = control, .words = 5,
                                                  .label = SCHED_CONTROL_CONFIGURE,
                                                  WORDS(time, 0, 3, 5, 5) });
    assert_true(runs(&low));
}

int main(void)
{
    const struct CMUnitTest scheduler_tests[] = {
        cmocka_unit_test_setup(the_most_urgent_runs, boot),
        cmocka_unit_test_setup(
            a_more_urgent_thread_preempts_and_the_preempted_goes_on_before_its_equals, boot),
        cmocka_unit_test_setup(yield_goes_round_among_equals, boot),
        cmocka_unit_test_setup(yield_alone_goes_on, boot),
        cmocka_unit_test_setup(a_ceiling_keeps_a_server_above_those_who_call_it, boot),
        cmocka_unit_test_setup(without_a_ceiling_a_server_has_its_callers_priority, boot),
        cmocka_unit_test_setup(time_is_accounted_to_whose_time_runs, boot),
        cmocka_unit_test_setup(waiting_is_accounted_to_nobody, boot),
        cmocka_unit_test_setup(shares_outside_the_limits_are_refused, boot),
        cmocka_unit_test_setup(what_is_in_the_ready_queue_moves_to_its_new_place, boot),
        cmocka_unit_test_setup(the_running_thread_may_lower_itself, boot),
    };

    return RUN_EACH(scheduler_tests);
}
