/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * try_recv of who owes something: an event that is owed ends, so that it can
 * come again; a call, and what somebody else's time hangs on, stay owed.
 */
#include "fixture.h"

#define ASIDE 30

static struct party poller, client; /* active */

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    client = make_awake(10);
    poller = make_awake(30);
    return 0;
}

static void signal_and_poll(void)
{
    as_init();
    must(poller.bell, NOTIFICATION_SIGNAL);
    as(&poller);
    try_recv(OWN_ENDPOINT);
}

static void an_event_comes_again_to_who_only_polls(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        signal_and_poll();
        assert_status(&poller, OK);
        assert_int_equal(got_kind(&poller), KIND_SIGNAL);
    }
    try_recv(OWN_ENDPOINT);
    assert_status(&poller, WOULD_WAIT);
    assert_int_equal(poller.thread->frame.x[9], 0); /* the endpoint's slot was 3, too */
    assert_null(poller.thread->owes);
    signal_and_poll();
    assert_status(&poller, OK);
}

static void a_call_stays_owed_while_nobody_is_queued(void **state)
{
    unsigned end = give(&client, poller.endpoint);

    (void)state;
    as(&poller);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as(&client);
    call(end, 0, 0);
    assert_true(runs(&poller));
    try_recv(OWN_ENDPOINT);
    assert_status(&poller, WOULD_WAIT);
    assert_state(&client, CALLING);
    reply_recv(OWN_ENDPOINT, 0, 5);
    as(&client);
    assert_status(&client, OK);
    assert_int_equal(got_word(&client, 0), 5);
}

static void an_event_whose_time_one_runs_on_stays_owed(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION);
    struct party driver = make_party(PASSIVE);

    (void)state;
    must(bell, NOTIFICATION_BIND, driver.endpoint, make_time(40));
    must(bell, NOTIFICATION_SIGNAL);
    as(&driver);
    try_recv(OWN_ENDPOINT);
    assert_true(runs(&driver));
    assert_status(&driver, WOULD_WAIT);
    assert_non_null(driver.thread->owes);
}

static void an_event_that_would_be_set_aside_stays_owed(void **state)
{
    (void)state;
    signal_and_poll();
    system_call(SYSCALL_TRY_RECV,
                (struct registers){ .target = OWN_ENDPOINT, .reply = ASIDE });
    assert_status(&poller, WOULD_WAIT);
    assert_non_null(poller.thread->owes);
}

static void a_refused_call_returns_its_status_and_nothing_else(void **state)
{
    unsigned end = give(&client, poller.endpoint);

    (void)state;
    as(&poller);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, poller.endpoint);
    as(&client);
    call(end, 9, 1);
    assert_status(&client, PEER_STOPPED);
    for (unsigned index = 1; index <= 18; index++)
        assert_int_equal(client.thread->frame.x[index], 0);
}

static void recv_ends_an_event_before_it_waits(void **state)
{
    (void)state;
    signal_and_poll();
    recv(OWN_ENDPOINT, 0);
    assert_state(&poller, RECEIVING);
    as_init();
    must(poller.bell, NOTIFICATION_SIGNAL);
    as(&poller);
    assert_int_equal(got_kind(&poller), KIND_SIGNAL);
}

int main(void)
{
    const struct CMUnitTest poll_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(an_event_comes_again_to_who_only_polls),
        TEST(a_call_stays_owed_while_nobody_is_queued),
        TEST(an_event_whose_time_one_runs_on_stays_owed),
        TEST(an_event_that_would_be_set_aside_stays_owed),
        TEST(a_refused_call_returns_its_status_and_nothing_else),
        TEST(recv_ends_an_event_before_it_waits),
    };

    return RUN_EACH(poll_tests);
}
