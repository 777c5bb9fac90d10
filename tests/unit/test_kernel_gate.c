/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gates: when a core's short ways may be taken. They are the machine's and not here: what
 * the kernel's C leaves to them, and takes back, is.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "kernel/object/address_space.h"
#include "kernel/object/endpoint.h"

#define CORES 3

static struct party one, two, server; /* active on cores 1 and 2; passive, with a grace of 7 */
static unsigned one_end, two_end;

static void share(const struct party *party, unsigned core, unsigned priority, uint64_t budget)
{
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, party->time, core, priority, budget,
         1000);
}

static int boot(void **state)
{
    (void)state;
    boot_cores(SMALL_RAM, CORES);
    one = make_party(10);
    two = make_party(10);
    share(&one, 1, 10, 1000);
    share(&two, 2, 10, 1000);
    wake(&one);
    wake(&two);
    server = make_party(PASSIVE);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 7);
    one_end = give(&one, server.endpoint);
    two_end = give(&two, server.endpoint);
    settle_core(1);
    settle_core(2);
    return 0;
}

static bool is_open(unsigned core)
{
    return cores[core].gate == GATE_OPEN;
}

static bool are_open(bool first, bool second, bool third)
{
    return is_open(0) == first && is_open(1) == second && is_open(2) == third;
}

/* --- Who runs ---------------------------------------------------------------------------- */

static void cores_are_closed_until_they_run_something(void **state)
{
    (void)state;
    core_init(&cores[7], 7, 1000000);
    assert_int_equal(cores[7].gate, GATE_CLOSED);
    boot_cores(SMALL_RAM, CORES);
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
    assert_true(are_open(true, false, false));
}

static void cores_that_run_something_are_open_and_idle_ones_are_not(void **state)
{
    (void)state;
    assert_true(are_open(true, true, true));
    share(&one, 2, 5, 1000);
    settle_core(1);
    settle_core(2);
    assert_null(cores[1].current);
    assert_true(are_open(true, false, true));
    share(&one, 1, 5, 1000);
    assert_true(are_open(true, false, true));
    settle_core(1);
    assert_true(are_open(true, true, true));
}

static void a_core_alone_is_open_after_every_event_that_it_goes_on_from(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    for (unsigned count = 0; count < 3; count++) {
        here()->gate = GATE_CLOSED;
        must(INIT_SLOT_THREAD, THREAD_INSPECT);
        assert_int_equal(here()->gate, GATE_OPEN);
        interrupt();
        assert_int_equal(here()->gate, GATE_OPEN);
    }
}

static void a_core_that_was_kicked_is_closed_until_it_has_come(void **state)
{
    (void)state;
    share(&one, 1, 11, 1000);
    assert_true(sim.kicked[1]);
    assert_true(are_open(true, false, true));
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
    assert_true(are_open(true, false, true));
    settle_core(1);
    assert_true(are_open(true, true, true));
}

static void a_core_that_kicks_itself_is_not_waited_for(void **state)
{
    unsigned own = give(&one, INIT_SLOT_SCHED_CONTROL), time = give(&one, one.time);

    (void)state;
    on_core(1);
    must(own, SCHED_CONTROL_CONFIGURE, time, 1, 12, 1000, 1000);
    assert_false(sim.kicked[1]);
    assert_true(are_open(true, true, true));
}

static void a_core_whose_thread_was_taken_away_is_closed(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    assert_true(are_open(true, false, true));
    settle_core(1);
    assert_true(are_open(true, false, true));
    must(one.cap, THREAD_RESUME);
    settle_core(1);
    assert_true(are_open(true, true, true));
}

/* It may still walk that space until it takes the next exception. */
static void a_space_that_a_short_way_has_left_is_not_freed_before_its_core_has_come(void **state)
{
    unsigned space = make_space();
    struct address_space_root root = address_space_of(&known.init_table[space]);

    (void)state;
    cores[1].space_left = arch_space_word(root.root, root.asid);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space), MORE);
    assert_true(sim.kicked[1]);
    assert_true(are_open(true, false, true));
    settle_core(1);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space), DONE);
}

static void a_thread_that_was_taken_away_has_left_its_core(void **state)
{
    (void)state;
    assert_result(invoke(one.cap, THREAD_SUSPEND), MORE);
    settle_core(1);
    assert_false(core_has(one.thread));
}

/* --- Time --------------------------------------------------------------------------------- */

