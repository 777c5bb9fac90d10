/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between threads: call, try_call, reply_recv, recv, try_recv, and
 * endpoints that close or go away.
 */
#include "fixture.h"

static struct party server, client;
static unsigned endpoint; /* of the server, in the client's table, with badge 77 */

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    client = make_awake(10);
    endpoint = give_minted(&client, server.endpoint, RIGHT_SEND, 77);
    return 0;
}

static void a_call_runs_a_passive_server_on_the_callers_time(void **state)
{
    (void)state;
    as(&client);
    call(endpoint, 5, 1234);
    assert_true(runs(&server));
    assert_int_equal(got_kind(&server), KIND_CALL);
    assert_int_equal(got_label(&server), 5);
    assert_int_equal(got_word(&server, 0), 1234);
    assert_int_equal(got_badge(&server), 77);
    assert_ptr_equal(server.thread->time, object_of(client.time));
    reply_recv(OWN_ENDPOINT, 6, 4321);
    assert_true(runs(&client));
    assert_status(&client, OK);
    assert_int_equal(got_kind(&client), KIND_ANSWER);
    assert_int_equal(got_label(&client), 6);
    assert_int_equal(got_word(&client, 0), 4321);
    assert_int_equal(got_badge(&client), 0);
    assert_null(server.thread->time);
}

static void all_six_words_travel_and_scratch_registers_do_not(void **state)
{
    (void)state;
    as(&client);
    system_call(SYSCALL_CALL, (struct registers){ .target = endpoint, .words = 7,
                                                  WORDS(1, 2, 3, 4, 5, 6) });
    for (unsigned index = 0; index < 6; index++)
        assert_int_equal(got_word(&server, index), index + 1);
    for (unsigned index = 9; index <= 18; index++)
        assert_int_equal(server.thread->frame.x[index], 0);
    for (unsigned index = 19; index <= 30; index++)
        assert_int_equal(client.thread->frame.x[index], 0xdead0000 + index);
}

static void a_sender_cannot_forge_the_kind_or_a_capability(void **state)
{
    (void)state;
    as(&client);
    client.thread->frame.x[0] = endpoint;
    client.thread->frame.x[1] = UINT64_MAX;
    client.thread->frame.x[8] = 0;
    kernel_syscall(here(), SYSCALL_CALL);
    cores_settle();
    invariants_check();
    assert_int_equal(got_kind(&server), KIND_CALL);
    assert_false(got_cap(&server));
    /* Bits that mean nothing yet are zero, so that they can mean something later. */
    assert_int_equal(server.thread->frame.x[1],
                     (uint64_t)UINT32_MAX << THOLE_TAG_LABEL_SHIFT | THOLE_TAG_WORDS_MASK |
                         KIND_CALL << THOLE_TAG_KIND_SHIFT);
}

static void a_queued_caller_is_served_first_come_first_served(void **state)
{
    struct party second, active;
    unsigned here, there;

    (void)state;
    active = make_party(5);
    second = make_awake(9);
    here = give_minted(&client, active.endpoint, RIGHT_SEND, 1);
    there = give_minted(&second, active.endpoint, RIGHT_SEND, 2);
    wake(&active);
    as(&client);
    call(here, 0, 100);
    assert_true(runs(&second));
    call(there, 0, 200);
    assert_true(runs(&active));
    reply_recv(OWN_ENDPOINT, 0, 0); /* to the bell */
    assert_int_equal(got_badge(&active), 1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&client));
    assert_int_equal(got_badge(&active), 2);
    assert_state(&second, CALLING);
}

static void try_call_meets_a_receiver_that_waits(void **state)
{
    (void)state;
    as(&client);
    try_call(endpoint, 0, 1);
    assert_true(runs(&server));
    reply_recv(OWN_ENDPOINT, 4, 0);
    assert_int_equal(got_label(&client), 4);
}

static void try_call_without_a_receiver_would_wait(void **state)
{
    unsigned nobody = give(&client, make(OBJECT_ENDPOINT));

    (void)state;
    as(&client);
    try_call(nobody, 0, 0);
    assert_true(runs(&client));
    assert_status(&client, WOULD_WAIT);
}

static void try_recv_without_a_sender_would_wait_and_still_owes(void **state)
{
    (void)state;
    as(&client);
    call(endpoint, 0, 0);
    try_recv(OWN_ENDPOINT);
    assert_true(runs(&server));
    assert_status(&server, WOULD_WAIT);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_status(&client, OK);
    assert_int_equal(got_label(&client), 3);
}

