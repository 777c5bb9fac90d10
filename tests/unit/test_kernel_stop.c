/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that stop: by their handler's answer, for want of a handler, by
 * their endpoint's end; whom they owed, whose time they had, and how they are
 * set going again.
 */
#include "fixture.h"

#define ASIDE 30
#define STEPS(party) (((party)->thread->frame.pstate & SIM_PSTATE_STEP) != 0)

/* The server is passive, and runs on the time of the client. */
static struct party client, server, handler;
static unsigned client_end;

/* The handler's priority; PASSIVE: it is lent the server's. Faults of the server go to it. */
static void make_all(unsigned priority, bool with_handler)
{
    unsigned end;

    boot_machine(SMALL_RAM);
    end = make(OBJECT_ENDPOINT);
    handler = make_party_on(priority, end, 0);
    server = make_party_on(PASSIVE, make(OBJECT_ENDPOINT),
                           with_handler ? mint(end, RIGHT_SEND, 0xf) : 0);
    client = make_awake(10);
    client_end = give(&client, server.endpoint);
}

static int boot(void **state)
{
    (void)state;
    make_all(40, true);
    return 0;
}

static int boot_passive(void **state)
{
    (void)state;
    make_all(PASSIVE, true);
    return 0;
}

static int boot_alone(void **state)
{
    (void)state;
    make_all(40, false);
    return 0;
}

static void call_the_server(void)
{
    as(&client);
    call(client_end, 1, 2);
    assert_true(runs(&server));
}

static void the_server_faults(void)
{
    call_the_server();
    fault(FAULT_WRITE, 0x20);
}

static bool time_is_home(void)
{
    const struct sched_context *time = object_of(client.time);

    return client.thread->time == time && !client.thread->lent && time->thread == client.thread;
}

static void inspect(const struct party *party)
{
    as_init();
    must(party->cap, THREAD_INSPECT);
}

/* --- What the handler answers -------------------------------------------------------------- */

static void resume_lets_the_server_go_on_and_answer(void **state)
{
    (void)state;
    the_server_faults();
    assert_true(runs(&handler));
    assert_int_equal(server.thread->sender.flags, SENDER_FAULTED);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&server));
    assert_int_equal(server.thread->sender.flags, 0);
    assert_false(STEPS(&server));
    reply_recv(OWN_ENDPOINT, 7, 0);
    assert_int_equal(got_label(&client), 7);
    assert_true(time_is_home());
}

static void step_lets_it_go_on_for_one_instruction(void **state)
{
    (void)state;
    the_server_faults();
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STEP, 0);
    assert_true(runs(&server));
    assert_true(STEPS(&server));
    assert_int_equal(server.thread->sender.kind, KIND_CALL);
}

/* It faults in that instruction, and ends: what starts has the short ways again. */
static void a_step_that_was_not_done_ends_with_the_thread(void **state)
{
    (void)state;
    the_server_faults();
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STEP, 0);
    fault(FAULT_WRITE, 0x24);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_state(&server, STOPPED);
    as_init();
    must(server.cap, THREAD_START, 1, 2, 3);
    assert_int_equal(server.thread->sender.flags, 0);
}

static void a_step_that_was_done_leaves_nothing_behind(void **state)
{
    (void)state;
    the_server_faults();
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STEP, 0);
    assert_int_equal(server.thread->sender.flags, SENDER_STEPPED);
    fault(FAULT_STEP, 0);
    assert_true(runs(&handler));
    assert_int_equal(got_word(&handler, 0), FAULT_STEP);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(runs(&server));
    assert_int_equal(server.thread->sender.flags, 0);
}