/* The server goes on, behind a more urgent thread, when what it was lent has so much left. */
static void go_on_with(unsigned left)
{
    struct party urgent = make_party(40);

    share(&urgent, 1, 40, 1000);
    share(&one, 1, 10, 100);
    settle_core(1);
    on_core(1);
    call(one_end, 0, 0);
    sim.now += 100 - left;
    on_core(0);
    wake(&urgent);
    settle_core(1);
    assert_ptr_equal(cores[1].current, urgent.thread);
    on_core(1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_ptr_equal(cores[1].current, server.thread);
    assert_int_equal(cores[1].running->remaining, left);
}

static void time_with_a_tick_left_is_open(void **state)
{
    (void)state;
    go_on_with(1);
    assert_true(is_open(1));
    must(OWN_THREAD, THREAD_INSPECT);
    assert_true(is_open(1));
}

static void time_with_nothing_left_is_closed(void **state)
{
    (void)state;
    go_on_with(0);
    assert_false(is_open(1));
    must(OWN_THREAD, THREAD_INSPECT);
    assert_false(is_open(1));
}

static void a_grace_is_closed(void **state)
{
    (void)state;
    share(&one, 1, 10, 100);
    settle_core(1);
    on_core(1);
    call(one_end, 0, 0);
    assert_true(is_open(1));
    advance(100);
    assert_ptr_equal(cores[1].current, server.thread);
    assert_true(cores[1].graced);
    assert_false(is_open(1));
    must(OWN_THREAD, THREAD_INSPECT);
    assert_false(is_open(1));
    on_core(0);
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
    assert_false(is_open(1));
}

static void dying_time_is_closed_until_it_is_home(void **state)
{
    (void)state;
    on_core(1);
    call(one_end, 0, 0);
    assert_true(is_open(1));
    on_core(0);
    assert_result(delete_slot(one.time), DONE);
    assert_ptr_equal(cores[1].current, server.thread);
    assert_true(are_open(true, false, true));
    settle_core(1);
    assert_true(are_open(true, false, true));
    on_core(1);
    must(OWN_THREAD, THREAD_INSPECT);
    assert_true(are_open(true, false, true));
    on_core(0);
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
    assert_true(are_open(true, false, true));
}

/* --- Who stops ---------------------------------------------------------------------------- */

#define HANDLERS 8 /* more than an event stops */

static struct party handler[HANDLERS];

/* Each handles the faults of the one before, faults, and at last nobody does. */
static void stop_many_on_core_1(void)
{
    struct party next = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), 0);

    for (unsigned count = HANDLERS; count-- > 0; next = handler[count])
        handler[count] = make_party_on(count == 0 ? 40 : PASSIVE, make(OBJECT_ENDPOINT),
                                       next.endpoint);
    share(&handler[0], 1, 40, 1000);
    wake(&handler[0]);
    settle_core(1);
    on_core(1);
    for (unsigned count = 0; count < HANDLERS; count++) {
        assert_ptr_equal(cores[1].current, handler[count].thread);
        fault(FAULT_WRITE, 8);
    }
    fault(FAULT_WRITE, 8);
}

static void while_some_stop_all_are_closed(void **state)
{
    (void)state;
    stop_many_on_core_1();
    assert_true(threads_stopping());
    assert_true(are_open(false, false, false));
    advance(10);
    assert_false(threads_stopping());
    assert_true(are_open(true, true, true));
}

/* Init finds one that has stopped, and not told those who wait for it. */
static unsigned find_who_stops(void)
{
    unsigned at = 0;

    stop_many_on_core_1();
    while (at < HANDLERS && !(handler[at].thread->state == THREAD_STOPPED &&
                              list_linked(&handler[at].thread->link_receive)))
        at++;
    assert_in_range(at, 1, HANDLERS - 1);
    on_core(0);
    return at;
}

/* What it owes is told to those who wait for it, and their time is home, before it is another. */
static void who_is_configured_while_it_stops_has_finished_that(void **state)
{
    unsigned at = find_who_stops();

    (void)state;
    must(handler[at].cap, THREAD_CONFIGURE, handler[at].table, INIT_SLOT_ADDRESS_SPACE,
         handler[at].endpoint, 0, 0);
    settle_core(1);
    assert_false(threads_stopping());
    assert_ptr_equal(handler[0].thread->time, object_of(handler[0].time));
    assert_false(handler[0].thread->lent);
}

