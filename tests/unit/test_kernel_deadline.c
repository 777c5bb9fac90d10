/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines, compared with the simplest model there is: a list that is searched.
 */
#include <stdlib.h>

#include "chance.h"

#define NODES 500
#define NODE_BYTES 256
#define AN_EVENT 2
#define LEAST_PAUSE 3 /* ticks of the simulated clock: 2 microseconds, and what is begun of one more */

/* As timers lie: aligned, and with their node at the same place in each. */
struct object {
    _Alignas(NODE_BYTES) char before[160];
    struct deadline deadline;
};

static struct object object[NODES];
static struct deadlines set;
static uint64_t pause_end;

static bool is_before(const struct deadline *one, const struct deadline *other)
{
    return one->due != other->due ? one->due < other->due : one->when < other->when;
}

static const struct deadline *first_of_model(void)
{
    const struct deadline *first = NULL;

    for (unsigned index = 0; index < NODES; index++) {
        const struct deadline *each = &object[index].deadline;

        if (deadline_pending(each) && (first == NULL || is_before(each, first)))
            first = each;
    }
    return first;
}

static unsigned depth_of(const struct deadline *node)
{
    unsigned depth = 0;

    for (; node->parent != node; node = node->parent) {
        assert_false(is_before(node, node->parent));
        assert_true(node->parent->child[0] == node || node->parent->child[1] == node);
        depth++;
    }
    assert_ptr_equal(node, set.root);
    return depth;
}

static void check(void)
{
    const struct deadline *first = deadlines_first(&set), *expected = first_of_model();

    assert_true(first == expected || !is_before(expected, first)); /* two may be equal */
    assert_int_equal(set.timer, first == NULL            ? UINT64_MAX
                                : first->due > pause_end ? first->due
                                                         : pause_end);
    for (unsigned index = 0; index < NODES; index++)
        if (deadline_pending(&object[index].deadline))
            assert_in_range(depth_of(&object[index].deadline), 0, 41);
}

static void the_first_is_the_earliest_whatever_came_and_went(void **state)
{
    const uint64_t span[] = { 3, 1000, 1ULL << 40 };

    (void)state;
    chance_seed(42);
    deadlines_init(&set, 7);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned step = 0; step < 4000; step++) {
            uint64_t now = chance_below(span[round]);
            struct deadline *node = &object[chance_below(NODES)].deadline;

            if (deadline_pending(node) || chance_percent(20)) {
                deadline_remove(node);
            } else {
                uint64_t when = chance_below(span[round]);

                deadline_add(&set, node, when);
                assert_int_equal(node->when, when);
                assert_int_equal(node->due, when > pause_end ? when : pause_end);
            }
            if (chance_percent(5)) {
                deadlines_pause(&set, now, now + step % 3);
                pause_end = now + step % 3 * 3 + 7;
            }
            if (step % 16 == 0)
                check();
        }
}

static void taking_the_first_again_and_again_sorts_them(void **state)
{
    uint64_t last = 0;

    (void)state;
    chance_seed(7);
    deadlines_init(&set, 7);
    for (unsigned index = 0; index < NODES; index++) {
        deadline_add(&set, &object[index].deadline, chance_below(300));
    }
    for (unsigned count = 0; count < NODES; count++) {
        struct deadline *first = deadlines_first(&set);

        assert_true(first->when >= last);
        last = first->when;
        deadline_remove(first);
    }
    assert_null(deadlines_first(&set));
}

static void removing_what_is_not_pending_does_nothing(void **state)
{
    struct deadline node = { 0 };

    (void)state;
    deadlines_init(&set, 7);
    deadline_remove(&node);
    deadline_add(&set, &node, 5);
    assert_int_equal(set.timer, 5);
    deadline_remove(&node);
    deadline_remove(&node);
    assert_null(deadlines_first(&set));
    assert_int_equal(set.timer, UINT64_MAX);
}