static void every_other_label_stops_it_and_the_client_is_told(void **state)
{
    const uint32_t label[] = { THOLE_FAULT_STOP, 3, 0x80000000, UINT32_MAX };

    (void)state;
    for (unsigned index = 0; index < sizeof(label) / sizeof(label[0]); index++) {
        the_server_faults();
        assert_int_equal(got_badge(&handler), 0xf);
        reply_recv(OWN_ENDPOINT, label[index], 0);
        assert_true(runs(&client));
        assert_status(&client, PEER_DIED);
        assert_state(&server, STOPPED);
        assert_false(STEPS(&server));
        assert_null(server.thread->time);
        assert_true(time_is_home());
        as_init();
        must(server.cap, THREAD_START, 1, 2, 3);
    }
}

static void a_passive_handler_gives_the_time_back_link_by_link(void **state)
{
    (void)state;
    the_server_faults();
    assert_true(runs(&handler));
    assert_ptr_equal(handler.thread->time, object_of(client.time));
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_true(runs(&client));
    assert_status(&client, PEER_DIED);
    assert_true(time_is_home());
    assert_null(handler.thread->time);
    assert_state(&server, STOPPED);
}

static void an_abandoned_or_deleted_fault_stops_it_too(void **state)
{
    (void)state;
    the_server_faults();
    recv(OWN_ENDPOINT, 0);
    assert_status(&client, PEER_DIED);
    assert_state(&server, STOPPED);
    as_init();
    must(server.cap, THREAD_START, 1, 2, 3);
    the_server_faults();
    recv(OWN_ENDPOINT, ASIDE);
    assert_state(&server, CALLING);
    as_init();
    assert_result(delete_slot(handler.table), DONE);
    assert_status(&client, PEER_DIED);
    assert_state(&server, STOPPED);
    assert_true(time_is_home());
}

static void a_fault_set_aside_is_stopped_by_its_reply(void **state)
{
    struct party other = make_awake(9);
    unsigned end = give(&other, handler.endpoint);

    (void)state;
    the_server_faults();
    recv(OWN_ENDPOINT, ASIDE);
    as(&other);
    call(end, 0, 0);
    call(ASIDE, THOLE_FAULT_STOP, 0);
    assert_true(runs(&client));
    assert_status(&client, PEER_DIED);
    assert_true(time_is_home());
    assert_status(&handler, OK);
}

static void a_client_that_died_meanwhile_is_told_nothing(void **state)
{
    const struct sched_context *time = object_of(client.time);

    (void)state;
    the_server_faults();
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    as(&handler);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_state(&server, STOPPED);
    assert_true(sched_context_is_free(time));
}

static void a_client_that_was_cancelled_is_cancelled_when_the_server_stops(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    must(client.cap, THREAD_CANCEL);
    as(&handler);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STOP, 0);
    assert_status(&client, CANCELLED);
    assert_true(time_is_home());
}

static void a_suspended_server_is_resumed_by_both(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    must(server.cap, THREAD_SUSPEND);
    as(&handler);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_true(init_runs());
    assert_state(&server, READY);
    must(server.cap, THREAD_RESUME, 0);
    as(&server);
}

static void registers_written_while_the_handler_thinks_are_what_it_goes_on_with(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    must(server.cap, THREAD_WRITE_REGISTERS, 32, 1, 0x4444);
    as(&handler);
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    assert_int_equal(server.thread->frame.pc, 0x4444);
}

static void the_handler_itself_may_have_gone_meanwhile(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    assert_result(delete_slot(handler.cap), DONE);
    assert_status(&client, PEER_DIED);
    assert_state(&server, STOPPED);
    assert_true(time_is_home());
}

static void a_second_fault_is_told_anew(void **state)
{
    (void)state;
    the_server_faults();
    reply_recv(OWN_ENDPOINT, THOLE_FAULT_STEP, 0);
    fault(FAULT_STEP, 0);
    assert_true(runs(&handler));
    assert_int_equal(got_word(&handler, 0), FAULT_STEP);
    inspect(&server);
    assert_int_equal(answer[5], FAULT_STEP);
    assert_true((answer[1] & THREAD_FLAG_FAULTED) != 0);
}

/* --- Nobody to tell ------------------------------------------------------------------------- */

