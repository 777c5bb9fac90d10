/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one core must tell another, and what stays behind on a core that a
 * thread or its time has left.
 */
#include "fixture.h"

static struct party one; /* active on core 1 */

static void move(const struct party *party, unsigned core, unsigned priority)
{
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, party->time, core, priority, 1000, 1000);
}

static int boot(void **state)
{
    (void)state;
    boot_cores(SMALL_RAM, 2);
    one = make_party(10);
    move(&one, 1, 10);
    wake(&one);
    settle_core(1);
    return 0;
}

/* In a space of its own, ready on that core. */
static struct thread *make_in_space(unsigned space, unsigned core)
{
    unsigned thread = make(OBJECT_THREAD), time = make(OBJECT_SCHED_CONTEXT);

    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, core, 30, 10, 10);
    must(thread, THREAD_CONFIGURE, one.table, space, one.endpoint, 0, time);
    must(thread, THREAD_RESUME);
    return object_of(thread);
}

static void an_equal_that_comes_from_another_core_gets_its_turn(void **state)
{
    struct party equal = make_party(10);

    (void)state;
    assert_int_equal(sim.other[1].timer, UINT64_MAX); /* alone, it needs none */
    move(&equal, 1, 10);
    wake(&equal);
    assert_true(sim.kicked[1]);
    settle_core(1);
    assert_ptr_equal(cores[1].current, one.thread);
    on_core(1);
    advance(1000);
    assert_true(runs(&equal));
}

static void the_first_core_keeps_its_root_from_the_others(void **state)
{
    unsigned space = make_space(), table = give(&one, INIT_SLOT_CAPTABLE);
    const struct thread *thread = make_in_space(space, 0);

    (void)state;
    reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    assert_ptr_equal(cores[0].current, thread);
    on_core(1);
    assert_result(invoke(table, CAPTABLE_DELETE, space), MORE);
    assert_result(invoke(table, CAPTABLE_DELETE, space), MORE);
    settle_core(0);
    assert_result(invoke(table, CAPTABLE_DELETE, space), DONE);
}

static void an_idle_core_has_nobody_not_even_one_without_a_space(void **state)
{
    unsigned space = make_space();
    struct thread *thread = make_in_space(space, 1);

    (void)state;
    settle_core(1);
    (void)invoke(one.cap, THREAD_SUSPEND);
    while (invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, space) == RESULT_MORE)
        settle_core(1);
    on_core(1);
    assert_ptr_equal(here()->loaded, thread);
    assert_int_equal(here()->space, 0);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_null(here()->current);
    assert_null(here()->loaded);
    assert_false(core_has(thread));
}

static void time_that_moved_is_not_charged_for_what_its_old_core_does(void **state)
{
    (void)state;
    sim.now += 20;
    move(&one, 0, 5);
    sim.now += 50;
    settle_core(1);
    must(one.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[0], 20);
}

static void time_says_on_which_core_it_is(void **state)
{
    (void)state;
    must(one.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[4], 1);
    move(&one, 0, 5);
    must(one.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(answer[4], 0);
}

static void each_event_takes_the_lock_once_and_gives_it_back(void **state)
{
    uint32_t before = kernel_lock.next;

    (void)state;
    must(one.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(kernel_lock.next, before + 1);
    assert_int_equal(kernel_lock.serving, before + 1);
}

int main(void)
{
    const struct CMUnitTest across_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(an_equal_that_comes_from_another_core_gets_its_turn),
        TEST(the_first_core_keeps_its_root_from_the_others),
        TEST(an_idle_core_has_nobody_not_even_one_without_a_space),
        TEST(time_that_moved_is_not_charged_for_what_its_old_core_does),
        TEST(each_event_takes_the_lock_once_and_gives_it_back),
        TEST(time_says_on_which_core_it_is),
    };

    return RUN_EACH(across_tests);
}