static void timers_fire_in_the_order_of_their_deadlines_and_a_storm_is_taken_in_parts(void **state)
{
    struct party listener;
    unsigned timer[40], nobody;
    uint64_t start, last = 0;

    (void)state;
    boot_machine(SMALL_RAM);
    nobody = make(OBJECT_ENDPOINT);
    start = sim.now + 10;
    chance_seed(3);
    for (unsigned index = 0; index < 40; index++) {
        timer[index] = make(OBJECT_TIMER);
        must(timer[index], TIMER_BIND, nobody, 0);
        must(timer[index], TIMER_ARM, start + chance_below(20));
    }
    sim.now += 100;
    interrupt();
    assert_in_range(sim.timer, sim.now + 1, UINT64_MAX - 1); /* not all at once */
    advance((40 / AN_EVENT - 1) * LEAST_PAUSE);
    assert_int_equal(sim.timer, UINT64_MAX);
    listener = make_party_on(20, nobody, 0);
    for (unsigned index = 0; index < 40; index++) {
        as(&listener);
        assert_int_equal(got_kind(&listener), KIND_TIMER);
        assert_true(got_word(&listener, 0) >= last);
        last = got_word(&listener, 0);
        system_call(SYSCALL_REPLY_RECV, (struct registers){ .target = OWN_ENDPOINT });
    }
    assert_state(&listener, RECEIVING);
}

/* --- Who runs gets on ------------------------------------------------------------------ */

#define CROWD 64

static unsigned crowd_endpoint, crowd[CROWD];

/* Timers of nobody who is as urgent as init, which runs: the first at `when`, the others so far apart. */
static void arm_crowd(uint64_t when, uint64_t apart)
{
    crowd_endpoint = make(OBJECT_ENDPOINT);
    for (unsigned index = 0; index < CROWD; index++) {
        unsigned timer = make(OBJECT_TIMER);

        crowd[index] = timer;
        must(timer, TIMER_BIND, crowd_endpoint, 0);
        must(timer, TIMER_ARM, when + index * apart);
    }
}

static unsigned armed(void)
{
    unsigned count = 0;

    for (unsigned index = 0; index < known.objects; index++)
        count += known.object[index].type == OBJECT_TIMER &&
                 deadline_pending(&((struct timer *)known.object[index].object)->deadline);
    return count;
}

/* Until who runs executes an instruction. */
static unsigned events_at_once(void)
{
    unsigned count = 0;

    for (; sim_interrupt_pending(); count++)
        interrupt();
    assert_true(init_runs());
    return count;
}

/* It has all the time from one event of timers to the next, which comes when it is due. */
static void all_of_the_crowd_come_one_by_one(uint64_t most_apart)
{
    while (armed() > 0) {
        uint64_t before = sim.now, left = armed();

        assert_in_range(sim.timer, before + 1, before + most_apart);
        sim.now = sim.timer - 1;
        assert_false(sim_interrupt_pending());
        sim.now++;
        assert_int_equal(events_at_once(), 1);
        assert_true(armed() < left && left - armed() <= AN_EVENT);
    }
}

static void timers_that_expire_together_let_who_runs_get_on(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    arm_crowd(sim.now + 100, 0);
    sim.now += 100;
    assert_int_equal(events_at_once(), 1);
    assert_int_equal(armed(), CROWD - AN_EVENT);
    assert_int_equal(sim.timer, sim.now + LEAST_PAUSE);
    all_of_the_crowd_come_one_by_one(LEAST_PAUSE);
}

/* One is due whenever an event is over. */
static void timers_that_expire_as_fast_as_events_let_who_runs_get_on(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    arm_crowd(sim.now + 100, 1);
    sim.now += 100;
    sim.looking = 1;
    assert_int_equal(events_at_once(), 1);
    all_of_the_crowd_come_one_by_one(LEAST_PAUSE + 3);
}

/* A slow machine, on which an event takes longer than the least pause. */
static void a_pause_is_longer_than_the_event_before_it(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    arm_crowd(sim.now + 100, 0);
    sim.now += 100;
    sim.looking = 1000;
    assert_int_equal(events_at_once(), 1);
    assert_in_range(armed(), CROWD - AN_EVENT, CROWD - 1);
    assert_in_range(sim.timer, sim.now + 1, sim.now + 2000 + LEAST_PAUSE);
}

