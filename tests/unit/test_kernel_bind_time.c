/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BIND_TIME: what it asks for, and what a thread does with the time it gets or
 * loses. What each state of a thread answers is in test_kernel_states.c.
 */
#include "fixture.h"

static struct party passive, active;
static unsigned time;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    passive = make_party(PASSIVE);
    active = make_party(10);
    time = make_time(12);
    return 0;
}

static enum thole_result bind(const struct party *party, uint64_t slot)
{
    return invoke(party->cap, THREAD_BIND_TIME, slot);
}

/* --- What it asks for ------------------------------------------------------------------ */

static void only_a_sched_context_with_the_right_can_be_bound(void **state)
{
    (void)state;
    assert_result(bind(&passive, new_slot()), EMPTY);
    assert_result(bind(&passive, 1ULL << 40), BAD_SLOT);
    assert_result(bind(&passive, UINT64_MAX), BAD_SLOT);
    assert_result(bind(&passive, passive.cap), BAD_SLOT);
    assert_result(bind(&passive, INIT_SLOT_SCHED_CONTROL), BAD_SLOT);
    assert_result(bind(&passive, mint(time, RIGHTS_ALL & ~(unsigned)RIGHT_CONTROL, 0)), NO_RIGHT);
    assert_state(&passive, RECEIVING);
    assert_result(bind(&passive, mint(time, RIGHT_CONTROL, 0)), DONE);
}

static void time_that_was_never_configured_is_not_ready(void **state)
{
    unsigned blank = make(OBJECT_SCHED_CONTEXT);

    (void)state;
    assert_result(bind(&passive, blank), NOT_READY);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, blank, 0, 12, 1, 1);
    assert_result(bind(&passive, blank), DONE);
}

static void a_capability_at_the_greatest_depth_cannot_be_bound(void **state)
{
    unsigned copy = time;

    (void)state;
    while (slot_depth(&known.init_table[copy]) < DERIVATION_MAX_DEPTH)
        copy = mint(copy, RIGHTS_ALL, 0);
    assert_result(bind(&passive, copy), TOO_DEEP);
    assert_result(bind(&passive, time), DONE);
}

static void time_that_another_runs_on_or_an_event_reserved_is_busy(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    assert_result(bind(&passive, active.time), BUSY);
    assert_result(bind(&passive, INIT_SLOT_SCHED_CONTEXT), BUSY);
    must(bell, NOTIFICATION_BIND, make(OBJECT_ENDPOINT), time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_result(bind(&passive, time), BUSY);
    assert_result(delete_slot(bell), DONE);
    assert_result(bind(&passive, time), DONE);
}

static void a_second_time_is_refused_while_the_first_is_bound(void **state)
{
    (void)state;
    assert_result(bind(&active, time), OCCUPIED);
    assert_result(bind(&active, active.time), OCCUPIED);
    assert_result(bind(&active, 0), DONE);
    assert_result(bind(&active, 0), EMPTY);
    assert_result(bind(&active, time), DONE);
    assert_ptr_equal(active.thread->time, object_of(time));
}

static void a_refused_time_is_checked_before_the_state_of_the_thread(void **state)
{
    (void)state;
    assert_result(bind(&active, passive.cap), BAD_SLOT);
    assert_result(bind(&active, new_slot()), EMPTY);
}

/* --- Receivers --------------------------------------------------------------------------- */

static void a_receiver_that_gets_time_becomes_an_active_one(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    assert_result(bind(&passive, time), DONE);
    must(bell, NOTIFICATION_BIND, passive.endpoint, 0);
    must(bell, NOTIFICATION_SIGNAL);
    as(&passive);
    assert_int_equal(got_kind(&passive), KIND_SIGNAL);
    assert_ptr_equal(passive.thread->time, object_of(time));
}

static void a_receiver_that_gets_time_takes_the_event_that_waited_for_one(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, passive.endpoint, 0);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&passive, RECEIVING);
    assert_result(bind(&passive, time), DONE);
    as(&passive);
    assert_int_equal(got_kind(&passive), KIND_SIGNAL);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&passive, RECEIVING);
}

static void a_suspended_receiver_takes_the_event_and_does_not_run(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, passive.endpoint, 0);
    must(bell, NOTIFICATION_SIGNAL);
    must(passive.cap, THREAD_SUSPEND);
    assert_result(bind(&passive, time), DONE);
    assert_state(&passive, READY);
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_false(runs(&passive));
    as_init();
    must(passive.cap, THREAD_RESUME, 0);
    as(&passive);
}

static void of_several_receivers_only_the_one_with_time_changes_its_stack(void **state)
{
    struct party above = make_party_on(PASSIVE, passive.endpoint, 0);
    struct party below = make_party_on(20, passive.endpoint, 0);
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, passive.endpoint, 0);
    assert_result(bind(&passive, time), DONE);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&passive, READY); /* the last that became an active receiver */
    assert_state(&above, RECEIVING);
    assert_state(&below, RECEIVING);
}

/* Its time is at once what an event waited for, and the event meets the very same receiver. */
static void a_receiver_that_loses_its_time_is_lent_it_by_an_event_that_waited(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, active.endpoint, active.time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&active, RECEIVING);
    assert_result(bind(&active, 0), DONE);
    as(&active);
    assert_int_equal(got_kind(&active), KIND_SIGNAL);
    assert_true(active.thread->lent);
    as_init();
    assert_result(bind(&active, active.time), NOT_READY);
    as(&active);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_result(bind(&active, active.time), DONE);
}

/* --- Threads that run ------------------------------------------------------------------------ */