static void who_is_resumed_while_it_stops_has_finished_that(void **state)
{
    unsigned at = find_who_stops();

    (void)state;
    must(handler[at].cap, THREAD_RESUME);
    assert_false(list_linked(&handler[at].thread->link_receive));
    assert_false(handler[at].thread->lent);
    assert_state(&handler[at], STRANDED);
    settle_core(1);
    assert_ptr_equal(handler[0].thread->time, object_of(handler[0].time));
}

/* --- Endpoints ------------------------------------------------------------------------------ */

static const struct core *home(const struct party *party)
{
    return ((const struct endpoint *)object_of(party->endpoint))->home;
}

static void an_endpoint_is_at_home_on_the_core_that_used_it_last(void **state)
{
    (void)state;
    assert_ptr_equal(((struct endpoint *)object_of(make(OBJECT_ENDPOINT)))->home, &cores[0]);
    assert_ptr_equal(home(&server), &cores[0]);
    on_core(1);
    call(one_end, 0, 0);
    assert_ptr_equal(home(&server), &cores[1]);
    on_core(2);
    call(two_end, 0, 0);
    assert_null(home(&server));
    on_core(1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_ptr_equal(home(&server), &cores[1]); /* the second call waits no more */
}

static void who_waits_at_an_endpoint_takes_it_home(void **state)
{
    (void)state;
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, server.endpoint);
    assert_null(home(&server));
    must(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, server.endpoint);
    assert_null(home(&server));
    on_core(1);
    call(one_end, 0, 0);
    on_core(0);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, server.endpoint);
    on_core(1);
    recv(OWN_ENDPOINT, 0);
    assert_null(home(&server));
    on_core(0);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, server.endpoint);
    on_core(1);
    call(one_end, 0, 0);
    on_core(0);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_CANCEL_BADGE, server.endpoint, 5);
    assert_null(home(&server));
    on_core(1);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_ptr_equal(home(&server), &cores[1]);
}

/* A step that leaves it among the dying: there is nothing that short ways would find it by. */
static void an_endpoint_that_dies_is_closed_and_nobody_s_home(void **state)
{
    const struct endpoint *endpoint = object_of(server.endpoint);
    unsigned deep = server.endpoint;

    (void)state;
    for (unsigned depth = 0; depth < 60; depth++)
        deep = mint(deep, RIGHTS_ALL, 0);
    while (slot_in_use(server.endpoint))
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, server.endpoint), MORE);
    assert_true(dying_any());
    assert_true(endpoint->closed);
    assert_null(endpoint->home);
}

/* --- In the kernel ------------------------------------------------------------------------- */

/* A short way is in on core 1, and will not come out. */
static void wait_for_core_1(void)
{
    cores[1].gate = 1;
    must(INIT_SLOT_THREAD, THREAD_INSPECT);
}

