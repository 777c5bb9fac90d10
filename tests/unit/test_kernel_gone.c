/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A servant whose sender is gone: it died, or was cancelled. The servant sees
 * no difference: it answers, or sets aside and answers later, and nobody hears.
 */
#include "fixture.h"

#define ASIDE 30

static struct party client, server, other; /* the server has time of its own */
static unsigned end, other_end, other_table;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    client = make_awake(10);
    other = make_awake(9);
    server = make_party(20);
    end = give(&client, server.endpoint);
    other_end = give(&other, server.endpoint);
    other_table = give(&server, other.table);
    return 0;
}

static void call_the_server(void)
{
    as(&client);
    call(end, 1, 2);
    assert_true(runs(&server));
    as_init();
}

static void cancel_the_client(void)
{
    call_the_server();
    must(client.cap, THREAD_CANCEL);
    assert_status(&client, CANCELLED);
}

static void kill_the_client(void)
{
    call_the_server();
    assert_result(delete_slot(client.cap), DONE);
}

static const struct slot *aside(void)
{
    return thread_slot(server.thread, ASIDE);
}

/* The server goes on, with a Reply that answers nobody: it owes the other's call now. */
static void set_aside(void)
{
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    assert_int_equal(slot_type(aside()), OBJECT_REPLY);
    as_init();
    must(client.cap, THREAD_SUSPEND);
    as(&other);
    call(other_end, 3, 4);
    assert_true(runs(&server));
}

static void an_answer_to_nobody_is_dropped(void **state)
{
    (void)state;
    kill_the_client();
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&server, RECEIVING);
    assert_true(runs(&other));
}

static void a_reply_for_a_cancelled_caller_answers_nobody(void **state)
{
    (void)state;
    cancel_the_client();
    set_aside();
    call(ASIDE, 7, 70);
    assert_status(&server, OK);
    assert_true(slot_is_empty(aside()));
    assert_status(&client, CANCELLED);
    call(ASIDE, 7, 70);
    assert_status(&server, BAD_CAPABILITY);
    reply_recv(OWN_ENDPOINT, 8, 0);
    assert_int_equal(got_label(&other), 8);
}

static void a_reply_for_a_dead_caller_answers_nobody(void **state)
{
    (void)state;
    kill_the_client();
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    assert_true(runs(&other));
    call(other_end, 0, 0);
    call(ASIDE, 0, 0);
    assert_status(&server, OK);
    assert_true(slot_is_empty(aside()));
}

static void a_reply_that_answers_nobody_can_be_deleted_and_revoked(void **state)
{
    (void)state;
    cancel_the_client();
    set_aside();
    assert_result(invoke(OWN_TABLE, CAPTABLE_REVOKE, ASIDE), DONE);
    assert_result(invoke(OWN_TABLE, CAPTABLE_DELETE, ASIDE), DONE);
    assert_true(slot_is_empty(aside()));
    assert_status(&client, CANCELLED);
}

static void a_reply_that_answers_nobody_can_be_moved_and_not_copied(void **state)
{
    (void)state;
    cancel_the_client();
    set_aside();
    assert_result(invoke(other_table, CAPTABLE_COPY, 40, OWN_TABLE, ASIDE, RIGHTS_ALL),
                  NOT_COPYABLE);
    assert_result(invoke(other_table, CAPTABLE_MOVE, 40, OWN_TABLE, ASIDE), DONE);
    assert_true(slot_is_empty(aside()));
    assert_int_equal(slot_type(thread_slot(other.thread, 40)), OBJECT_REPLY);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&other));
    call(40, 0, 0);
    assert_status(&other, OK);
    assert_true(slot_is_empty(thread_slot(other.thread, 40)));
}

static void a_reply_that_answers_nobody_looks_like_any_other(void **state)
{
    (void)state;
    cancel_the_client();
    set_aside();
    assert_result(invoke(OWN_TABLE, CAPTABLE_INSPECT, ASIDE), DONE);
    assert_int_equal(answer[0], OBJECT_REPLY);
    assert_int_equal(answer[2], 0);
}

static void a_reply_that_answers_nobody_goes_with_its_table(void **state)
{
    (void)state;
    cancel_the_client();
    set_aside();
    as_init();
    assert_result(delete_slot(server.table), DONE);
    assert_status(&client, CANCELLED);
}

static void the_cancelled_caller_can_call_again_and_both_are_kept_apart(void **state)
{
    (void)state;
    cancel_the_client();
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    assert_true(runs(&client));
    call(end, 5, 6);
    assert_true(runs(&server));
    call(ASIDE, 7, 0); /* to the first call */
    assert_status(&server, OK);
    assert_state(&client, CALLING);
    reply_recv(OWN_ENDPOINT, 8, 0);
    assert_int_equal(got_label(&client), 8);
}

