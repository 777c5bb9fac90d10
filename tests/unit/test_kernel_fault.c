/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults as messages: what they say, what the reply does, and faults that
 * nobody hears.
 */
#include <stdio.h>
#include <string.h>

#include "fixture.h"

static struct party handler, faulter;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    handler = make_party(40);
    faulter = make_party_on(10, make(OBJECT_ENDPOINT), mint(handler.endpoint, RIGHT_SEND, 0xf));
    wake(&faulter);
    return 0;
}

static void a_fault_tells_what_and_where(void **state)
{
    (void)state;
    as(&faulter);
    fault(FAULT_WRITE, 0x1234);
    assert_true(runs(&handler));
    assert_int_equal(got_kind(&handler), KIND_FAULT);
    assert_int_equal(got_badge(&handler), 0xf);
    assert_int_equal(got_word(&handler, 0), FAULT_WRITE);
    assert_int_equal(got_word(&handler, 1), 0x1234);
    assert_int_equal(got_word(&handler, 2), 0x55);
    assert_int_equal(got_word(&handler, 3), faulter.thread->frame.pc);
    assert_int_equal(got_word(&handler, 4), faulter.thread->frame.sp);
}

static void label_0_resumes_with_all_registers_as_they_were(void **state)
{
    struct frame before;

    (void)state;
    as(&faulter);
    for (unsigned index = 0; index < 31; index++)
        faulter.thread->frame.x[index] = 1000 + index;
    before = faulter.thread->frame;
    fault(FAULT_READ, 0);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 99);
    assert_true(runs(&faulter));
    assert_memory_equal(&before, &faulter.thread->frame, sizeof(before));
}

static void label_1_leaves_it_stopped(void **state)
{
    (void)state;
    as(&faulter);
    fault(FAULT_READ, 0);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_state(&faulter, STOPPED);
    assert_true(init_runs());
    must(faulter.cap, THREAD_RESUME, 0);
    assert_state(&faulter, READY);
}

static void exit_and_unknown_system_calls_are_faults(void **state)
{
    (void)state;
    as(&faulter);
    system_call(0x77, (struct registers){ 0 });
    assert_int_equal(got_word(&handler, 0), FAULT_SYSCALL);
    assert_int_equal(got_word(&handler, 1), 0x77);
    assert_int_equal(got_word(&handler, 2), 0); /* the syndrome: no exception was to blame */
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&faulter));
    system_call(SYSCALL_EXIT, (struct registers){ .target = 3 });
    assert_int_equal(got_word(&handler, 0), FAULT_EXIT);
    assert_int_equal(got_word(&handler, 1), 3);
}

static void a_fault_without_handler_stops_the_thread(void **state)
{
    struct party alone = make_party_on(50, make(OBJECT_ENDPOINT), 0);

    (void)state;
    wake(&alone);
    as(&alone);
    fault(FAULT_READ, 0);
    assert_state(&alone, STOPPED);
    assert_true(runs(&faulter));
}

static void a_fault_at_a_closed_endpoint_stops_the_thread(void **state)
{
    (void)state;
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, handler.endpoint);
    as(&faulter);
    fault(FAULT_READ, 0);
    assert_state(&faulter, STOPPED);
}

static void a_fault_whose_handler_dies_leaves_the_thread_stopped(void **state)
{
    (void)state;
    as(&faulter);
    fault(FAULT_READ, 0);
    as_init();
    assert_result(delete_slot(handler.cap), DONE);
    assert_state(&faulter, STOPPED);
}

static void a_queued_fault_whose_endpoint_dies_leaves_the_thread_stopped(void **state)
{
    struct party alone = make_party_on(50, make(OBJECT_ENDPOINT), make(OBJECT_ENDPOINT));
    unsigned end = new_slot() - 1;

    (void)state;
    wake(&alone);
    while (slot_type(&known.init_table[end]) != OBJECT_ENDPOINT ||
           object_of(end) != slot_object(&alone.thread->fault))
        end--;
    as(&alone);
    fault(FAULT_READ, 0);
    assert_state(&alone, CALLING);
    as_init();
    assert_result(delete_slot(end), DONE);
    assert_state(&alone, STOPPED);
}

static void the_clients_of_a_faulting_server_get_an_error_when_it_is_destroyed(void **state)
{
    struct party server = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), handler.endpoint);
    unsigned end = give(&faulter, server.endpoint);

    (void)state;
    as(&faulter);
    call(end, 0, 0);
    assert_true(runs(&server));
    fault(FAULT_READ, 0);
    assert_true(runs(&handler));
    assert_ptr_equal(server.thread->time, object_of(faulter.time)); /* stays with it */
    as_init();
    assert_result(delete_slot(server.cap), DONE);
    assert_status(&faulter, PEER_DIED);
    as(&handler);
    reply_recv(OWN_ENDPOINT, 0, 0); /* to nobody */
    assert_true(runs(&faulter));
}

