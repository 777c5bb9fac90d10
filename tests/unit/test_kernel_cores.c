/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several cores: where threads run, meetings across cores, and what happens to
 * a thread that another core stops, destroys or moves while it runs. The
 * machine hides the registers of what runs on the cores whose turn it is not.
 */
#include "fixture.h"

#define CORES 3

static struct party one, two, server; /* active on cores 1 and 2; passive */
static unsigned one_end, two_end;

static void move(const struct party *party, unsigned core, unsigned priority)
{
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, party->time, core, priority, 1000, 1000);
}

static struct thread *running(unsigned core)
{
    return cores[core].current;
}

/* Init goes idle, so that its core takes what it is kicked for. */
static void init_waits(void)
{
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
}

static int boot(void **state)
{
    (void)state;
    boot_cores(SMALL_RAM, CORES);
    one = make_party(10);
    two = make_party(10);
    move(&one, 1, 10);
    move(&two, 2, 10);
    wake(&one);
    wake(&two);
    server = make_party(PASSIVE);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 50);
    one_end = give_minted(&one, server.endpoint, RIGHT_SEND | RIGHT_GRANT, 1);
    two_end = give_minted(&two, server.endpoint, RIGHT_SEND | RIGHT_GRANT, 2);
    settle_core(1);
    settle_core(2);
    return 0;
}

static void a_thread_runs_on_the_core_of_its_time(void **state)
{
    (void)state;
    assert_ptr_equal(running(1), one.thread);
    assert_ptr_equal(running(2), two.thread);
    assert_true(init_runs());
}

static void a_passive_server_runs_on_the_core_of_its_caller(void **state)
{
    (void)state;
    on_core(1);
    call(one_end, 0, 11);
    assert_ptr_equal(running(1), server.thread);
    reply_recv(OWN_ENDPOINT, 0, 12);
    assert_ptr_equal(running(1), one.thread);
    assert_int_equal(got_word(&one, 0), 12);
    on_core(2);
    call(two_end, 0, 21);
    assert_ptr_equal(running(2), server.thread);
    assert_false(sim.kicked[1]);
    reply_recv(OWN_ENDPOINT, 0, 22);
    assert_int_equal(got_word(&two, 0), 22);
}

static void a_server_goes_to_the_core_of_its_next_caller(void **state)
{
    (void)state;
    on_core(1);
    call(one_end, 0, 11);
    on_core(2);
    call(two_end, 0, 21);
    assert_null(running(2));
    on_core(1);
    assert_ptr_equal(running(1), server.thread);
    server.thread->frame.tls = 2020;
    reply_recv(OWN_ENDPOINT, 0, 12);
    assert_ptr_equal(running(1), one.thread);
    assert_true(sim.kicked[2]);
    on_core(2);
    interrupt();
    assert_ptr_equal(running(2), server.thread);
    assert_int_equal(got_badge(&server), 2);
    assert_int_equal(server.thread->frame.tls, 2020);
    reply_recv(OWN_ENDPOINT, 0, 22);
    assert_ptr_equal(running(2), two.thread);
}

static void an_active_server_answers_a_caller_of_another_core(void **state)
{
    unsigned end = give_minted(&one, two.endpoint, RIGHT_SEND, 5);

    (void)state;
    on_core(2);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_null(running(2));
    on_core(1);
    call(end, 0, 7);
    assert_null(running(1));
    assert_true(sim.kicked[2]);
    on_core(2);
    interrupt();
    assert_ptr_equal(running(2), two.thread);
    assert_int_equal(got_word(&two, 0), 7);
    reply_recv(OWN_ENDPOINT, 0, 8);
    assert_true(sim.kicked[1]);
    on_core(1);
    interrupt();
    assert_ptr_equal(running(1), one.thread);
    assert_int_equal(got_word(&one, 0), 8);
}

static void a_less_urgent_thread_does_not_disturb_another_core(void **state)
{
    struct party low = make_party(5), high = make_party(20);

    (void)state;
    move(&low, 1, 5);
    move(&high, 1, 20);
    wake(&low);
    assert_false(sim.kicked[1]);
    wake(&high);
    assert_true(sim.kicked[1]);
    settle_core(1);
    assert_ptr_equal(running(1), high.thread);
}