static void without_a_handler_the_client_is_told_and_has_its_time(void **state)
{
    (void)state;
    the_server_faults();
    assert_true(runs(&client));
    assert_status(&client, PEER_DIED);
    assert_state(&server, STOPPED);
    assert_true(time_is_home());
    inspect(&server);
    assert_int_equal(answer[0], THREAD_STOPPED);
    assert_int_equal(answer[1], 0);
    assert_int_equal(answer[5], FAULT_WRITE);
}

static void a_program_that_exits_without_a_handler_is_no_different(void **state)
{
    (void)state;
    call_the_server();
    system_call(SYSCALL_EXIT, (struct registers){ .target = 4 });
    assert_status(&client, PEER_DIED);
    assert_state(&server, STOPPED);
    assert_true(time_is_home());
}

static void in_a_chain_only_the_next_is_told(void **state)
{
    struct party middle = make_party(PASSIVE);
    unsigned to_middle = give(&client, middle.endpoint), down = give(&middle, server.endpoint);

    (void)state;
    as(&client);
    call(to_middle, 0, 0);
    call(down, 0, 0);
    fault(FAULT_READ, 0);
    assert_true(runs(&middle));
    assert_status(&middle, PEER_DIED);
    assert_ptr_equal(middle.thread->time, object_of(client.time));
    assert_state(&client, CALLING);
    reply_recv(OWN_ENDPOINT, 8, 0);
    assert_int_equal(got_label(&client), 8);
}

static void an_event_ends_with_its_servant_and_its_time_is_free(void **state)
{
    unsigned line = make(OBJECT_INTERRUPT), time = make_time(20);

    (void)state;
    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, line, 40, TRIGGER_EDGE);
    must(line, INTERRUPT_BIND, server.endpoint, time);
    sim_line_pulse(40);
    interrupt();
    as(&server);
    fault(FAULT_READ, 0);
    assert_state(&server, STOPPED);
    assert_true(sched_context_is_free(object_of(time)));
    assert_false(sim.line[40].active);
}

static void a_servant_of_nobody_stops_and_the_time_it_had_is_free(void **state)
{
    const struct sched_context *time = object_of(client.time);

    (void)state;
    call_the_server();
    as_init();
    assert_result(delete_slot(client.cap), DONE);
    as(&server);
    fault(FAULT_READ, 0);
    assert_state(&server, STOPPED);
    assert_true(sched_context_is_free(time));
}

static void what_it_set_aside_can_still_be_answered(void **state)
{
    struct party other = make_awake(9);
    unsigned end = give(&other, server.endpoint), table = give(&other, server.table);

    (void)state;
    call_the_server();
    recv(OWN_ENDPOINT, ASIDE);
    as(&other);
    call(end, 0, 0);
    fault(FAULT_READ, 0);
    assert_true(runs(&other));
    assert_status(&other, PEER_DIED);
    assert_state(&client, CALLING);
    assert_result(invoke(OWN_TABLE, CAPTABLE_MOVE, 40, table, ASIDE), DONE);
    call(40, 6, 0);
    assert_true(runs(&client));
    assert_int_equal(got_label(&client), 6);
}

/* --- Set going again ------------------------------------------------------------------------ */

static void a_stopped_server_is_started_again_with_the_queue_that_grew(void **state)
{
    (void)state;
    the_server_faults();
    assert_true(runs(&client));
    call(client_end, 3, 4);
    assert_true(init_runs());
    must(server.cap, THREAD_START, 0x10, 0x20, 0x30);
    assert_state(&server, READY);
    assert_int_equal(server.thread->frame.pc, 0x10);
    as(&server);
    assert_int_equal(got_word(&server, 0), 4);
    reply_recv(OWN_ENDPOINT, 5, 0);
    assert_int_equal(got_label(&client), 5);
}

static void a_stopped_server_without_time_is_stranded_when_it_is_resumed(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    must(server.cap, THREAD_RESUME, 1);
    assert_state(&server, STRANDED);
    must(server.cap, THREAD_BIND_TIME, make_time(20));
    as(&server);
    assert_true(STEPS(&server)); /* still to be done */
}

