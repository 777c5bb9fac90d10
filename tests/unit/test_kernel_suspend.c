/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SUSPEND, RESUME and WRITE_REGISTERS: what they ask for, and threads that are
 * held while others go on. Each state of a thread is in test_kernel_states.c.
 */
#include "fixture.h"

static struct party client, server; /* the server is passive */
static unsigned client_end;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    client = make_awake(10);
    client_end = give(&client, server.endpoint);
    return 0;
}

static void let_others_run(void)
{
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
}

/* --- Suspended --------------------------------------------------------------------------- */

static void a_thread_can_suspend_itself_and_sees_that_it_was_done(void **state)
{
    (void)state;
    as(&client);
    call(OWN_THREAD, THREAD_SUSPEND, 0);
    assert_true(init_runs());
    assert_int_equal(got_label(&client), RESULT_DONE);
    let_others_run();
    assert_true(init_runs());
    must(client.cap, THREAD_RESUME, 0);
    as(&client);
    assert_status(&client, OK);
}

static void init_can_suspend_itself_and_another_resumes_it(void **state)
{
    unsigned init = give(&client, INIT_SLOT_THREAD);

    (void)state;
    call(INIT_SLOT_THREAD, THREAD_SUSPEND, 0);
    assert_true(runs(&client));
    call(init, THREAD_INSPECT, 0);
    assert_int_equal(got_word(&client, 0), THREAD_READY);
    assert_int_equal(got_word(&client, 1), THREAD_FLAG_SUSPENDED | THREAD_FLAG_HAS_TIME);
    call(init, THREAD_RESUME, 0);
    assert_true(init_runs());
}

static void the_running_thread_may_be_resumed_by_itself_without_effect(void **state)
{
    (void)state;
    as(&client);
    assert_result(invoke(OWN_THREAD, THREAD_RESUME, 0), DONE);
    assert_result(invoke(OWN_THREAD, THREAD_RESUME, 1), NOT_READY);
    assert_true(runs(&client));
}

static void a_thread_that_is_resumed_goes_behind_its_equals(void **state)
{
    struct party equal = make_awake(10);

    (void)state;
    must(client.cap, THREAD_SUSPEND);
    must(client.cap, THREAD_RESUME, 0);
    as(&equal);
    yield();
    assert_true(runs(&client));
}

static void a_message_for_a_suspended_server_is_delivered_and_waits(void **state)
{
    struct party other = make_awake(9);

    (void)state;
    must(server.cap, THREAD_SUSPEND);
    as(&client);
    call(client_end, 1, 22);
    assert_true(runs(&other)); /* the time is lent, and lies still */
    assert_ptr_equal(server.thread->time, object_of(client.time));
    as_init();
    assert_state(&server, READY);
    must(server.cap, THREAD_RESUME, 0);
    as(&server);
    assert_int_equal(got_word(&server, 0), 22);
    reply_recv(OWN_ENDPOINT, 3, 0);
    assert_int_equal(got_label(&client), 3);
}

static void try_call_meets_a_suspended_receiver(void **state)
{
    (void)state;
    must(server.cap, THREAD_SUSPEND);
    as(&client);
    try_call(client_end, 0, 0);
    assert_state(&client, CALLING);
    assert_state(&server, READY);
}

static void time_lent_to_a_suspended_server_comes_home_when_that_dies(void **state)
{
    (void)state;
    must(server.cap, THREAD_SUSPEND);
    as(&client);
    call(client_end, 0, 0);
    as_init();
    assert_result(delete_slot(server.cap), DONE);
    as(&client);
    assert_status(&client, PEER_DIED);
}

static void a_suspended_caller_is_answered_and_its_server_goes_on(void **state)
{
    struct party active = make_party(20);
    unsigned end = give(&client, active.endpoint);

    (void)state;
    as(&client);
    call(end, 0, 0);
    as_init();
    must(client.cap, THREAD_SUSPEND);
    as(&active);
    reply_recv(OWN_ENDPOINT, 4, 44);
    assert_true(init_runs());
    assert_int_equal(got_word(&client, 0), 44);
    must(client.cap, THREAD_RESUME, 0);
    as(&client);
    assert_int_equal(got_label(&client), 4);
}

static void suspending_the_owner_of_lent_time_does_not_stop_its_server(void **state)
{
    (void)state;
    as(&client);
    call(client_end, 0, 0);
    as_init();
    must(client.cap, THREAD_SUSPEND);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(init_runs());
    assert_state(&client, READY);
    assert_ptr_equal(client.thread->time, object_of(client.time));
}