static void a_suspended_thread_has_left_its_core_when_the_call_is_done(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    assert_true(sim.kicked[1]);
    settle_core(1);
    assert_null(running(1));
    assert_result(invoke(one.cap, THREAD_SUSPEND), DONE);
    must(one.cap, THREAD_RESUME);
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
}

static void a_system_call_of_a_thread_that_was_taken_away_is_made_when_it_runs_again(void **state)
{
    (void)state;
    on_core(1);
    uint64_t pc = one.thread->frame.pc;

    on_core(0);
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    on_core(1);
    system_call(SYSCALL_CALL, (struct registers){ .target = one_end, WORDS(77) });
    assert_null(running(1));
    assert_int_equal(one.thread->frame.pc, pc - 4);
    assert_int_equal(one.thread->frame.x[0], one_end);
    assert_int_equal(one.thread->frame.x[2], 77);
    on_core(0);
    must(one.cap, THREAD_SUSPEND);
    must(one.cap, THREAD_RESUME);
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
    assert_state(&server, RECEIVING);
}

static void a_fault_of_a_thread_that_was_taken_away_does_not_happen(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    on_core(1);
    fault(FAULT_WRITE, 0x1000);
    assert_state(&one, READY);
    on_core(0);
    must(one.cap, THREAD_SUSPEND);
}

static void a_step_that_was_done_is_told_when_it_runs_again(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    on_core(1);
    fault(FAULT_STEP, 0);
    assert_true((one.thread->frame.pstate & SIM_PSTATE_STEP) != 0);
}

static void resumed_before_it_has_left_it_goes_on_there(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    must(one.cap, THREAD_RESUME);
    assert_null(running(1));
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
}

static void registers_of_a_running_thread_are_not_to_be_had(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_READ_REGISTERS, 0), NOT_READY);
    assert_result(invoke(one.cap, THREAD_WRITE_REGISTERS, 0, 1, 5), NOT_READY);
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    assert_result(invoke(one.cap, THREAD_READ_REGISTERS, 0), MORE);
    assert_result(invoke(one.cap, THREAD_WRITE_REGISTERS, 0, 1, 5), MORE);
    assert_result(invoke(one.cap, THREAD_RESUME, 1), MORE);
    on_core(1);
    one.thread->frame.x[19] = 1919;
    interrupt();
    on_core(0);
    must(one.cap, THREAD_SUSPEND);
    must(one.cap, THREAD_READ_REGISTERS, 19);
    assert_int_equal(answer[0], 1919);
    must(one.cap, THREAD_WRITE_REGISTERS, 19, 1, 5);
    must(one.cap, THREAD_RESUME);
    settle_core(1);
    on_core(1);
    assert_int_equal(one.thread->frame.x[19], 5);
}

static void a_thread_that_runs_on_another_core_is_destroyed_when_that_has_left_it(void **state)
{
    (void)state;
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, one.cap), MORE);
    assert_true(slot_in_use(one.cap));
    assert_null(running(1));
    assert_result(invoke(one.cap, THREAD_RESUME), NOT_READY);
    assert_result(invoke(one.cap, THREAD_CONFIGURE, 1, 2, one.endpoint, 0, 0), OCCUPIED);
    assert_result(invoke(one.cap, THREAD_BIND_TIME, one.time), NOT_READY);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, one.cap), MORE);
    on_core(1);
    call(one_end, 0, 0);
    assert_null(running(1));
    on_core(0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, one.cap), DONE);
    assert_false(slot_in_use(one.cap));
}

static void time_that_is_deleted_leaves_its_thread_on_no_core(void **state)
{
    (void)state;
    assert_result(delete_slot(one.time), DONE);
    assert_null(running(1));
    assert_null(cores[1].running); /* its memory may be another's before that core comes */
    settle_core(1);
    assert_state(&one, STRANDED);
    must(one.cap, THREAD_BIND_TIME, make_time(3));
    assert_state(&one, READY);
    init_waits();
    assert_ptr_equal(running(0), one.thread);
}

static void new_time_before_its_core_has_left_it(void **state)
{
    (void)state;
    assert_result(delete_slot(one.time), DONE);
    must(one.cap, THREAD_BIND_TIME, make_time(3));
    assert_state(&one, READY);
    assert_false(list_linked(&one.thread->time->ready));
    settle_core(1);
    assert_true(list_linked(&one.thread->time->ready));
    init_waits();
    assert_ptr_equal(running(0), one.thread);
}

