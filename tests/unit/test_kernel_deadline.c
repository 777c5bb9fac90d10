/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines, compared with the simplest model there is: a list that is searched.
 */
#include <stdlib.h>

#include "chance.h"

#define NODES 500
#define NODE_BYTES 256

/* As timers lie: aligned, and with their node at the same place in each. */
struct object {
    _Alignas(NODE_BYTES) char before[160];
    struct deadline deadline;
};

static struct object object[NODES];
static struct deadlines set;

static uint64_t first_of_model(void)
{
    uint64_t first = UINT64_MAX;

    for (unsigned index = 0; index < NODES; index++)
        if (deadline_pending(&object[index].deadline) && object[index].deadline.when < first)
            first = object[index].deadline.when;
    return first;
}

static unsigned depth_of(const struct deadline *node)
{
    unsigned depth = 0;

    for (; node->parent != node; node = node->parent) {
        assert_true(node->parent->when <= node->when);
        assert_true(node->parent->child[0] == node || node->parent->child[1] == node);
        depth++;
    }
    assert_ptr_equal(node, set.root);
    return depth;
}

static void check(void)
{
    const struct deadline *first = deadlines_first(&set);

    assert_int_equal(first == NULL ? UINT64_MAX : first->when, first_of_model());
    for (unsigned index = 0; index < NODES; index++)
        if (deadline_pending(&object[index].deadline))
            assert_in_range(depth_of(&object[index].deadline), 0, 41);
}

static void the_first_is_the_earliest_whatever_came_and_went(void **state)
{
    const uint64_t span[] = { 3, 1000, 1ULL << 40 };

    (void)state;
    chance_seed(42);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned step = 0; step < 4000; step++) {
            struct deadline *node = &object[chance_below(NODES)].deadline;

            if (deadline_pending(node) || chance_percent(20))
                deadline_remove(node);
            else
                deadline_add(&set, node, chance_below(span[round]));
            if (step % 16 == 0)
                check();
        }
}

static void taking_the_first_again_and_again_sorts_them(void **state)
{
    uint64_t last = 0;

    (void)state;
    chance_seed(7);
    for (unsigned index = 0; index < NODES; index++) {
        deadline_remove(&object[index].deadline);
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
    struct deadlines empty = { NULL };

    (void)state;
    deadline_remove(&node);
    deadline_add(&empty, &node, 5);
    deadline_remove(&node);
    deadline_remove(&node);
    assert_null(deadlines_first(&empty));
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
    assert_int_equal(sim.timer <= sim.now, 1); /* not all at once */
    advance(0);
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

int main(void)
{
    const struct CMUnitTest deadline_tests[] = {
        cmocka_unit_test(the_first_is_the_earliest_whatever_came_and_went),
        cmocka_unit_test(taking_the_first_again_and_again_sorts_them),
        cmocka_unit_test(removing_what_is_not_pending_does_nothing),
        cmocka_unit_test(
            timers_fire_in_the_order_of_their_deadlines_and_a_storm_is_taken_in_parts),
    };

    return RUN_EACH(deadline_tests);
}