static void the_priority_of_a_suspended_thread_can_change(void **state)
{
    struct party other = make_awake(15);

    (void)state;
    must(client.cap, THREAD_SUSPEND);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, client.time, 0, 16, 1000, 1000);
    must(client.cap, THREAD_RESUME, 0);
    as(&client);
    as_init();
    must(client.cap, THREAD_SUSPEND);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, client.time, 0, 3, 1000, 1000);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, client.cap, 14, 0);
    must(client.cap, THREAD_RESUME, 0);
    as(&other);
}

static void inspect_tells_ceiling_and_grace(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 63,
         PERIOD_TICKS_MAX);
    must(server.cap, THREAD_INSPECT);
    assert_int_equal(answer[2], 63);
    assert_int_equal(answer[3], PERIOD_TICKS_MAX);
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 64, 0),
                  BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 63,
                         PERIOD_TICKS_MAX + 1), BAD_ARGUMENT);
}

/* --- Resumed -------------------------------------------------------------------------------- */

static void resume_takes_no_or_one_step(void **state)
{
    (void)state;
    must(client.cap, THREAD_SUSPEND);
    assert_result(invoke(client.cap, THREAD_RESUME, 2), BAD_ARGUMENT);
    assert_result(invoke(client.cap, THREAD_RESUME, UINT64_MAX), BAD_ARGUMENT);
    assert_true(thread_suspended(client.thread));
    assert_result(invoke(client.cap, THREAD_RESUME, 1), DONE);
    assert_int_equal(client.thread->frame.pstate & SIM_PSTATE_STEP, SIM_PSTATE_STEP);
}

static void a_thread_that_has_not_all_it_needs_is_not_resumed(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);
    unsigned table = mint(1, RIGHTS_ALL, 0), space = mint(2, RIGHTS_ALL, 0);

    (void)state;
    assert_result(invoke(thread, THREAD_RESUME, 0), NOT_READY);
    must(thread, THREAD_SUSPEND);
    assert_result(invoke(thread, THREAD_RESUME, 1), NOT_READY);
    must(thread, THREAD_CONFIGURE, table, space, endpoint, 0, make(OBJECT_SCHED_CONTEXT));
    assert_result(invoke(thread, THREAD_RESUME, 0), NOT_READY); /* time of no size */
    must(thread, THREAD_CONFIGURE, table, space, endpoint, 0, 0);
    assert_result(delete_slot(space), DONE);
    assert_result(invoke(thread, THREAD_RESUME, 0), NOT_READY);
    must(thread, THREAD_CONFIGURE, table, 2, endpoint, 0, 0);
    assert_result(delete_slot(table), DONE);
    assert_result(invoke(thread, THREAD_RESUME, 0), NOT_READY);
    must(thread, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_STOPPED);
    assert_int_equal(answer[1], THREAD_FLAG_SUSPENDED); /* no refusal took the mark away */
}

static void a_thread_without_endpoint_is_resumed_but_not_started(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    must(thread, THREAD_CONFIGURE, 1, 2, endpoint, 0, make_time(5));
    assert_result(delete_slot(endpoint), DONE);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), NOT_READY);
    assert_result(invoke(thread, THREAD_RESUME, 0), DONE);
    must(thread, THREAD_INSPECT);
    assert_int_equal(answer[0], THREAD_READY);
}

static void a_suspended_thread_is_started_and_held(void **state)
{
    unsigned thread = make(OBJECT_THREAD);
    struct party held = { .cap = thread, .thread = object_of(thread),
                          .endpoint = make(OBJECT_ENDPOINT) };

    (void)state;
    must(thread, THREAD_SUSPEND);
    must(thread, THREAD_CONFIGURE, 1, 2, held.endpoint, 0, make_time(30));
    must(thread, THREAD_START, 1, 2, 3);
    wake(&held);
    assert_state(&held, READY);
    as(&client);
    as_init();
    must(thread, THREAD_RESUME, 0);
    as(&held);
}

/* --- Registers -------------------------------------------------------------------------------- */

static void registers_are_written_from_the_first_to_the_last(void **state)
{
    struct frame *frame = &client.thread->frame, expected;

    (void)state;
    must(client.cap, THREAD_SUSPEND);
    expected = *frame;
    must(client.cap, THREAD_WRITE_REGISTERS, 0, 4, 10, 11, 12, 13);
    for (unsigned index = 0; index < 4; index++)
        expected.x[index] = 10 + index;
    assert_memory_equal(frame, &expected, sizeof(expected));
    must(client.cap, THREAD_WRITE_REGISTERS, 31, 4, 0x31, 0x32, 0xf0000000, 0x34);
    expected.sp = 0x31;
    expected.pc = 0x32;
    expected.pstate |= SIM_PSTATE_FLAGS;
    expected.tls = 0x34;
    assert_memory_equal(frame, &expected, sizeof(expected));
    must(client.cap, THREAD_WRITE_REGISTERS, 30, 1, 0x30, 1, 1, 1);
    expected.x[30] = 0x30;
    assert_memory_equal(frame, &expected, sizeof(expected));
    must(client.cap, THREAD_READ_REGISTERS, 30);
    assert_int_equal(answer[0], 0x30);
    assert_int_equal(answer[1], 0x31);
    assert_int_equal(answer[4], 0x34);
    assert_int_equal(answer[5], 0);
}

