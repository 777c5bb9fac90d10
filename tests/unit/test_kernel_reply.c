/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages set aside as Reply capabilities: answered once, moved, deleted, and
 * outlived.
 */
#include "fixture.h"

#define ASIDE 30

static struct party client, server, other; /* the server is passive, the other calls it later */
static unsigned client_end, other_end;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    client = make_awake(10);
    other = make_awake(9);
    server = make_party(PASSIVE);
    client_end = give(&client, server.endpoint);
    other_end = give(&other, server.endpoint);
    return 0;
}

/* The client's call is set aside, and the server serves the other's. */
static void set_aside(void)
{
    as(&client);
    call(client_end, 1, 0);
    recv(OWN_ENDPOINT, ASIDE);
    assert_state(&client, CALLING);
    assert_ptr_equal(client.thread->time, object_of(client.time));
    assert_true(runs(&other));
    call(other_end, 2, 0);
    assert_true(runs(&server));
}

static const struct slot *aside_slot(void)
{
    return thread_slot(server.thread, ASIDE);
}

static void a_reply_answers_later_on_another_callers_time(void **state)
{
    (void)state;
    set_aside();
    call(ASIDE, 7, 70);
    assert_status(&server, OK);
    assert_true(runs(&client));
    assert_int_equal(got_label(&client), 7);
    assert_int_equal(got_word(&client, 0), 70);
    assert_true(slot_is_empty(aside_slot()));
}

static void a_second_answer_is_a_bad_capability(void **state)
{
    (void)state;
    set_aside();
    call(ASIDE, 7, 70);
    as_init();
    must(client.cap, THREAD_READ_REGISTERS, 0);
    assert_result(delete_slot(client.cap), DONE);
    as(&server);
    call(ASIDE, 7, 70);
    assert_status(&server, BAD_CAPABILITY);
}

static void answering_a_caller_that_is_gone_succeeds_and_is_dropped(void **state)
{
    (void)state;
    set_aside();
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    as(&server);
    call(ASIDE, 7, 0);
    assert_status(&server, OK);
    assert_true(runs(&server));
    call(ASIDE, 7, 0);
    assert_status(&server, BAD_CAPABILITY);
}

static void deleting_a_reply_tells_the_caller(void **state)
{
    (void)state;
    set_aside();
    assert_result(invoke(OWN_TABLE, CAPTABLE_DELETE, ASIDE), DONE);
    assert_true(runs(&client));
    assert_status(&client, PEER_DIED);
}

static void a_reply_goes_with_the_table_it_lies_in(void **state)
{
    (void)state;
    set_aside();
    as_init();
    assert_result(delete_slot(server.table), DONE);
    assert_status(&client, PEER_DIED);
    assert_state(&client, READY);
}

static void a_reply_can_be_moved_and_answered_by_another(void **state)
{
    unsigned table = give(&server, other.table);

    (void)state;
    set_aside();
    assert_result(invoke(table, CAPTABLE_MOVE, 40, OWN_TABLE, ASIDE), DONE);
    assert_true(slot_is_empty(aside_slot()));
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&other));
    call(40, 8, 0);
    assert_true(runs(&client));
    assert_int_equal(got_label(&client), 8);
}

static void a_moved_reply_is_found_when_its_caller_dies(void **state)
{
    unsigned table = give(&server, other.table);

    (void)state;
    set_aside();
    assert_result(invoke(table, CAPTABLE_MOVE, 40, OWN_TABLE, ASIDE), DONE);
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    as(&server);
    assert_int_equal(thread_slot(other.thread, 40)->badge, 0);
}

static void a_reply_cannot_be_copied(void **state)
{
    (void)state;
    set_aside();
    assert_result(invoke(OWN_TABLE, CAPTABLE_COPY, 31, OWN_TABLE, ASIDE, RIGHTS_ALL),
                  NOT_COPYABLE);
    assert_result(invoke(OWN_TABLE, CAPTABLE_MINT, 31, OWN_TABLE, ASIDE, RIGHTS_ALL, 3),
                  NOT_COPYABLE);
    assert_result(invoke(OWN_TABLE, CAPTABLE_INSPECT, ASIDE), DONE);
    assert_int_equal(answer[0], OBJECT_REPLY);
    assert_int_equal(answer[2], 0); /* shows no address of the kernel's */
}

