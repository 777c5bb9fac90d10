/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time that is lent along chains of calls, and what becomes of it when a
 * thread in the chain dies, is cancelled, or sets its message aside.
 */
#include "fixture.h"

static struct party a, b, c;      /* a calls b, b calls c */
static unsigned a_to_b, b_to_c;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    a = make_awake(10);
    b = make_party(PASSIVE);
    c = make_party(PASSIVE);
    a_to_b = give(&a, b.endpoint);
    b_to_c = give(&b, c.endpoint);
    return 0;
}

static void call_down(void)
{
    as(&a);
    call(a_to_b, 1, 0);
    call(b_to_c, 2, 0);
    assert_true(runs(&c));
}

static void *time_of_a(void)
{
    return object_of(a.time);
}

static void time_goes_down_the_chain_and_comes_back_link_by_link(void **state)
{
    (void)state;
    call_down();
    assert_ptr_equal(c.thread->time, time_of_a());
    assert_null(b.thread->time);
    assert_null(a.thread->time);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_true(runs(&b));
    assert_ptr_equal(b.thread->time, time_of_a());
    reply_recv(OWN_ENDPOINT, 4, 0);
    assert_true(runs(&a));
    assert_int_equal(got_label(&a), 4);
    assert_ptr_equal(a.thread->time, time_of_a());
}

static void a_caller_gets_an_error_when_the_server_dies(void **state)
{
    (void)state;
    as(&a);
    call(a_to_b, 1, 0);
    as_init();
    assert_result(delete_slot(b.cap), DONE);
    assert_status(&a, PEER_DIED);
    as(&a);
    assert_ptr_equal(a.thread->time, time_of_a());
}

static void a_caller_waits_for_the_end_of_the_chain_when_its_server_dies_in_the_middle(void **state)
{
    (void)state;
    call_down();
    as_init();
    assert_result(delete_slot(b.cap), DONE);
    assert_state(&a, CALLING);
    as(&c);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_true(runs(&a));
    assert_status(&a, PEER_DIED);
    assert_int_equal(got_label(&a), 0);
    assert_ptr_equal(a.thread->time, time_of_a());
    assert_state(&c, RECEIVING);
}

static void the_last_of_a_chain_dies_and_the_one_before_gets_the_error(void **state)
{
    (void)state;
    call_down();
    as_init();
    assert_result(delete_slot(c.cap), DONE);
    as(&b);
    assert_status(&b, PEER_DIED);
    reply_recv(OWN_ENDPOINT, 9, 0);
    assert_int_equal(got_label(&a), 9);
}

static void the_first_of_a_chain_dies_and_its_time_is_free_at_the_end(void **state)
{
    struct sched_context *time = time_of_a();

    (void)state;
    call_down();
    as_init();
    assert_result(delete_slot(a.cap), DONE);
    as(&c);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_true(runs(&b));
    assert_status(&b, OK);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(init_runs());
    assert_true(sched_context_is_free(time));
}

static void die_in_order(unsigned first, unsigned second, unsigned third)
{
    const struct sched_context *time = time_of_a();

    call_down();
    as_init();
    assert_result(delete_slot(first), DONE);
    assert_result(delete_slot(second), DONE);
    assert_result(delete_slot(third), DONE);
    assert_true(sched_context_is_free(time));
}

static void a_chain_dies_from_its_start(void **state)
{
    (void)state;
    die_in_order(a.cap, b.cap, c.cap);
}

static void a_chain_dies_from_its_end(void **state)
{
    (void)state;
    die_in_order(c.cap, b.cap, a.cap);
}

static void a_chain_dies_from_its_middle_to_its_start(void **state)
{
    (void)state;
    die_in_order(b.cap, a.cap, c.cap);
}

static void a_chain_dies_from_its_middle_to_its_end(void **state)
{
    (void)state;
    die_in_order(b.cap, c.cap, a.cap);
}

static void a_chain_dies_at_both_ends_first(void **state)
{
    (void)state;
    die_in_order(a.cap, c.cap, b.cap);
}

static void a_chain_of_fifty_is_bounded_and_returns(void **state)
{
    struct party link[50];

    (void)state;
    for (unsigned index = 0; index < 50; index++) {
        link[index] = make_party(PASSIVE);
        give(index == 0 ? &a : &link[index - 1], link[index].endpoint);
    }
    as(&a);
    call(a_to_b + 1, 0, 0);
    for (unsigned index = 1; index < 50; index++) {
        assert_true(runs(&link[index - 1]));
        call(OWN_FREE, 0, 0);
    }
    as_init();
    for (unsigned index = 0; index < 49; index += 2)
        assert_result(delete_slot(link[index].cap), DONE);
    as(&link[49]);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&link[47]));
    assert_status(&link[47], PEER_DIED);
}

static void a_caller_that_is_cancelled_returns_when_its_time_does(void **state)
{
    (void)state;
    call_down();
    as_init();
    must(a.cap, THREAD_CANCEL);
    must(b.cap, THREAD_CANCEL);
    as(&c);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_true(runs(&b));
    assert_status(&b, CANCELLED);
    reply_recv(OWN_ENDPOINT, 4, 0);
    assert_true(runs(&a));
    assert_status(&a, CANCELLED);
}