/* The clock goes on while a debugger holds this core, or whoever lends it to a machine. */
static void a_core_that_stood_still_makes_no_longer_pause(void **state)
{
    const uint64_t hour = 3600ULL * 1000000;

    (void)state;
    deadlines_init(&set, LEAST_PAUSE);
    deadlines_pause(&set, 0, hour);
    assert_int_equal(set.pause_end, hour + (2 * PAUSE_LEASTS_MOST + 1) * LEAST_PAUSE);
}

static void what_is_armed_in_a_pause_waits_for_its_end(void **state)
{
    unsigned own;
    uint64_t over;

    (void)state;
    boot_machine(SMALL_RAM);
    own = make(OBJECT_TIMER);
    must(own, TIMER_BIND, make(OBJECT_ENDPOINT), 0);
    arm_crowd(sim.now + 100, 0);
    sim.now += 100;
    (void)events_at_once();
    over = sim.timer;
    must(own, TIMER_ARM, sim.now - 50);
    assert_int_equal(sim.timer, over);
    must(own, TIMER_DISARM);
    assert_int_equal(sim.timer, over);
    all_of_the_crowd_come_one_by_one(LEAST_PAUSE);
    assert_int_equal(sim.timer, UINT64_MAX);
    must(own, TIMER_ARM, sim.now + 1); /* the first of all, and in the last one's pause */
    assert_int_equal(sim.timer, sim.now + LEAST_PAUSE);
    must(own, TIMER_ARM, sim.now + 100);
    assert_int_equal(sim.timer, sim.now + 100);
    sim.now += 50;
    must(own, TIMER_ARM, sim.now + 1); /* no pause any more */
    assert_int_equal(sim.timer, sim.now + 1);
}

/* Whoever has timers can arm them as fast as they fire, and for moments long past. */
static void what_is_armed_for_the_past_again_and_again_keeps_nobody_waiting(void **state)
{
    unsigned own, rounds = 0;

    (void)state;
    boot_machine(SMALL_RAM);
    own = make(OBJECT_TIMER);
    must(own, TIMER_BIND, make(OBJECT_ENDPOINT), 0);
    arm_crowd(0, 0);
    must(own, TIMER_ARM, sim.now + 1);
    while (deadline_pending(&((struct timer *)object_of(own))->deadline)) {
        assert_in_range(++rounds, 1, CROWD);
        (void)events_at_once();
        for (unsigned index = 0; index < CROWD; index++)
            must(crowd[index], TIMER_ARM, 0);
        sim.now = sim.timer;
    }
}

/* The timer comes for that, but no deadline with it. */
static void the_end_of_a_budget_does_not_wait_for_a_pause(void **state)
{
    struct party urgent, other;

    (void)state;
    boot_machine(SMALL_RAM);
    urgent = make_awake(20);
    other = make_awake(10);
    arm_crowd(sim.now + 100, 0);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, urgent.time, 0, 20, 102, 1000);
    as(&urgent);
    advance(100);
    assert_int_equal(armed(), CROWD - AN_EVENT);
    assert_true(runs(&urgent));
    assert_int_equal(sim.timer, sim.now + 2);
    sim.now += 2;
    interrupt();
    assert_true(runs(&other));
    assert_int_equal(armed(), CROWD - AN_EVENT);
}

int main(void)
{
    const struct CMUnitTest deadline_tests[] = {
        cmocka_unit_test(the_first_is_the_earliest_whatever_came_and_went),
        cmocka_unit_test(taking_the_first_again_and_again_sorts_them),
        cmocka_unit_test(removing_what_is_not_pending_does_nothing),
        cmocka_unit_test(
            timers_fire_in_the_order_of_their_deadlines_and_a_storm_is_taken_in_parts),
        cmocka_unit_test(timers_that_expire_together_let_who_runs_get_on),
        cmocka_unit_test(timers_that_expire_as_fast_as_events_let_who_runs_get_on),
        cmocka_unit_test(a_pause_is_longer_than_the_event_before_it),
        cmocka_unit_test(a_core_that_stood_still_makes_no_longer_pause),
        cmocka_unit_test(what_is_armed_in_a_pause_waits_for_its_end),
        cmocka_unit_test(what_is_armed_for_the_past_again_and_again_keeps_nobody_waiting),
        cmocka_unit_test(the_end_of_a_budget_does_not_wait_for_a_pause),
    };

    return RUN_EACH(deadline_tests);
}