static void recv_without_a_slot_abandons_the_caller(void **state)
{
    (void)state;
    as(&client);
    call(endpoint, 0, 0);
    recv(OWN_ENDPOINT, 0);
    assert_true(runs(&client));
    assert_status(&client, ABANDONED);
    assert_state(&server, RECEIVING);
}

static void rights_are_asked_for(void **state)
{
    unsigned only_recv = give_minted(&client, server.endpoint, RIGHT_RECV, 0);

    (void)state;
    as(&client);
    call(only_recv, 0, 0);
    assert_status(&client, NO_RIGHT);
    recv(endpoint, 0);
    assert_status(&client, NO_RIGHT);
    reply_recv(endpoint, 0, 0);
    assert_status(&client, NO_RIGHT);
}

static void what_is_no_endpoint_is_a_bad_capability(void **state)
{
    const uint64_t bad[] = { 0, 60, 64, 65, 1ULL << 32, UINT64_MAX };

    (void)state;
    as(&client);
    for (unsigned index = 0; index < sizeof(bad) / sizeof(bad[0]); index++) {
        call(bad[index], 0, 0);
        assert_status(&client, BAD_CAPABILITY);
        recv(bad[index], 0);
        assert_status(&client, BAD_CAPABILITY);
        reply_recv(bad[index], 0, 0);
        assert_status(&client, BAD_CAPABILITY);
    }
    recv(OWN_TABLE, 0);
    assert_status(&client, BAD_CAPABILITY);
}

static void a_reply_recv_that_is_refused_has_not_replied(void **state)
{
    (void)state;
    as(&client);
    call(endpoint, 0, 0);
    reply_recv(60, 1, 1);
    assert_true(runs(&server));
    assert_status(&server, BAD_CAPABILITY);
    assert_state(&client, CALLING);
    reply_recv(OWN_ENDPOINT, 2, 0);
    assert_int_equal(got_label(&client), 2);
}

static void a_closed_endpoint_refuses_queued_and_new_callers_until_it_opens(void **state)
{
    unsigned queue = make(OBJECT_ENDPOINT), here = give(&client, queue);
    struct party other = make_awake(9);
    unsigned there = give(&other, queue);

    (void)state;
    as(&client);
    call(here, 0, 0);
    as_init();
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, queue);
    assert_status(&client, PEER_STOPPED);
    assert_state(&client, READY);
    as(&client);
    call(here, 0, 0);
    assert_status(&client, PEER_STOPPED);
    as_init();
    must(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, queue);
    as(&client);
    call(here, 0, 0);
    assert_true(runs(&other));
    (void)there;
}

/* The short ways may use an endpoint where a server waits, until it closes. */
static void an_endpoint_with_a_server_is_closed_to_the_short_ways_too(void **state)
{
    const struct endpoint *where = slot_object(&known.init_table[server.endpoint]);

    (void)state;
    assert_ptr_equal(where->warm, server.thread);
    assert_non_null(where->home);
    as_init();
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, server.endpoint);
    assert_null(where->home);
}

static void closing_a_long_queue_takes_several_calls(void **state)
{
    unsigned queue = make(OBJECT_ENDPOINT), calls = 0;
    struct party caller[20];
    enum thole_result result;

    (void)state;
    for (unsigned index = 0; index < 20; index++) {
        caller[index] = make_awake(20);
        give(&caller[index], queue);
    }
    as(&caller[0]);
    for (unsigned index = 0; index < 20; index++)
        call(OWN_FREE, 0, 0);
    as_init();
    do {
        result = invoke(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, queue);
        calls++;
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_in_range(calls, 3, 4);
    for (unsigned index = 0; index < 20; index++)
        assert_status(&caller[index], PEER_STOPPED);
}

static void destroying_an_endpoint_answers_callers_and_dismisses_receivers(void **state)
{
    unsigned queue = make(OBJECT_ENDPOINT), here = give(&client, queue);
    unsigned server_end = server.endpoint;
    struct party receiver = make_awake(11);

    (void)state;
    as(&receiver);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&client));
    call(here, 0, 0);
    as_init();
    assert_result(delete_slot(queue), DONE);
    assert_status(&client, PEER_DIED);
    assert_result(delete_slot(server_end), DONE);
    assert_state(&server, STOPPED);
    assert_result(delete_slot(receiver.endpoint), DONE);
    assert_status(&receiver, BAD_CAPABILITY);
    assert_state(&receiver, READY);
}