static void a_thread_can_take_its_own_time_away_and_is_stranded(void **state)
{
    (void)state;
    wake(&active);
    as(&active);
    call(OWN_THREAD, THREAD_BIND_TIME, 0);
    assert_true(init_runs());
    assert_state(&active, STRANDED);
    assert_int_equal(got_label(&active), RESULT_DONE);
    assert_result(bind(&active, time), DONE);
    as(&active);
    assert_status(&active, OK);
}

static void a_stranded_thread_runs_at_the_priority_of_its_new_time(void **state)
{
    struct party other = make_awake(11);

    (void)state;
    wake(&active);
    assert_result(bind(&active, 0), DONE);
    assert_result(bind(&active, time), DONE);
    as(&active); /* 12, not 10 */
    as_init();
    assert_result(bind(&active, 0), DONE);
    assert_result(bind(&active, active.time), DONE);
    as(&other);
}

static void a_stopped_thread_has_the_time_from_its_start_on(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);
    const struct thread *object = object_of(thread);

    (void)state;
    assert_result(invoke(thread, THREAD_BIND_TIME, time), DONE); /* before anything else */
    assert_result(invoke(thread, THREAD_BIND_TIME, 0), DONE);
    must(thread, THREAD_CONFIGURE, 1, 2, endpoint, 0, 0);
    assert_result(invoke(thread, THREAD_BIND_TIME, time), DONE);
    assert_null(object->time);
    assert_true(sched_context_is_free(object_of(time)));
    must(thread, THREAD_START, 1, 2, 3);
    assert_ptr_equal(object->time, object_of(time));
}

static void a_server_that_lent_its_time_keeps_it_until_it_comes_home(void **state)
{
    unsigned end = give(&active, passive.endpoint);

    (void)state;
    wake(&active);
    as(&active);
    call(end, 0, 0);
    assert_true(runs(&passive));
    as_init();
    assert_result(bind(&active, 0), BUSY);
    as(&passive);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    assert_result(bind(&active, 0), DONE);
    assert_status(&active, OK);
    assert_state(&active, STRANDED);
}

static void the_client_of_an_active_server_that_loses_its_time_waits_on(void **state)
{
    struct party client = make_awake(9);
    unsigned end = give(&client, active.endpoint);

    (void)state;
    as(&client);
    call(end, 0, 5);
    assert_true(runs(&active));
    as_init();
    assert_result(bind(&active, 0), DONE);
    assert_state(&active, STRANDED);
    assert_state(&client, CALLING);
    assert_result(bind(&active, time), DONE);
    as(&active);
    reply_recv(OWN_ENDPOINT, 6, 0);
    assert_state(&client, READY);
    assert_int_equal(got_label(&client), 6);
}

static void time_that_is_unbound_is_taken_by_the_event_that_waits_for_it(void **state)
{
    struct party server = make_party(PASSIVE);
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    wake(&active);
    must(bell, NOTIFICATION_BIND, server.endpoint, active.time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&server, RECEIVING);
    assert_result(bind(&active, 0), DONE);
    as(&server);
    assert_ptr_equal(server.thread->time, object_of(active.time));
    as_init();
    assert_result(bind(&active, active.time), BUSY);
}

static void init_that_gave_up_its_time_is_given_other_time(void **state)
{
    unsigned init = give(&active, INIT_SLOT_THREAD), urgent = give(&active, make_time(50));

    (void)state;
    wake(&active);
    call(INIT_SLOT_THREAD, THREAD_BIND_TIME, 0);
    assert_true(runs(&active));
    call(init, THREAD_BIND_TIME, urgent);
    assert_true(init_runs());
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_READY);
}

int main(void)
{
    const struct CMUnitTest bind_time_tests[] = {
        cmocka_unit_test_setup(only_a_sched_context_with_the_right_can_be_bound, boot),
        cmocka_unit_test_setup(time_that_was_never_configured_is_not_ready, boot),
        cmocka_unit_test_setup(a_capability_at_the_greatest_depth_cannot_be_bound, boot),
        cmocka_unit_test_setup(time_that_another_runs_on_or_an_event_reserved_is_busy, boot),
        cmocka_unit_test_setup(a_second_time_is_refused_while_the_first_is_bound, boot),
        cmocka_unit_test_setup(a_refused_time_is_checked_before_the_state_of_the_thread, boot),
        cmocka_unit_test_setup(a_receiver_that_gets_time_becomes_an_active_one, boot),
        cmocka_unit_test_setup(a_receiver_that_gets_time_takes_the_event_that_waited_for_one,
                               boot),
        cmocka_unit_test_setup(a_suspended_receiver_takes_the_event_and_does_not_run, boot),
        cmocka_unit_test_setup(of_several_receivers_only_the_one_with_time_changes_its_stack,
                               boot),
        cmocka_unit_test_setup(
            a_receiver_that_loses_its_time_is_lent_it_by_an_event_that_waited, boot),
        cmocka_unit_test_setup(a_thread_can_take_its_own_time_away_and_is_stranded, boot),
        cmocka_unit_test_setup(a_stranded_thread_runs_at_the_priority_of_its_new_time, boot),
        cmocka_unit_test_setup(a_stopped_thread_has_the_time_from_its_start_on, boot),
        cmocka_unit_test_setup(a_server_that_lent_its_time_keeps_it_until_it_comes_home, boot),
        cmocka_unit_test_setup(the_client_of_an_active_server_that_loses_its_time_waits_on, boot),
        cmocka_unit_test_setup(time_that_is_unbound_is_taken_by_the_event_that_waits_for_it,
                               boot),
        cmocka_unit_test_setup(init_that_gave_up_its_time_is_given_other_time, boot),
    };

    return RUN_EACH(bind_time_tests);
}
