/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: configured, started, read, and destroyed in every state.
 */
#include "fixture.h"

static struct party server, client, other;
static unsigned end;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    client = make_awake(10);
    other = make_awake(9);
    end = give(&client, server.endpoint);
    give(&other, server.endpoint);
    return 0;
}

static enum thole_result configure(unsigned thread, unsigned table, unsigned space,
                                   unsigned endpoint, unsigned fault_end, unsigned time)
{
    return invoke(thread, THREAD_CONFIGURE, table, space, endpoint, fault_end, time);
}

static void a_thread_is_configured_and_started_while_it_is_stopped(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), NOT_READY);
    assert_result(configure(thread, 1, 2, endpoint, 0, 0), DONE);
    assert_result(configure(thread, 1, 2, endpoint, 0, 0), DONE);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), DONE);
    assert_result(configure(thread, 1, 2, endpoint, 0, 0), OCCUPIED);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), OCCUPIED);
    must(thread, THREAD_READ_REGISTERS, 31);
    assert_int_equal(answer[0], 2);
    assert_int_equal(answer[1], 1);
    assert_int_equal(answer[3], 3);
    assert_result(invoke(thread, THREAD_READ_REGISTERS, 35), BAD_ARGUMENT);
    assert_result(invoke(thread, THREAD_READ_REGISTERS, 36), BAD_ARGUMENT);
    assert_result(invoke(thread, THREAD_READ_REGISTERS, UINT64_MAX), BAD_ARGUMENT);
}

/* Who waits in a system call has lost x1 to x18, and what is left of them is nobody's business. */
static void of_who_waits_only_kept_registers_are_read(void **state)
{
    (void)state;
    for (unsigned index = 0; index < 31; index++)
        server.thread->frame.x[index] = 0x7000 + index;
    as_init();
    must(server.cap, THREAD_READ_REGISTERS, 14);
    for (unsigned index = 0; index < 5; index++)
        assert_int_equal(answer[index], 0);
    assert_int_equal(answer[5], 0x7000 + 19);
    must(server.cap, THREAD_READ_REGISTERS, 0);
    assert_int_equal(answer[0], 0);
    must(server.cap, THREAD_INSPECT);
    assert_int_equal(answer[4], 0);
}

static void of_who_calls_the_slot_is_read_and_no_words(void **state)
{
    (void)state;
    as(&client);
    call(end, 5, 6);
    as_init();
    client.thread->frame.x[19] = 0x7013;
    must(client.cap, THREAD_READ_REGISTERS, 0);
    assert_int_equal(answer[0], end);
    for (unsigned index = 1; index < THOLE_MESSAGE_WORDS; index++)
        assert_int_equal(answer[index], 0);
    must(client.cap, THREAD_READ_REGISTERS, 18);
    assert_int_equal(answer[0], 0);
    assert_int_equal(answer[1], 0x7013);
}

/* Those of who runs are in a call: x9 to x18 are lost, the others are as they were. */
static void of_who_asks_himself_scratch_registers_are_not_read(void **state)
{
    (void)state;
    for (unsigned first = 6; first < 20; first += THOLE_MESSAGE_WORDS) {
        must(INIT_SLOT_THREAD, THREAD_READ_REGISTERS, first);
        for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
            if (first + index >= 9)
                assert_int_equal(answer[index],
                                 first + index <= 18 ? 0 : 0xdead0000 + first + index);
    }
    must(INIT_SLOT_THREAD, THREAD_READ_REGISTERS, 0);
    assert_int_equal(answer[0], INIT_SLOT_THREAD);
}

static void of_who_is_held_back_all_registers_are_read(void **state)
{
    (void)state;
    as(&client);
    for (unsigned index = 0; index < 31; index++)
        client.thread->frame.x[index] = 0x8000 + index;
    as_init();
    for (unsigned first = 0; first < 24; first += THOLE_MESSAGE_WORDS) {
        must(client.cap, THREAD_READ_REGISTERS, first);
        for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
            assert_int_equal(answer[index], 0x8000 + first + index);
    }
}

static void registers_of_a_stopped_thread_can_be_written(void **state)
{
    unsigned thread = make(OBJECT_THREAD);

    (void)state;
    must(thread, THREAD_WRITE_REGISTERS, 3, 4, 0x33, 0x44, 0x55, 0x66);
    must(thread, THREAD_READ_REGISTERS, 2);
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        assert_int_equal(answer[index], index == 0 || index == 5 ? 0 : 0x22 + index * 0x11);
}