static void registers_beyond_the_last_are_refused(void **state)
{
    static const uint64_t bad[][2] = {
        { 0, 0 }, { 0, 5 }, { 0, UINT64_MAX }, { 35, 1 }, { 34, 2 }, { 32, 4 },
        { UINT64_MAX, 1 }, { UINT64_MAX, 2 }, { UINT64_MAX - 1, 4 }, { 1ULL << 32, 1 },
    };

    (void)state;
    must(client.cap, THREAD_SUSPEND);
    for (unsigned index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_result(invoke(client.cap, THREAD_WRITE_REGISTERS, bad[index][0], bad[index][1]),
                      BAD_ARGUMENT);
    assert_result(invoke(client.cap, THREAD_WRITE_REGISTERS, 34, 1), DONE);
}

static void a_thread_cannot_write_its_own_registers(void **state)
{
    (void)state;
    assert_result(invoke(INIT_SLOT_THREAD, THREAD_WRITE_REGISTERS, 19, 1, 5), NOT_READY);
}

static void no_write_makes_a_thread_privileged_or_masks_interrupts(void **state)
{
    (void)state;
    must(client.cap, THREAD_SUSPEND);
    must(client.cap, THREAD_WRITE_REGISTERS, 33, 1, UINT64_MAX);
    assert_int_equal(client.thread->frame.pstate, SIM_PSTATE_FLAGS);
}

static void what_was_written_is_what_a_resumed_thread_goes_on_with(void **state)
{
    (void)state;
    must(client.cap, THREAD_SUSPEND);
    must(client.cap, THREAD_WRITE_REGISTERS, 32, 1, 0x8888);
    must(client.cap, THREAD_RESUME, 0);
    as(&client);
    assert_int_equal(client.thread->frame.pc, 0x8888);
    as_init();
    assert_result(invoke(client.cap, THREAD_WRITE_REGISTERS, 32, 1, 0x9999), NOT_READY);
}

int main(void)
{
    const struct CMUnitTest suspend_tests[] = {
        cmocka_unit_test_setup(a_thread_can_suspend_itself_and_sees_that_it_was_done, boot),
        cmocka_unit_test_setup(init_can_suspend_itself_and_another_resumes_it, boot),
        cmocka_unit_test_setup(the_running_thread_may_be_resumed_by_itself_without_effect, boot),
        cmocka_unit_test_setup(a_thread_that_is_resumed_goes_behind_its_equals, boot),
        cmocka_unit_test_setup(a_message_for_a_suspended_server_is_delivered_and_waits, boot),
        cmocka_unit_test_setup(try_call_meets_a_suspended_receiver, boot),
        cmocka_unit_test_setup(time_lent_to_a_suspended_server_comes_home_when_that_dies, boot),
        cmocka_unit_test_setup(a_suspended_caller_is_answered_and_its_server_goes_on, boot),
        cmocka_unit_test_setup(suspending_the_owner_of_lent_time_does_not_stop_its_server, boot),
        cmocka_unit_test_setup(the_priority_of_a_suspended_thread_can_change, boot),
        cmocka_unit_test_setup(inspect_tells_ceiling_and_grace, boot),
        cmocka_unit_test_setup(resume_takes_no_or_one_step, boot),
        cmocka_unit_test_setup(a_thread_that_has_not_all_it_needs_is_not_resumed, boot),
        cmocka_unit_test_setup(a_thread_without_endpoint_is_resumed_but_not_started, boot),
        cmocka_unit_test_setup(a_suspended_thread_is_started_and_held, boot),
        cmocka_unit_test_setup(registers_are_written_from_the_first_to_the_last, boot),
        cmocka_unit_test_setup(registers_beyond_the_last_are_refused, boot),
        cmocka_unit_test_setup(a_thread_cannot_write_its_own_registers, boot),
        cmocka_unit_test_setup(no_write_makes_a_thread_privileged_or_masks_interrupts, boot),
        cmocka_unit_test_setup(what_was_written_is_what_a_resumed_thread_goes_on_with, boot),
    };

    return RUN_EACH(suspend_tests);
}