static void who_is_in_the_kernel_waits_for_those_in_a_short_way(void **state)
{
    pid_t child;
    int status;

    (void)state;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        signal(SIGABRT, SIG_DFL);
        wait_for_core_1();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* What a short way has handed over is said by the core alone; the rest is as it was before. */
static void the_kernel_finds_what_a_short_way_left_to_it(void **state)
{
    struct sched_context *time = cores[1].running;

    (void)state;
    time->thread = server.thread;
    one.thread->time = NULL;
    share(&one, 2, 20, 1000);
    assert_null(cores[1].current);
    settle_core(1);
    settle_core(2);
    assert_ptr_equal(cores[2].current, one.thread);
}

static void while_programs_run_their_time_is_said_by_the_core_alone(void **state)
{
    struct frame *frame = &here()->current->frame;

    (void)state;
    frame->x[0] = INIT_SLOT_THREAD;
    frame->x[1] = thole_tag(THREAD_INSPECT, 0);
    assert_ptr_equal(kernel_syscall(here(), SYSCALL_CALL), cores[0].current);
    for (unsigned number = 0; number < CORES; number++)
        assert_null(cores[number].current->time);
    cores_settle();
    invariants_check();
}

/* The interrupt of a device has left it out of the queue; C does not know that yet. */
static void who_was_interrupted_goes_on_before_its_equals(void **state)
{
    struct party driver = make_party(20);
    struct core *core = &cores[1];
    struct sched_context *time = core->running;

    (void)state;
    share(&two, 1, 10, 1000);
    settle_core(2);
    share(&driver, 1, 20, 1000);
    wake(&driver);
    settle_core(1);
    assert_ptr_equal(core->current, driver.thread);
    assert_ptr_equal(core->ready[10].next, &time->ready);
    list_remove(&time->ready);
    assert_ptr_equal(core->ready[10].next, &two.thread->time->ready);
    core->interrupted = time;
    core->interrupted_thread = one.thread;
    one.thread->time = NULL;
    time->thread = NULL;
    cores_settle();
    assert_null(core->interrupted);
    assert_ptr_equal(core->ready[10].next, &time->ready);
    assert_ptr_equal(one.thread->time, time);
    invariants_check();
}

/* As a machine that is switched off leaves it, and a simulated one needs it. */
static void leave_for_ever(unsigned count)
{
    jmp_buf ending;

    boot_cores(SMALL_RAM, count);
    here()->gate = GATE_CLOSED;
    sim.ending = &ending;
    if (setjmp(ending) == 0)
        invoke(INIT_SLOT_MACHINE, MACHINE_POWER_OFF);
    sim.ending = NULL;
    assert_true(is_open(0));
    assert_int_equal(kernel_lock.serving, kernel_lock.next);
    cores_settle();
}

static void a_core_that_has_work_to_do_leaves_its_gate_closed_for_ever(void **state)
{
    jmp_buf ending;

    (void)state;
    boot_machine(SMALL_RAM);
    sim.ending = &ending;
    here()->reload = true;
    if (setjmp(ending) == 0)
        invoke(INIT_SLOT_MACHINE, MACHINE_POWER_OFF);
    sim.ending = NULL;
    assert_false(is_open(0));
    cores_settle();
}

static void alone_the_kernel_is_left_for_ever_without_a_lock(void **state)
{
    (void)state;
    leave_for_ever(1);
    assert_int_equal(kernel_lock.serving, 0);
}

static void one_of_two_leaves_the_kernel_to_the_other(void **state)
{
    (void)state;
    leave_for_ever(2);
    on_core(1);
    interrupt();
    assert_null(cores[1].current);
    assert_false(is_open(1));
}

static void all_cores_that_there_can_be_have_gates(void **state)
{
    unsigned space;

    (void)state;
    boot_cores(SMALL_RAM, CORES_MAX);
    space = make_space();
    assert_result(delete_slot(space), DONE);
    one = make_party(10);
    share(&one, CORES_MAX - 1, 10, 1000);
    wake(&one);
    settle_core(CORES_MAX - 1);
    assert_ptr_equal(cores[CORES_MAX - 1].current, one.thread);
    assert_int_equal(cores[CORES_MAX - 1].gate, GATE_OPEN);
}

#define TEST(name) cmocka_unit_test_setup(name, boot)

int main(void)
{
    const struct CMUnitTest gate_tests[] = {
        cmocka_unit_test(cores_are_closed_until_they_run_something),
        TEST(cores_that_run_something_are_open_and_idle_ones_are_not),
        cmocka_unit_test(a_core_alone_is_open_after_every_event_that_it_goes_on_from),
        TEST(a_core_that_was_kicked_is_closed_until_it_has_come),
        TEST(a_core_that_kicks_itself_is_not_waited_for),
        TEST(a_core_whose_thread_was_taken_away_is_closed),
        TEST(a_space_that_a_short_way_has_left_is_not_freed_before_its_core_has_come),
        TEST(a_thread_that_was_taken_away_has_left_its_core),
        TEST(time_with_a_tick_left_is_open),
        TEST(time_with_nothing_left_is_closed),
        TEST(a_grace_is_closed),
        TEST(dying_time_is_closed_until_it_is_home),
        TEST(while_some_stop_all_are_closed),
        TEST(who_is_configured_while_it_stops_has_finished_that),
        TEST(who_is_resumed_while_it_stops_has_finished_that),
        TEST(an_endpoint_is_at_home_on_the_core_that_used_it_last),
        TEST(who_waits_at_an_endpoint_takes_it_home),
        TEST(an_endpoint_that_dies_is_closed_and_nobody_s_home),
        TEST(who_is_in_the_kernel_waits_for_those_in_a_short_way),
        TEST(the_kernel_finds_what_a_short_way_left_to_it),
        TEST(while_programs_run_their_time_is_said_by_the_core_alone),
        TEST(who_was_interrupted_goes_on_before_its_equals),
        cmocka_unit_test(a_core_that_has_work_to_do_leaves_its_gate_closed_for_ever),
        cmocka_unit_test(alone_the_kernel_is_left_for_ever_without_a_lock),
        cmocka_unit_test(one_of_two_leaves_the_kernel_to_the_other),
        cmocka_unit_test(all_cores_that_there_can_be_have_gates),
    };

    return RUN_EACH(gate_tests);
}