static void parts_of_the_wrong_kind_or_without_right_are_refused(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    assert_result(configure(thread, 2, 2, endpoint, 0, 0), BAD_SLOT);
    assert_result(configure(thread, 1, 1, endpoint, 0, 0), BAD_SLOT);
    assert_result(configure(thread, 1, 2, 1, 0, 0), BAD_SLOT);
    assert_result(configure(thread, 1, 2, endpoint, 1, 0), BAD_SLOT);
    assert_result(configure(thread, 1, 2, endpoint, 0, 1), BAD_SLOT);
    assert_result(configure(thread, 0, 2, endpoint, 0, 0), EMPTY);
    assert_result(configure(thread, 1, 2, mint(endpoint, RIGHT_SEND, 0), 0, 0), NO_RIGHT);
    assert_result(configure(thread, 1, 2, endpoint, mint(endpoint, RIGHT_RECV, 0), 0), NO_RIGHT);
    assert_result(configure(thread, 1, 2, endpoint, 0, make(OBJECT_SCHED_CONTEXT)), DONE);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), NOT_READY);
}

static void time_that_another_runs_on_is_busy(void **state)
{
    unsigned thread = make(OBJECT_THREAD), endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    assert_result(configure(thread, 1, 2, endpoint, 0, client.time), DONE);
    assert_result(invoke(thread, THREAD_RESUME, 0), BUSY);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), BUSY);
    assert_result(delete_slot(client.cap), DONE);
    assert_result(invoke(thread, THREAD_START, 1, 2, 3), DONE);
}

/* An event waits for it, and gets it. */
static void time_that_a_stopped_thread_kept_is_free_when_it_is_configured_anew(void **state)
{
    struct party keeper = make_party_on(40, make(OBJECT_ENDPOINT), 0);
    unsigned bell = make(OBJECT_NOTIFICATION);

    (void)state;
    wake(&keeper);
    as(&keeper);
    fault(FAULT_WRITE, 8);
    as_init();
    assert_state(&keeper, STOPPED);
    must(bell, NOTIFICATION_BIND, server.endpoint, keeper.time);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&server, RECEIVING);
    assert_result(configure(keeper.cap, keeper.table, 2, keeper.endpoint, 0, 0), DONE);
    as(&server);
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

/*
 * What a thread was given can go; it must not be given again in the middle of
 * a call, which would then arrive with another badge.
 */
static void a_started_thread_cannot_be_configured_to_forge_a_badge(void **state)
{
    unsigned queue = make(OBJECT_ENDPOINT), first = make(OBJECT_ENDPOINT);
    unsigned table = make_sized(OBJECT_CAPTABLE, 4), copy = mint(table, RIGHTS_ALL, 0);
    unsigned space = mint(INIT_SLOT_ADDRESS_SPACE, RIGHTS_ALL, 0);
    struct party forger = { .cap = make(OBJECT_THREAD) };
    unsigned forged = mint(make(OBJECT_ENDPOINT), RIGHTS_ALL, 9), to_forger;

    (void)state;
    must(table, CAPTABLE_MINT, 3, INIT_SLOT_CAPTABLE, queue, RIGHT_SEND, 5);
    assert_result(configure(forger.cap, copy, space, first, 0, 0), DONE);
    must(forger.cap, THREAD_START, 1, 2, 3);
    forger.thread = object_of(forger.cap);
    to_forger = give(&client, first);
    as(&client);
    call(to_forger, 0, 0);
    assert_true(runs(&forger));
    call(3, 0, 0);
    as_init();
    assert_result(delete_slot(copy), DONE);
    assert_result(delete_slot(space), DONE);
    assert_result(delete_slot(first), DONE);
    assert_result(configure(forger.cap, table, INIT_SLOT_ADDRESS_SPACE, forged, 0, 0), OCCUPIED);
    struct party receiver = make_party_on(30, queue, 0);

    assert_int_equal(got_badge(&receiver), 5);
}

/* --- Destroyed in every state --------------------------------------------------------- */

static void a_thread_that_runs_can_be_destroyed(void **state)
{
    (void)state;
    must(client.table, CAPTABLE_MOVE, 40, INIT_SLOT_CAPTABLE, other.cap);
    as(&client);
    assert_result(invoke(OWN_TABLE, CAPTABLE_DELETE, 40), DONE);
    assert_true(runs(&client));
}

static void a_thread_that_is_ready_can_be_destroyed(void **state)
{
    (void)state;
    assert_state(&client, READY);
    assert_result(delete_slot(client.cap), DONE);
    as(&other);
}

static void a_thread_that_was_never_started_can_be_destroyed(void **state)
{
    unsigned thread = make(OBJECT_THREAD);

    (void)state;
    assert_result(configure(thread, 1, 2, server.endpoint, 0, make_time(4)), DONE);
    assert_result(delete_slot(thread), DONE);
}

static void a_thread_that_receives_can_be_destroyed(void **state)
{
    (void)state;
    assert_result(delete_slot(server.cap), DONE);
    as(&client);
    try_call(end, 0, 0);
    assert_status(&client, WOULD_WAIT);
}

static void a_thread_that_is_queued_can_be_destroyed(void **state)
{
    (void)state;
    assert_result(delete_slot(server.cap), DONE);
    as(&client);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    struct party next = make_party_on(PASSIVE, server.endpoint, 0);

    assert_state(&next, RECEIVING);
}

static void a_thread_that_is_being_served_can_be_destroyed(void **state)
{
    struct sched_context *time = object_of(client.time);

    (void)state;
    as(&client);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&other));
    assert_true(sched_context_is_free(time));
}