static void running_time_moves_to_another_core(void **state)
{
    (void)state;
    move(&one, 2, 20);
    assert_null(running(1));
    assert_ptr_equal(running(2), two.thread);
    settle_core(1);
    settle_core(2);
    assert_ptr_equal(running(2), one.thread);
    move(&one, 0, 5);
    settle_core(2);
    assert_ptr_equal(running(2), two.thread);
    init_waits();
    assert_ptr_equal(running(0), one.thread);
}

static void a_thread_moves_itself(void **state)
{
    unsigned control = give(&one, INIT_SLOT_SCHED_CONTROL), time = give(&one, one.time);

    (void)state;
    on_core(1);
    assert_result(invoke(control, SCHED_CONTROL_CONFIGURE, time, 2, 20, 1000, 1000), DONE);
    assert_null(running(1));
    settle_core(2);
    assert_ptr_equal(running(2), one.thread);
    on_core(2);
    assert_result(invoke(control, SCHED_CONTROL_CONFIGURE, time, 1, 20, 1000, 1000), DONE);
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
    assert_int_equal(cores[2].current == two.thread, 1);
}

static void a_suspended_thread_that_was_moved_runs_there_when_it_is_resumed(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    settle_core(1);
    move(&one, 2, 20);
    settle_core(2);
    assert_ptr_equal(running(2), two.thread);
    must(one.cap, THREAD_RESUME);
    settle_core(2);
    assert_ptr_equal(running(2), one.thread);
}

static void the_fp_registers_of_a_thread_that_is_taken_away_go_with_it(void **state)
{
    (void)state;
    on_core(1);
    sim_use_fp(one.thread)->q[31][1] = 7;
    on_core(0);
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    settle_core(1);
    assert_null(sim_fp_of(1));
    move(&one, 2, 20);
    must(one.cap, THREAD_RESUME);
    settle_core(2);
    assert_ptr_equal(running(2), one.thread);
    assert_int_equal(sim_fp_of(2)->q[31][1], 7);
}

static void cores_that_do_not_run_have_no_time(void **state)
{
    (void)state;
    assert_result(invoke(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, one.time, CORES, 1, 1, 1),
                  BAD_ARGUMENT);
}

static void less_urgency_is_felt_on_the_other_core_at_once(void **state)
{
    struct party rival = make_party(8);

    (void)state;
    move(&rival, 1, 8);
    wake(&rival);
    move(&one, 1, 6);
    settle_core(1);
    assert_ptr_equal(running(1), rival.thread);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, one.cap, 9, 0);
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, one.cap, 0, 0);
    settle_core(1);
    assert_ptr_equal(running(1), rival.thread);
}

static void the_root_of_a_space_is_not_freed_while_a_core_has_it(void **state)
{
    unsigned space = make_space(), thread = make(OBJECT_THREAD), time = make(OBJECT_SCHED_CONTEXT);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 1, 30, 10, 10);
    must(thread, THREAD_CONFIGURE, one.table, space, one.endpoint, 0, time);
    must(thread, THREAD_RESUME);
    settle_core(1);
    assert_ptr_equal(running(1), object_of(thread));
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space), MORE);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space), MORE);
    settle_core(1);
    assert_ptr_equal(running(1), object_of(thread));
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space), DONE);
}

static void a_timer_fires_where_it_was_armed_and_its_server_runs_on_the_core_of_its_time(void **state)
{
    unsigned timer = make(OBJECT_TIMER), time = make(OBJECT_SCHED_CONTEXT);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 2, 40, 1000, 1000);
    must(timer, TIMER_BIND, server.endpoint, time);
    must(timer, TIMER_ARM, sim.now + 100);
    assert_false(sim.kicked[2]);
    advance(100);
    assert_true(init_runs());
    assert_true(sim.kicked[2]);
    on_core(2);
    interrupt();
    assert_ptr_equal(running(2), server.thread);
    assert_int_equal(got_kind(&server), KIND_TIMER);
}