static void a_passive_handler_runs_on_the_faulters_time(void **state)
{
    struct party passive = make_party(PASSIVE);
    struct party other = make_party_on(20, make(OBJECT_ENDPOINT), passive.endpoint);

    (void)state;
    wake(&other);
    as(&other);
    fault(FAULT_READ, 0);
    assert_true(runs(&passive));
    assert_ptr_equal(passive.thread->time, object_of(other.time));
    recv(OWN_ENDPOINT, 30);
    assert_true(runs(&faulter));
    assert_ptr_equal(other.thread->time, object_of(other.time));
}

static void a_fault_that_is_set_aside_is_resumed_by_its_reply(void **state)
{
    (void)state;
    as(&faulter);
    fault(FAULT_READ, 0);
    recv(OWN_ENDPOINT, 30);
    assert_true(init_runs());
    wake(&handler);
    as(&handler);
    call(30, THOLE_FAULT_RESUME, 0);
    assert_state(&faulter, READY);
}

static void a_fault_that_is_queued_is_told_although_its_time_is_gone(void **state)
{
    struct party alone = make_party_on(50, make(OBJECT_ENDPOINT), handler.endpoint);

    (void)state;
    wake(&alone);
    wake(&handler); /* busy */
    as(&alone);
    fault(FAULT_READ, 7);
    assert_true(runs(&handler));
    as_init();
    assert_result(delete_slot(alone.time), DONE);
    as(&handler);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&handler));
    assert_int_equal(got_kind(&handler), KIND_FAULT);
    assert_int_equal(got_word(&handler, 1), 7);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_state(&alone, STRANDED);
}

static void a_fault_cannot_be_cancelled(void **state)
{
    (void)state;
    as(&faulter);
    fault(FAULT_READ, 0);
    as_init();
    assert_result(invoke(faulter.cap, THREAD_CANCEL), NOT_READY);
}

static void a_fault_of_init_says_its_last_words_and_resets_the_machine(void **state)
{
    jmp_buf ending;
    volatile int how;

    (void)state;
    sim.printed_bytes = 0;
    how = setjmp(ending);
    sim.ending = &ending;
    if (how == 0)
        fault(FAULT_WRITE, 0xbad);
    sim.ending = NULL;
    assert_int_equal(how, SIM_RESET);
    char first_words[80];

    snprintf(first_words, sizeof(first_words), "init: panic: fault %u (abi.h, THOLE_FAULTS), ",
             (unsigned)FAULT_WRITE);
    assert_non_null(strstr(sim.printed, first_words));
    assert_non_null(strstr(sim.printed, "bad"));
}

static void init_that_exits_says_where(void **state)
{
    jmp_buf ending;
    volatile int how;

    (void)state;
    sim.printed_bytes = 0;
    here()->current->frame.pc = 0xabc123;
    here()->current->frame.sp = 0xdef450;
    how = setjmp(ending);
    sim.ending = &ending;
    if (how == 0)
        system_call(SYSCALL_EXIT, (struct registers){ .target = 3 });
    sim.ending = NULL;
    assert_int_equal(how, SIM_RESET);
    assert_non_null(strstr(sim.printed, "syndrome 0, pc abc123, sp def450"));
}

int main(void)
{
    const struct CMUnitTest fault_tests[] = {
        cmocka_unit_test_setup(a_fault_tells_what_and_where, boot),
        cmocka_unit_test_setup(label_0_resumes_with_all_registers_as_they_were, boot),
        cmocka_unit_test_setup(label_1_leaves_it_stopped, boot),
        cmocka_unit_test_setup(exit_and_unknown_system_calls_are_faults, boot),
        cmocka_unit_test_setup(a_fault_without_handler_stops_the_thread, boot),
        cmocka_unit_test_setup(a_fault_at_a_closed_endpoint_stops_the_thread, boot),
        cmocka_unit_test_setup(a_fault_whose_handler_dies_leaves_the_thread_stopped, boot),
        cmocka_unit_test_setup(a_queued_fault_whose_endpoint_dies_leaves_the_thread_stopped, boot),
        cmocka_unit_test_setup(
            the_clients_of_a_faulting_server_get_an_error_when_it_is_destroyed, boot),
        cmocka_unit_test_setup(a_passive_handler_runs_on_the_faulters_time, boot),
        cmocka_unit_test_setup(a_fault_that_is_set_aside_is_resumed_by_its_reply, boot),
        cmocka_unit_test_setup(a_fault_that_is_queued_is_told_although_its_time_is_gone, boot),
        cmocka_unit_test_setup(a_fault_cannot_be_cancelled, boot),
        cmocka_unit_test_setup(a_fault_of_init_says_its_last_words_and_resets_the_machine, boot),
        cmocka_unit_test_setup(init_that_exits_says_where, boot),
    };

    return RUN_EACH(fault_tests);
}