static void with_no_slot_named_there_is_nobody_to_tell(void **state)
{
    (void)state;
    cancel_the_client();
    as(&server);
    recv(OWN_ENDPOINT, 0);
    assert_status(&client, CANCELLED);
    assert_true(runs(&client));
}

static void it_is_owed_once_the_next_receive_makes_no_reply(void **state)
{
    (void)state;
    cancel_the_client();
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    as_init();
    must(server.cap, THREAD_CANCEL);
    as(&server);
    recv(OWN_ENDPOINT, ASIDE + 1);
    assert_true(slot_is_empty(thread_slot(server.thread, ASIDE + 1)));
}

static void an_occupied_slot_is_refused_although_nobody_is_owed(void **state)
{
    (void)state;
    cancel_the_client();
    as(&server);
    recv(OWN_ENDPOINT, OWN_TABLE);
    assert_status(&server, BAD_CAPABILITY);
    recv(OWN_ENDPOINT, ASIDE);
    assert_int_equal(slot_type(aside()), OBJECT_REPLY);
}

static void a_doomed_call_that_is_set_aside_leaves_a_reply_for_nobody(void **state)
{
    struct party passive = make_party(PASSIVE);
    unsigned here = give(&client, passive.endpoint), there = give(&other, passive.endpoint);

    (void)state;
    as(&client);
    call(here, 0, 0);
    as_init();
    must(client.cap, THREAD_CANCEL);
    as(&passive);
    recv(OWN_ENDPOINT, ASIDE);
    assert_status(&client, CANCELLED);
    as_init();
    must(client.cap, THREAD_SUSPEND);
    as(&other);
    call(there, 0, 0);
    call(ASIDE, 9, 0);
    assert_status(&passive, OK);
    assert_status(&client, CANCELLED);
}

static void an_event_that_died_is_set_aside_like_a_caller(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, server.endpoint, make_time(30));
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    as_init();
    assert_result(delete_slot(bell), DONE);
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    assert_int_equal(slot_type(aside()), OBJECT_REPLY);
    as_init();
    assert_result(delete_slot(server.table), DONE);
}

static void a_chain_whose_middle_died_and_was_first_of_all_owes_nobody(void **state)
{
    struct party last = make_party(PASSIVE), middle = make_party(PASSIVE);
    unsigned to_middle = give(&client, middle.endpoint), to_last = give(&middle, last.endpoint);
    const struct sched_context *time = object_of(client.time);

    (void)state;
    as(&client);
    call(to_middle, 0, 0);
    call(to_last, 0, 0);
    assert_true(runs(&last));
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    assert_result(delete_slot(middle.cap), DONE);
    as(&last);
    recv(OWN_ENDPOINT, ASIDE);
    assert_int_equal(slot_type(thread_slot(last.thread, ASIDE)), OBJECT_REPLY);
    assert_true(sched_context_is_free(time));
}

int main(void)
{
    const struct CMUnitTest gone_tests[] = {
        cmocka_unit_test_setup(an_answer_to_nobody_is_dropped, boot),
        cmocka_unit_test_setup(a_reply_for_a_cancelled_caller_answers_nobody, boot),
        cmocka_unit_test_setup(a_reply_for_a_dead_caller_answers_nobody, boot),
        cmocka_unit_test_setup(a_reply_that_answers_nobody_can_be_deleted_and_revoked, boot),
        cmocka_unit_test_setup(a_reply_that_answers_nobody_can_be_moved_and_not_copied, boot),
        cmocka_unit_test_setup(a_reply_that_answers_nobody_looks_like_any_other, boot),
        cmocka_unit_test_setup(a_reply_that_answers_nobody_goes_with_its_table, boot),
        cmocka_unit_test_setup(the_cancelled_caller_can_call_again_and_both_are_kept_apart, boot),
        cmocka_unit_test_setup(with_no_slot_named_there_is_nobody_to_tell, boot),
        cmocka_unit_test_setup(it_is_owed_once_the_next_receive_makes_no_reply, boot),
        cmocka_unit_test_setup(an_occupied_slot_is_refused_although_nobody_is_owed, boot),
        cmocka_unit_test_setup(a_doomed_call_that_is_set_aside_leaves_a_reply_for_nobody, boot),
        cmocka_unit_test_setup(an_event_that_died_is_set_aside_like_a_caller, boot),
        cmocka_unit_test_setup(a_chain_whose_middle_died_and_was_first_of_all_owes_nobody, boot),
    };

    return RUN_EACH(gone_tests);
}