static void a_caller_of_an_active_server_keeps_its_time_and_is_cancelled_at_once(void **state)
{
    struct party active = make_party(20);
    unsigned end = give(&a, active.endpoint);

    (void)state;
    as(&a);
    call(end, 0, 0);
    assert_true(runs(&active));
    assert_ptr_equal(a.thread->time, time_of_a());
    as_init();
    must(a.cap, THREAD_CANCEL);
    assert_status(&a, CANCELLED);
    assert_state(&a, READY);
    as(&active);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&a));
    assert_status(&a, CANCELLED);
}

static void a_queued_caller_is_cancelled_at_once(void **state)
{
    unsigned end = give(&a, make(OBJECT_ENDPOINT));

    (void)state;
    as(&a);
    call(end, 0, 0);
    assert_true(init_runs());
    must(a.cap, THREAD_CANCEL);
    as(&a);
    assert_status(&a, CANCELLED);
}

static void a_waiting_active_receiver_is_cancelled_and_a_passive_one_is_not(void **state)
{
    struct party active = make_awake(20);

    (void)state;
    as(&active);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(active.cap, THREAD_CANCEL);
    as(&active);
    assert_status(&active, CANCELLED);
    as_init();
    assert_result(invoke(b.cap, THREAD_CANCEL), NOT_READY);
    assert_result(invoke(active.cap, THREAD_CANCEL), NOT_READY);
    assert_result(invoke(INIT_SLOT_THREAD, THREAD_CANCEL), NOT_READY);
}

static void a_cancelled_message_that_is_set_aside_is_over(void **state)
{
    (void)state;
    as(&a);
    call(a_to_b, 0, 0);
    as_init();
    must(a.cap, THREAD_CANCEL);
    as(&b);
    recv(OWN_ENDPOINT, 30);
    assert_true(runs(&a));
    assert_status(&a, CANCELLED);
}

static void the_time_of_a_chain_from_an_event_comes_home_when_its_middle_dies(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), time = make_time(30);

    (void)state;
    must(bell, NOTIFICATION_BIND, b.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&b);
    call(b_to_c, 0, 0);
    as_init();
    must(bell, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(b.cap), DONE);
    as(&c);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    struct party next = make_party_on(PASSIVE, b.endpoint, 0);

    as(&next);
    assert_int_equal(got_kind(&next), KIND_SIGNAL);
    assert_ptr_equal(next.thread->time, object_of(time));
}

static void an_event_that_dies_in_the_middle_of_its_chain_frees_its_time_at_the_end(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), time = make_time(30);
    struct sched_context *context = object_of(time);

    (void)state;
    must(bell, NOTIFICATION_BIND, b.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&b);
    call(b_to_c, 0, 0);
    as_init();
    assert_result(delete_slot(bell), DONE);
    assert_result(delete_slot(b.cap), DONE);
    as(&c);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(sched_context_is_free(context));
}

int main(void)
{
    const struct CMUnitTest chain_tests[] = {
        cmocka_unit_test_setup(time_goes_down_the_chain_and_comes_back_link_by_link, boot),
        cmocka_unit_test_setup(a_caller_gets_an_error_when_the_server_dies, boot),
        cmocka_unit_test_setup(
            a_caller_waits_for_the_end_of_the_chain_when_its_server_dies_in_the_middle, boot),
        cmocka_unit_test_setup(the_last_of_a_chain_dies_and_the_one_before_gets_the_error, boot),
        cmocka_unit_test_setup(the_first_of_a_chain_dies_and_its_time_is_free_at_the_end, boot),
        cmocka_unit_test_setup(a_chain_of_fifty_is_bounded_and_returns, boot),
        cmocka_unit_test_setup(a_caller_that_is_cancelled_returns_when_its_time_does, boot),
        cmocka_unit_test_setup(
            a_caller_of_an_active_server_keeps_its_time_and_is_cancelled_at_once, boot),
        cmocka_unit_test_setup(a_queued_caller_is_cancelled_at_once, boot),
        cmocka_unit_test_setup(a_waiting_active_receiver_is_cancelled_and_a_passive_one_is_not,
                               boot),
        cmocka_unit_test_setup(a_cancelled_message_that_is_set_aside_is_over, boot),
        cmocka_unit_test_setup(
            the_time_of_a_chain_from_an_event_comes_home_when_its_middle_dies, boot),
        cmocka_unit_test_setup(
            an_event_that_dies_in_the_middle_of_its_chain_frees_its_time_at_the_end, boot),
        cmocka_unit_test_setup(a_chain_dies_from_its_start, boot),
        cmocka_unit_test_setup(a_chain_dies_from_its_end, boot),
        cmocka_unit_test_setup(a_chain_dies_from_its_middle_to_its_start, boot),
        cmocka_unit_test_setup(a_chain_dies_from_its_middle_to_its_end, boot),
        cmocka_unit_test_setup(a_chain_dies_at_both_ends_first, boot),
    };

    return RUN_EACH(chain_tests);
}
