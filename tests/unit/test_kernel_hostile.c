/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that want more time than they were given, or that want others not
 * to come to an end: what they can do at most.
 */
#include "fixture.h"

#define BUDGET 10
#define PERIOD 100
#define BADGE  5
#define ROUNDS 50

static void share(const struct party *party, unsigned core, unsigned priority, uint64_t budget)
{
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, party->time, core, priority, budget,
         PERIOD);
}

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    return 0;
}

static int boot_two(void **state)
{
    (void)state;
    boot_cores(SMALL_RAM, 2);
    return 0;
}

/* --- Time -------------------------------------------------------------------------------- */

/*
 * The timer's interrupt takes its way through the interrupt controller; a call
 * that is a thread's first instruction comes before it.
 */
static void two_that_yield_to_each_other_get_no_more_than_their_budgets(void **state)
{
    struct party low = make_awake(10), one = make_awake(20), two = make_awake(20);

    (void)state;
    share(&one, 0, 20, BUDGET);
    share(&two, 0, 20, BUDGET);
    as(&one);
    for (unsigned turn = 0; turn < ROUNDS && !runs(&low); turn++) {
        sim.now++;
        yield();
    }
    assert_true(runs(&low));
}

static void two_servers_that_yield_to_each_other_end_within_their_graces(void **state)
{
    struct party low = make_awake(10), one = make_awake(20), two = make_awake(20);
    struct party first = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), 0);
    struct party second = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), 0);
    unsigned to_first = give(&one, first.endpoint), to_second = give(&two, second.endpoint);

    (void)state;
    share(&one, 0, 20, BUDGET);
    share(&two, 0, 20, BUDGET);
    as(&one);
    call(to_first, 0, 0);
    yield();
    assert_true(runs(&two));
    call(to_second, 0, 0);
    for (unsigned turn = 0; turn < ROUNDS && !runs(&low); turn++) {
        sim.now++;
        yield();
    }
    assert_true(runs(&low));
}

/* A server and its handler, both on the client's time: who forgives whom? */
static void a_handler_on_the_same_time_gives_no_more_of_it(void **state)
{
    struct party low = make_awake(10), client = make_awake(20);
    struct party handler = make_party(PASSIVE);
    struct party server = make_party_on(PASSIVE, make(OBJECT_ENDPOINT), handler.endpoint);
    unsigned end = give(&client, server.endpoint);
    uint64_t begun;

    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, server.cap, 30, 7);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, handler.cap, 30, 50);
    share(&client, 0, 20, BUDGET);
    as(&client);
    call(end, 0, 0);
    begun = sim.now;
    while (sim.now - begun < 10 * PERIOD && !runs(&low)) {
        advance(1);
        if (runs(&handler))
            reply_recv(OWN_ENDPOINT, THOLE_FAULT_RESUME, 0);
    }
    assert_true(runs(&low));
}

/* --- MORE ------------------------------------------------------------------------------------ */

static void callers_who_call_again_do_not_keep_a_badge_from_being_cancelled(void **state)
{
    struct party boss = make_awake(5), caller[9];
    unsigned queue = make(OBJECT_ENDPOINT), of_me = mint(queue, RIGHTS_ALL, BADGE);
    unsigned to_queue = give(&boss, queue);
    enum thole_result result = RESULT_MORE;

    (void)state;
    for (unsigned index = 0; index < 9; index++) {
        caller[index] = make_party(20);
        must(caller[index].cap, THREAD_CANCEL);
        give(&caller[index], of_me);
        as(&caller[index]);
        call(OWN_FREE, 0, 0);
        as_init();
    }
    as(&boss);
    for (unsigned round = 0; round < ROUNDS && result == RESULT_MORE; round++) {
        result = invoke(OWN_TABLE, CAPTABLE_CANCEL_BADGE, to_queue, BADGE);
        while (!runs(&boss))
            call(OWN_FREE, 0, 0);
    }
    assert_result(result, DONE);
}

static void who_copies_does_not_keep_a_revoke_from_ending(void **state)
{
    struct party thief = make_party(20);
    unsigned memory = make(OBJECT_ENDPOINT), slot;
    enum thole_result result = RESULT_MORE;

    (void)state;
    share(&thief, 1, 20, PERIOD);
    wake(&thief);
    slot = give(&thief, memory);
    settle_core(1);
    for (unsigned round = 0; round < ROUNDS && result == RESULT_MORE; round++) {
        on_core(1);
        for (unsigned copy = 1; copy <= 8; copy++)
            (void)invoke(OWN_TABLE, CAPTABLE_COPY, slot + copy, OWN_TABLE, slot, RIGHTS_ALL);
        on_core(0);
        result = invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, memory);
    }
    assert_result(result, DONE);
}

/* --- Other cores -------------------------------------------------------------------------------- */

/* A program of core 1 with time of core 0 that nobody there would run on now. */
static void timers_of_less_urgent_time_do_not_interrupt_another_core(void **state)
{
    struct party rogue = make_party(20);
    unsigned timer = make(OBJECT_TIMER), time = make_time(1), kicks = 0;
    unsigned own;

    (void)state;
    share(&rogue, 1, 20, PERIOD);
    wake(&rogue);
    must(timer, TIMER_BIND, make(OBJECT_ENDPOINT), time);
    own = give(&rogue, timer);
    settle_core(1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        on_core(1);
        must(own, TIMER_ARM, sim.now + 1000000 - round);
        kicks += sim.kicked[0];
        settle_core(0);
    }
    assert_true(kicks <= 1);
}

int main(void)
{
    const struct CMUnitTest hostile_tests[] = {
        cmocka_unit_test_setup(two_that_yield_to_each_other_get_no_more_than_their_budgets, boot),
        cmocka_unit_test_setup(two_servers_that_yield_to_each_other_end_within_their_graces, boot),
        cmocka_unit_test_setup(a_handler_on_the_same_time_gives_no_more_of_it, boot),
        cmocka_unit_test_setup(callers_who_call_again_do_not_keep_a_badge_from_being_cancelled,
                               boot),
        cmocka_unit_test_setup(who_copies_does_not_keep_a_revoke_from_ending, boot_two),
        cmocka_unit_test_setup(timers_of_less_urgent_time_do_not_interrupt_another_core, boot_two),
    };

    return RUN_EACH(hostile_tests);
}