static void destroying_an_endpoint_dismisses_all_its_receivers(void **state)
{
    unsigned shared = make(OBJECT_ENDPOINT);
    struct party receiver[3];

    (void)state;
    for (unsigned index = 0; index < 3; index++)
        receiver[index] = make_party_on(PASSIVE, shared, 0);
    assert_result(delete_slot(shared), DONE);
    for (unsigned index = 0; index < 3; index++)
        assert_state(&receiver[index], STOPPED);
}

static void destroying_an_endpoint_with_many_waiting_takes_several_calls(void **state)
{
    unsigned queue = make(OBJECT_ENDPOINT);
    struct party caller[20];

    (void)state;
    for (unsigned index = 0; index < 20; index++) {
        caller[index] = make_awake(20);
        give(&caller[index], queue);
    }
    as(&caller[0]);
    for (unsigned index = 0; index < 20; index++)
        call(OWN_FREE, 0, 0);
    as_init();
    assert_int_equal(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, queue), RESULT_MORE);
    assert_result(delete_slot(queue), DONE);
    for (unsigned index = 0; index < 20; index++)
        assert_status(&caller[index], PEER_DIED);
}

static void a_signal_without_time_reaches_an_active_receiver_behind_a_passive_one(void **state)
{
    struct party active = make_party_on(5, server.endpoint, 0);
    struct party passive = make_party_on(PASSIVE, server.endpoint, 0);
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, server.endpoint, 0);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&active, READY);
    assert_int_equal(got_kind(&active), KIND_SIGNAL);
    assert_state(&passive, RECEIVING);
}

static void an_active_receiver_that_loses_its_time_waits_on_as_a_passive_one(void **state)
{
    struct party active = make_party(5);
    unsigned here = give(&client, active.endpoint), bell = make(OBJECT_NOTIFICATION);

    (void)state;
    must(bell, NOTIFICATION_BIND, active.endpoint, 0);
    assert_result(delete_slot(active.time), DONE);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&active, RECEIVING);
    as(&client);
    call(here, 0, 0);
    assert_true(runs(&active));
    assert_int_equal(got_kind(&active), KIND_CALL);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&client));
}

int main(void)
{
    const struct CMUnitTest endpoint_tests[] = {
        cmocka_unit_test_setup(an_endpoint_with_a_server_is_closed_to_the_short_ways_too, boot),
        cmocka_unit_test_setup(a_call_runs_a_passive_server_on_the_callers_time, boot),
        cmocka_unit_test_setup(all_six_words_travel_and_scratch_registers_do_not, boot),
        cmocka_unit_test_setup(a_sender_cannot_forge_the_kind_or_a_capability, boot),
        cmocka_unit_test_setup(a_queued_caller_is_served_first_come_first_served, boot),
        cmocka_unit_test_setup(try_call_meets_a_receiver_that_waits, boot),
        cmocka_unit_test_setup(try_call_without_a_receiver_would_wait, boot),
        cmocka_unit_test_setup(try_recv_without_a_sender_would_wait_and_still_owes, boot),
        cmocka_unit_test_setup(recv_without_a_slot_abandons_the_caller, boot),
        cmocka_unit_test_setup(rights_are_asked_for, boot),
        cmocka_unit_test_setup(what_is_no_endpoint_is_a_bad_capability, boot),
        cmocka_unit_test_setup(a_reply_recv_that_is_refused_has_not_replied, boot),
        cmocka_unit_test_setup(a_closed_endpoint_refuses_queued_and_new_callers_until_it_opens,
                               boot),
        cmocka_unit_test_setup(closing_a_long_queue_takes_several_calls, boot),
        cmocka_unit_test_setup(destroying_an_endpoint_answers_callers_and_dismisses_receivers,
                               boot),
        cmocka_unit_test_setup(destroying_an_endpoint_dismisses_all_its_receivers, boot),
        cmocka_unit_test_setup(destroying_an_endpoint_with_many_waiting_takes_several_calls, boot),
        cmocka_unit_test_setup(
            a_signal_without_time_reaches_an_active_receiver_behind_a_passive_one, boot),
        cmocka_unit_test_setup(
            an_active_receiver_that_loses_its_time_waits_on_as_a_passive_one, boot),
    };

    return RUN_EACH(endpoint_tests);
}