static void a_slot_that_is_taken_refuses_the_receive(void **state)
{
    (void)state;
    as(&client);
    call(client_end, 1, 0);
    recv(OWN_ENDPOINT, OWN_TABLE);
    assert_status(&server, BAD_CAPABILITY);
    recv(OWN_ENDPOINT, 64);
    assert_status(&server, BAD_CAPABILITY);
    assert_true(runs(&server));
    reply_recv(OWN_ENDPOINT, 5, 0);
    assert_int_equal(got_label(&client), 5);
}

static void a_caller_that_is_set_aside_is_cancelled_at_once(void **state)
{
    (void)state;
    set_aside();
    as_init();
    must(client.cap, THREAD_CANCEL);
    as(&client);
    assert_status(&client, CANCELLED);
    as_init();
    as(&client);
    call(client_end, 3, 0); /* queued */
    assert_true(runs(&server));
    call(ASIDE, 9, 0); /* the old reply: dropped */
    assert_status(&server, OK);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_int_equal(got_label(&server), 3);
}

static void an_event_that_is_set_aside_is_finished_by_its_reply(void **state)
{
    unsigned irq = make(OBJECT_INTERRUPT), time = make_time(30);

    (void)state;
    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, 40, TRIGGER_EDGE);
    must(irq, INTERRUPT_BIND, server.endpoint, time);
    as(&client);
    sim_line_pulse(40);
    interrupt();
    assert_true(runs(&server));
    recv(OWN_ENDPOINT, ASIDE);
    assert_true(sim.line[40].active);
    assert_true(runs(&client));
    call(client_end, 0, 0);
    call(ASIDE, 0, 0);
    assert_false(sim.line[40].active);
    assert_true(sched_context_is_free(object_of(time)));
}

static void an_event_that_dies_leaves_its_reply_dead(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), time = make_time(30);

    (void)state;
    must(bell, NOTIFICATION_BIND, server.endpoint, time);
    must(bell, NOTIFICATION_SIGNAL);
    as(&server);
    recv(OWN_ENDPOINT, ASIDE);
    as_init();
    assert_result(delete_slot(bell), DONE);
    assert_true(sched_context_is_free(object_of(time)));
    as(&client);
    call(client_end, 0, 0);
    call(ASIDE, 0, 0);
    assert_status(&server, OK);
}

static void recv_that_owes_nothing_makes_no_reply(void **state)
{
    struct party active = make_awake(20);

    (void)state;
    as(&active);
    recv(OWN_ENDPOINT, 0);
    as_init();
    must(active.cap, THREAD_CANCEL);
    as(&active);
    recv(OWN_ENDPOINT, ASIDE);
    assert_true(slot_is_empty(thread_slot(active.thread, ASIDE)));
}

int main(void)
{
    const struct CMUnitTest reply_tests[] = {
        cmocka_unit_test_setup(a_reply_answers_later_on_another_callers_time, boot),
        cmocka_unit_test_setup(a_second_answer_is_a_bad_capability, boot),
        cmocka_unit_test_setup(answering_a_caller_that_is_gone_succeeds_and_is_dropped, boot),
        cmocka_unit_test_setup(deleting_a_reply_tells_the_caller, boot),
        cmocka_unit_test_setup(a_reply_goes_with_the_table_it_lies_in, boot),
        cmocka_unit_test_setup(a_reply_can_be_moved_and_answered_by_another, boot),
        cmocka_unit_test_setup(a_moved_reply_is_found_when_its_caller_dies, boot),
        cmocka_unit_test_setup(a_reply_cannot_be_copied, boot),
        cmocka_unit_test_setup(a_slot_that_is_taken_refuses_the_receive, boot),
        cmocka_unit_test_setup(a_caller_that_is_set_aside_is_cancelled_at_once, boot),
        cmocka_unit_test_setup(an_event_that_is_set_aside_is_finished_by_its_reply, boot),
        cmocka_unit_test_setup(an_event_that_dies_leaves_its_reply_dead, boot),
        cmocka_unit_test_setup(recv_that_owes_nothing_makes_no_reply, boot),
    };

    return RUN_EACH(reply_tests);
}