static void a_stopped_server_can_be_given_other_parts(void **state)
{
    unsigned endpoint = make(OBJECT_ENDPOINT), end = give(&client, endpoint);

    (void)state;
    the_server_faults();
    as_init();
    must(server.cap, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE, endpoint, 0,
         0);
    must(server.cap, THREAD_START, 1, 2, 3);
    as(&client);
    call(end, 0, 11);
    assert_true(runs(&server));
    assert_int_equal(got_word(&server, 0), 11);
}

static void a_receiver_whose_endpoint_ended_can_be_started_on_another(void **state)
{
    unsigned endpoint = make(OBJECT_ENDPOINT);

    (void)state;
    assert_result(delete_slot(server.endpoint), DONE);
    assert_state(&server, STOPPED);
    assert_result(invoke(server.cap, THREAD_START, 1, 2, 3), NOT_READY);
    must(server.cap, THREAD_CONFIGURE, server.table, INIT_SLOT_ADDRESS_SPACE, endpoint, 0, 0);
    must(server.cap, THREAD_START, 1, 2, 3);
    assert_state(&server, RECEIVING);
}

static void a_stopped_thread_that_lost_its_parts_cannot_be_resumed(void **state)
{
    (void)state;
    the_server_faults();
    as_init();
    assert_result(delete_slot(server.table), DONE);
    assert_result(invoke(server.cap, THREAD_RESUME, 0), NOT_READY);
    assert_result(invoke(server.cap, THREAD_START, 1, 2, 3), NOT_READY);
    assert_state(&server, STOPPED);
}

#define CASCADE 7
#define PAUSE 3 /* ticks */
#define HALFWAY 2 /* it has stopped, and the one whose fault it had does not know */

/*
 * Each handles the faults of the one before it; the last one's fault nobody handles. Any event
 * goes on with it. Answers the client's capability of who is halfway.
 */
static unsigned stop_in_cascade(struct party link[CASCADE], bool is_given)
{
    unsigned fault_end = 0;

    for (unsigned index = CASCADE; index-- > 0;) {
        unsigned end = make(OBJECT_ENDPOINT);

        link[index] = make_party_on(20 + index, end, fault_end);
        fault_end = mint(end, RIGHT_SEND, 1);
    }
    unsigned halfway = is_given ? give(&client, link[HALFWAY].cap) : 0;

    wake(&link[0]);
    for (unsigned index = 0; index < CASCADE; index++) {
        as(&link[index]);
        fault(FAULT_READ, 0);
    }
    assert_true(runs(&client));
    assert_false(sim_interrupt_pending()); /* who runs gets on */
    assert_int_equal(sim.timer, sim.now + PAUSE);
    assert_state(&link[HALFWAY], STOPPED);
    assert_state(&link[HALFWAY - 1], CALLING);
    return halfway;
}

static void a_cascade_of_stops_goes_on_in_further_events(void **state)
{
    struct party link[CASCADE];

    (void)state;
    (void)stop_in_cascade(link, true);
    advance(PAUSE);
    assert_in_range(sim.timer, sim.now + PAUSE + 1, UINT64_MAX);
    for (unsigned index = 0; index < CASCADE; index++)
        assert_state(&link[index], STOPPED);
}

static void who_stopped_is_started_before_all_know_of_it(void **state)
{
    struct party link[CASCADE];
    unsigned halfway;

    (void)state;
    halfway = stop_in_cascade(link, true);
    assert_result(invoke(halfway, THREAD_START, 1, 2, 3), DONE);
    assert_state(&link[HALFWAY], RECEIVING);
    interrupt();
    assert_state(&link[HALFWAY], RECEIVING);
    assert_state(&link[0], STOPPED);
}

