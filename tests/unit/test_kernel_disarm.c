/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TIMER_DISARM: a deadline or an expiry that nobody has received is taken back,
 * with the time it reserved; what was received goes its way.
 */
#include "fixture.h"

#define ASIDE 30

static struct party server; /* passive */
static unsigned timer, time, queue; /* nobody receives on the queue */

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    timer = make(OBJECT_TIMER);
    time = make_time(20);
    queue = make(OBJECT_ENDPOINT);
    return 0;
}

static void expire(void)
{
    must(timer, TIMER_ARM, sim.now + 5);
    advance(5);
    as_init();
}

static bool time_is_free(void)
{
    return sched_context_is_free(object_of(time));
}

static const struct sender *sender(void)
{
    return &((const struct timer *)object_of(timer))->sender;
}

static void a_timer_that_is_not_armed_or_bound_can_be_disarmed(void **state)
{
    (void)state;
    must(timer, TIMER_DISARM);
    must(timer, TIMER_BIND, queue, time);
    must(timer, TIMER_DISARM);
    assert_true(time_is_free());
}

static void disarming_asks_for_the_right_to_arm(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, queue, time);
    assert_result(invoke(mint(timer, RIGHTS_ALL & ~(unsigned)RIGHT_SEND, 0), TIMER_DISARM),
                  NO_RIGHT);
    expire();
    assert_result(invoke(mint(timer, RIGHT_SEND, 0), TIMER_DISARM), DONE);
    assert_int_equal(sender()->state, SENDER_IDLE);
}

static void a_deadline_that_is_disarmed_does_not_come(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, server.endpoint, time);
    must(timer, TIMER_ARM, sim.now + 5);
    must(timer, TIMER_DISARM);
    advance(100);
    as_init();
    assert_state(&server, RECEIVING);
    assert_int_equal(sim.timer, UINT64_MAX);
}

static void a_queued_expiry_is_withdrawn_and_its_time_is_free(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, queue, time);
    expire();
    assert_int_equal(sender()->state, SENDER_QUEUED);
    must(timer, TIMER_DISARM);
    assert_true(time_is_free());
    server = make_party_on(PASSIVE, queue, 0);
    assert_state(&server, RECEIVING);
    expire();
    as(&server);
    assert_int_equal(got_kind(&server), KIND_TIMER);
}

static void a_queued_expiry_without_time_is_withdrawn(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, queue, 0);
    expire();
    assert_int_equal(sender()->state, SENDER_QUEUED);
    must(timer, TIMER_DISARM);
    server = make_party_on(10, queue, 0);
    assert_state(&server, RECEIVING);
}

static void an_expiry_that_waits_for_time_is_withdrawn(void **state)
{
    struct party other = make_awake(10);

    (void)state;
    must(timer, TIMER_BIND, server.endpoint, other.time);
    expire();
    assert_int_equal(sender()->state, SENDER_WAITS_TIME);
    must(timer, TIMER_DISARM);
    assert_ptr_equal(other.thread->time, object_of(other.time));
    assert_result(delete_slot(other.cap), DONE);
    assert_state(&server, RECEIVING);
}

static void an_expiry_before_the_timer_is_bound_is_forgotten(void **state)
{
    (void)state;
    expire();
    must(timer, TIMER_DISARM);
    must(timer, TIMER_BIND, server.endpoint, time);
    assert_state(&server, RECEIVING);
    assert_true(time_is_free());
}

static void the_time_that_gets_free_goes_to_the_next_event_that_waits(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(timer, TIMER_BIND, queue, time);
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    expire();
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&server, RECEIVING);
    must(timer, TIMER_DISARM);
    as(&server);
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

static void an_expiry_in_service_stays_and_a_second_one_is_forgotten(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, server.endpoint, time);
    expire();
    expire();
    assert_int_equal(sender()->fired_again, 1);
    must(timer, TIMER_DISARM);
    as(&server);
    assert_ptr_equal(server.thread->time, object_of(time));
    system_call(SYSCALL_REPLY_RECV, (struct registers){ .target = OWN_ENDPOINT });
    assert_state(&server, RECEIVING);
    assert_true(time_is_free());
    assert_int_equal(sim.timer, UINT64_MAX);
}

static void an_expiry_set_aside_stays_and_keeps_its_time(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, server.endpoint, time);
    expire();
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    as_init();
    must(timer, TIMER_DISARM);
    assert_int_equal(sender()->state, SENDER_ASIDE);
    assert_false(time_is_free());
    assert_result(delete_slot(server.table), DONE);
    assert_true(time_is_free());
}

static void the_reply_arms_again_whoever_disarmed_meanwhile(void **state)
{
    uint64_t when;

    (void)state;
    must(timer, TIMER_BIND, server.endpoint, time);
    expire();
    must(timer, TIMER_DISARM);
    as(&server);
    when = sim.now + 50;
    reply_recv(OWN_ENDPOINT, 0, when); /* nobody else runs: the clock goes on to the deadline */
    assert_true(runs(&server));
    assert_int_equal(got_kind(&server), KIND_TIMER);
    assert_int_equal(got_word(&server, 0), when);
}

static void a_queued_expiry_of_a_deleted_timer_is_gone(void **state)
{
    (void)state;
    must(timer, TIMER_BIND, queue, time);
    expire();
    assert_result(delete_slot(timer), DONE);
    assert_true(time_is_free());
    server = make_party_on(PASSIVE, queue, 0);
    assert_state(&server, RECEIVING);
}

static void other_events_cannot_be_disarmed(void **state)
{
    (void)state;
    assert_result(invoke(make(OBJECT_NOTIFICATION), TIMER_DISARM), BAD_OPERATION);
    assert_result(invoke(make(OBJECT_INTERRUPT), TIMER_DISARM), BAD_OPERATION);
}

int main(void)
{
    const struct CMUnitTest disarm_tests[] = {
        cmocka_unit_test_setup(a_timer_that_is_not_armed_or_bound_can_be_disarmed, boot),
        cmocka_unit_test_setup(disarming_asks_for_the_right_to_arm, boot),
        cmocka_unit_test_setup(a_deadline_that_is_disarmed_does_not_come, boot),
        cmocka_unit_test_setup(a_queued_expiry_is_withdrawn_and_its_time_is_free, boot),
        cmocka_unit_test_setup(a_queued_expiry_without_time_is_withdrawn, boot),
        cmocka_unit_test_setup(an_expiry_that_waits_for_time_is_withdrawn, boot),
        cmocka_unit_test_setup(an_expiry_before_the_timer_is_bound_is_forgotten, boot),
        cmocka_unit_test_setup(the_time_that_gets_free_goes_to_the_next_event_that_waits, boot),
        cmocka_unit_test_setup(an_expiry_in_service_stays_and_a_second_one_is_forgotten, boot),
        cmocka_unit_test_setup(an_expiry_set_aside_stays_and_keeps_its_time, boot),
        cmocka_unit_test_setup(the_reply_arms_again_whoever_disarmed_meanwhile, boot),
        cmocka_unit_test_setup(a_queued_expiry_of_a_deleted_timer_is_gone, boot),
        cmocka_unit_test_setup(other_events_cannot_be_disarmed, boot),
    };

    return RUN_EACH(disarm_tests);
}