static void a_line_goes_to_the_core_of_its_time(void **state)
{
    unsigned irq = make(OBJECT_INTERRUPT), time = make(OBJECT_SCHED_CONTEXT);

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 2, 40, 1000, 1000);
    must(irq, INTERRUPT_BIND, server.endpoint, time);
    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, irq, 40, TRIGGER_EDGE);
    sim_line_pulse(40);
    on_core(1);
    assert_false(sim_interrupt_pending());
    on_core(2);
    assert_true(sim_interrupt_pending());
    interrupt();
    assert_ptr_equal(running(2), server.thread);
    reply_recv(OWN_ENDPOINT, 0, 0);
    on_core(0);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 1, 40, 1000, 1000);
    sim_line_pulse(40);
    on_core(2);
    interrupt(); /* once more where it was; from now on where its time is */
    assert_ptr_equal(running(2), two.thread);
    settle_core(1);
    assert_ptr_equal(running(1), server.thread);
    assert_int_equal(sim.line[40].core, 1);
}

static void a_spent_thread_of_another_core_goes_on_there(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, one.time, 1, 10, 10, 100);
    settle_core(1);
    on_core(1);
    advance(10);
    assert_null(running(1));
    advance(90);
    assert_ptr_equal(running(1), one.thread);
}

static void a_core_is_told_of_a_period_that_another_waits_for(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, one.time, 1, 10, 10, 100);
    settle_core(1);
    on_core(1);
    advance(10);
    on_core(0);
    must(one.cap, THREAD_SUSPEND);
    on_core(1);
    interrupt(); /* nobody waits for the period now: the timer is silent */
    assert_int_equal(sim.timer, UINT64_MAX);
    on_core(0);
    must(one.cap, THREAD_RESUME);
    settle_core(1);
    on_core(1);
    advance(90);
    assert_ptr_equal(running(1), one.thread);
}

static void a_caller_that_another_core_destroys_is_missed_by_nobody(void **state)
{
    (void)state;
    on_core(1);
    call(one_end, 0, 0);
    on_core(0);
    assert_result(delete_slot(one.cap), DONE);
    on_core(1);
    assert_ptr_equal(running(1), server.thread);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_null(running(1));
    assert_state(&server, RECEIVING);
}

static void a_server_that_another_core_destroys_sends_its_caller_an_error(void **state)
{
    (void)state;
    on_core(1);
    call(one_end, 0, 0);
    on_core(0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, server.cap), MORE);
    settle_core(1);
    assert_ptr_equal(running(1), one.thread);
    on_core(1);
    assert_status(&one, PEER_DIED);
    on_core(0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, server.cap), DONE);
}

int main(void)
{
    const struct CMUnitTest core_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(a_thread_runs_on_the_core_of_its_time),
        TEST(a_passive_server_runs_on_the_core_of_its_caller),
        TEST(a_server_goes_to_the_core_of_its_next_caller),
        TEST(an_active_server_answers_a_caller_of_another_core),
        TEST(a_less_urgent_thread_does_not_disturb_another_core),
        TEST(a_suspended_thread_has_left_its_core_when_the_call_is_done),
        TEST(a_system_call_of_a_thread_that_was_taken_away_is_made_when_it_runs_again),
        TEST(a_fault_of_a_thread_that_was_taken_away_does_not_happen),
        TEST(a_step_that_was_done_is_told_when_it_runs_again),
        TEST(resumed_before_it_has_left_it_goes_on_there),
        TEST(registers_of_a_running_thread_are_not_to_be_had),
        TEST(a_thread_that_runs_on_another_core_is_destroyed_when_that_has_left_it),
        TEST(time_that_is_deleted_leaves_its_thread_on_no_core),
        TEST(new_time_before_its_core_has_left_it),
        TEST(running_time_moves_to_another_core),
        TEST(a_thread_moves_itself),
        TEST(a_suspended_thread_that_was_moved_runs_there_when_it_is_resumed),
        TEST(the_fp_registers_of_a_thread_that_is_taken_away_go_with_it),
        TEST(cores_that_do_not_run_have_no_time),
        TEST(less_urgency_is_felt_on_the_other_core_at_once),
        TEST(the_root_of_a_space_is_not_freed_while_a_core_has_it),
        TEST(a_timer_fires_where_it_was_armed_and_its_server_runs_on_the_core_of_its_time),
        TEST(a_line_goes_to_the_core_of_its_time),
        TEST(a_spent_thread_of_another_core_goes_on_there),
        TEST(a_core_is_told_of_a_period_that_another_waits_for),
        TEST(a_caller_that_another_core_destroys_is_missed_by_nobody),
        TEST(a_server_that_another_core_destroys_sends_its_caller_an_error),
    };

    return RUN_EACH(core_tests);
}
