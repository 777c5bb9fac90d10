/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between threads: call, try_call, reply_recv, recv, try_recv.
 */
#include "fixture.h"

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    return 0;
}

static void a_call_runs_a_passive_server_on_the_callers_time(void **state)
{
    struct party server = make_party(PASSIVE), client = make_awake(10);
    unsigned endpoint = give_minted(&client, server.endpoint, RIGHT_SEND, 77);

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
    assert_null(server.thread->time);
}

int main(void)
{
    const struct CMUnitTest endpoint_tests[] = {
        cmocka_unit_test_setup(a_call_runs_a_passive_server_on_the_callers_time, boot),
    };

    return RUN_EACH(endpoint_tests);
}