static void who_stopped_is_resumed_before_all_know_of_it(void **state)
{
    struct party link[CASCADE];
    unsigned halfway;

    (void)state;
    halfway = stop_in_cascade(link, true);
    assert_result(invoke(halfway, THREAD_RESUME, 0), DONE);
    assert_true(runs(&link[HALFWAY]));
    reply_recv(OWN_ENDPOINT, 0, 0);
    interrupt();
    assert_state(&link[0], STOPPED);
}

static void who_stopped_is_deleted_before_all_know_of_it(void **state)
{
    unsigned table = give(&client, INIT_SLOT_CAPTABLE);
    struct party link[CASCADE];

    (void)state;
    /* Deleted by one call: in a second one, all would know. */
    (void)stop_in_cascade(link, false);
    assert_result(invoke(table, CAPTABLE_DELETE, link[HALFWAY].cap), DONE);
    interrupt();
    assert_state(&link[0], STOPPED);
}

int main(void)
{
    const struct CMUnitTest stop_tests[] = {
        cmocka_unit_test_setup(a_cascade_of_stops_goes_on_in_further_events, boot),
        cmocka_unit_test_setup(who_stopped_is_started_before_all_know_of_it, boot),
        cmocka_unit_test_setup(who_stopped_is_resumed_before_all_know_of_it, boot),
        cmocka_unit_test_setup(who_stopped_is_deleted_before_all_know_of_it, boot),
        cmocka_unit_test_setup(resume_lets_the_server_go_on_and_answer, boot),
        cmocka_unit_test_setup(step_lets_it_go_on_for_one_instruction, boot),
        cmocka_unit_test_setup(a_step_that_was_done_leaves_nothing_behind, boot),
        cmocka_unit_test_setup(a_step_that_was_not_done_ends_with_the_thread, boot),
        cmocka_unit_test_setup(every_other_label_stops_it_and_the_client_is_told, boot),
        cmocka_unit_test_setup(a_passive_handler_gives_the_time_back_link_by_link, boot_passive),
        cmocka_unit_test_setup(an_abandoned_or_deleted_fault_stops_it_too, boot),
        cmocka_unit_test_setup(a_fault_set_aside_is_stopped_by_its_reply, boot_passive),
        cmocka_unit_test_setup(a_client_that_died_meanwhile_is_told_nothing, boot),
        cmocka_unit_test_setup(a_client_that_was_cancelled_is_cancelled_when_the_server_stops,
                               boot),
        cmocka_unit_test_setup(a_suspended_server_is_resumed_by_both, boot),
        cmocka_unit_test_setup(registers_written_while_the_handler_thinks_are_what_it_goes_on_with,
                               boot),
        cmocka_unit_test_setup(the_handler_itself_may_have_gone_meanwhile, boot),
        cmocka_unit_test_setup(a_second_fault_is_told_anew, boot),
        cmocka_unit_test_setup(without_a_handler_the_client_is_told_and_has_its_time, boot_alone),
        cmocka_unit_test_setup(a_program_that_exits_without_a_handler_is_no_different, boot_alone),
        cmocka_unit_test_setup(in_a_chain_only_the_next_is_told, boot_alone),
        cmocka_unit_test_setup(an_event_ends_with_its_servant_and_its_time_is_free, boot_alone),
        cmocka_unit_test_setup(a_servant_of_nobody_stops_and_the_time_it_had_is_free, boot_alone),
        cmocka_unit_test_setup(what_it_set_aside_can_still_be_answered, boot_alone),
        cmocka_unit_test_setup(a_stopped_server_is_started_again_with_the_queue_that_grew,
                               boot_alone),
        cmocka_unit_test_setup(a_stopped_server_without_time_is_stranded_when_it_is_resumed,
                               boot_alone),
        cmocka_unit_test_setup(a_stopped_server_can_be_given_other_parts, boot_alone),
        cmocka_unit_test_setup(a_receiver_whose_endpoint_ended_can_be_started_on_another,
                               boot_alone),
        cmocka_unit_test_setup(a_stopped_thread_that_lost_its_parts_cannot_be_resumed, boot_alone),
    };

    return RUN_EACH(stop_tests);
}