static void a_thread_that_faulted_can_be_destroyed(void **state)
{
    (void)state;
    as(&client);
    fault(FAULT_READ, 0);
    assert_true(init_runs());
    assert_result(delete_slot(client.cap), DONE);
    as(&other);
}

static void a_thread_whose_time_is_gone_can_be_destroyed(void **state)
{
    (void)state;
    assert_result(delete_slot(client.time), DONE);
    assert_state(&client, STRANDED);
    assert_result(delete_slot(client.cap), DONE);
    as(&other);
}

/* --- FP/SIMD registers ------------------------------------------------------------------ */

static void who_uses_fp_registers_has_them_loaded(void **state)
{
    (void)state;
    as(&client);
    assert_false(sim.fp_open);
    sim_use_fp(client.thread)->q[31][1] = 7;
    as_init();
    assert_false(sim.fp_open);
    assert_int_equal(client.thread->fp.q[31][1], 7);
    sim_use_fp(cores[0].loaded)->q[31][1] = 8;
    as(&client);
    assert_true(sim.fp_open);
    assert_int_equal(sim.fp.q[31][1], 7);
    as_init();
    assert_int_equal(sim.fp.q[31][1], 8);
}

static void who_does_not_go_on_using_fp_registers_loses_them_for_a_while(void **state)
{
    (void)state;
    as(&client);
    sim_use_fp(client.thread)->q[31][1] = 7;
    for (unsigned turns = FP_TURNS; turns > 0; turns--) {
        assert_true(sim.fp_open);
        as_init();
        as(&client);
    }
    assert_false(sim.fp_open);
    assert_int_equal(sim_use_fp(client.thread)->q[31][1], 7);
    assert_int_equal(client.thread->sender.fp_turns, FP_TURNS);
}

/* --- Losing parts ------------------------------------------------------------------------ */

static void unbinding_the_time_of_the_running_thread_takes_it_off(void **state)
{
    unsigned copy = mint(make_time(30), RIGHTS_ALL, 0), endpoint = make(OBJECT_ENDPOINT);
    struct party party = { .cap = make(OBJECT_THREAD), .endpoint = endpoint };

    (void)state;
    party.thread = object_of(party.cap);
    assert_result(configure(party.cap, client.table, 2, endpoint, 0, copy), DONE);
    must(client.table, CAPTABLE_MOVE, 41, INIT_SLOT_CAPTABLE, copy);
    must(party.cap, THREAD_START, 1, 2, 3);
    wake(&party);
    as(&party);
    system_call(SYSCALL_CALL, (struct registers){ .target = OWN_TABLE, .label = CAPTABLE_DELETE,
                                                  .words = 1, WORDS(41) });
    assert_true(runs(&client));
    assert_state(&party, STRANDED);
}

static void a_queued_caller_whose_time_goes_is_taken_out_of_the_queue(void **state)
{
    (void)state;
    assert_result(delete_slot(server.cap), DONE);
    as(&client);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(client.time), DONE);
    assert_state(&client, STRANDED);
    assert_status(&client, CANCELLED);
}

int main(void)
{
    const struct CMUnitTest thread_tests[] = {
        cmocka_unit_test_setup(a_thread_is_configured_and_started_while_it_is_stopped, boot),
        cmocka_unit_test_setup(of_who_calls_the_slot_is_read_and_no_words, boot),
        cmocka_unit_test_setup(of_who_asks_himself_scratch_registers_are_not_read, boot),
        cmocka_unit_test_setup(of_who_is_held_back_all_registers_are_read, boot),
        cmocka_unit_test_setup(registers_of_a_stopped_thread_can_be_written, boot),
        cmocka_unit_test_setup(parts_of_the_wrong_kind_or_without_right_are_refused, boot),
        cmocka_unit_test_setup(of_who_waits_only_kept_registers_are_read, boot),
        cmocka_unit_test_setup(time_that_another_runs_on_is_busy, boot),
        cmocka_unit_test_setup(time_that_a_stopped_thread_kept_is_free_when_it_is_configured_anew,
                               boot),
        cmocka_unit_test_setup(a_started_thread_cannot_be_configured_to_forge_a_badge, boot),
        cmocka_unit_test_setup(a_thread_that_runs_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_is_ready_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_was_never_started_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_receives_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_is_queued_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_is_being_served_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_that_faulted_can_be_destroyed, boot),
        cmocka_unit_test_setup(a_thread_whose_time_is_gone_can_be_destroyed, boot),
        cmocka_unit_test_setup(who_uses_fp_registers_has_them_loaded, boot),
        cmocka_unit_test_setup(who_does_not_go_on_using_fp_registers_loses_them_for_a_while,
                               boot),
        cmocka_unit_test_setup(unbinding_the_time_of_the_running_thread_takes_it_off, boot),
        cmocka_unit_test_setup(a_queued_caller_whose_time_goes_is_taken_out_of_the_queue,
                               boot),
    };

    return RUN_EACH(thread_tests);
}
