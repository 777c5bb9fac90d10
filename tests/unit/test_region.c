/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Region arithmetic at its edges: what touches, what is one byte too much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/region.h"

#define PAGE REGION_PAGE_BYTES
#define ROOM 4

static struct region room[ROOM];
static unsigned count;
static const struct region_list list = { room, &count, ROOM };

static struct region region(uint64_t start, uint64_t bytes)
{
    return (struct region){ { start }, bytes };
}

static void assert_region(struct region found, uint64_t start, uint64_t bytes)
{
    assert_int_equal(found.start.value, start);
    assert_int_equal(found.bytes, bytes);
}

static void a_region_may_end_where_memory_does(void **state)
{
    (void)state;
    assert_true(region_valid(region(0, REGION_END_MAX)));
    assert_true(region_valid(region(REGION_END_MAX - 1, 1)));
    assert_false(region_valid(region(REGION_END_MAX - 1, 2)));
    assert_false(region_valid(region(REGION_END_MAX, 1)));
    assert_false(region_valid(region(REGION_END_MAX, 0)));
    assert_false(region_valid(region(REGION_END_MAX + 1, UINT64_MAX)));
    assert_false(region_valid(region(5, 0)));
}

static void clipping_cuts_off_what_is_beyond_memory(void **state)
{
    (void)state;
    assert_region(region_clip(region(PAGE, REGION_END_MAX)), PAGE, REGION_END_MAX - PAGE);
    assert_region(region_clip(region(PAGE, REGION_END_MAX - PAGE)), PAGE, REGION_END_MAX - PAGE);
    assert_region(region_clip(region(PAGE, UINT64_MAX)), PAGE, REGION_END_MAX - PAGE);
    assert_region(region_clip(region(7, 9)), 7, 9);
    assert_int_equal(region_clip(region(REGION_END_MAX, 1)).bytes, 0);
    assert_int_equal(region_clip(region(REGION_END_MAX + PAGE, PAGE)).bytes, 0);
}

static void regions_overlap_if_they_share_a_byte(void **state)
{
    (void)state;
    assert_true(region_overlap(region(10, 1), region(10, 1)));
    assert_true(region_overlap(region(10, 5), region(14, 1)));
    assert_true(region_overlap(region(14, 1), region(10, 5)));
    assert_false(region_overlap(region(10, 5), region(15, 5)));
    assert_false(region_overlap(region(15, 5), region(10, 5)));
    assert_false(region_overlap(region(10, 5), region(12, 0)));
    assert_false(region_overlap(region(12, 0), region(10, 5)));
}

static void a_region_lies_within_itself(void **state)
{
    (void)state;
    assert_true(region_within(region(10, 5), region(10, 5)));
    assert_true(region_within(region(11, 3), region(10, 5)));
    assert_false(region_within(region(9, 2), region(10, 5)));
    assert_false(region_within(region(14, 2), region(10, 5)));
}

static void pages_are_rounded_in_and_out(void **state)
{
    (void)state;
    assert_region(region_shrink(region(1, 3 * PAGE)), PAGE, 2 * PAGE);
    assert_region(region_shrink(region(PAGE, PAGE)), PAGE, PAGE);
    assert_int_equal(region_shrink(region(1, PAGE)).bytes, 0);
    assert_region(region_grow(region(PAGE + 1, 1)), PAGE, PAGE);
    assert_region(region_grow(region(PAGE - 1, 2)), 0, 2 * PAGE);
    assert_region(region_grow(region(PAGE, PAGE)), PAGE, PAGE);
}

static void what_touches_is_one_and_what_does_not_is_sorted(void **state)
{
    (void)state;
    count = 0;
    assert_true(region_list_add(&list, region(40, 10), REGION_JOIN_TOUCHING));
    assert_true(region_list_add(&list, region(10, 10), REGION_JOIN_TOUCHING));
    assert_true(region_list_add(&list, region(70, 10), REGION_JOIN_TOUCHING));
    assert_int_equal(count, 3);
    assert_region(room[0], 10, 10);
    assert_region(room[1], 40, 10);
    assert_region(room[2], 70, 10);
    assert_true(region_list_add(&list, region(20, 20), REGION_JOIN_TOUCHING));
    assert_int_equal(count, 2);
    assert_region(room[0], 10, 40);
    assert_region(room[1], 70, 10);
    assert_true(region_list_add(&list, region(0, 100), REGION_JOIN_OVERLAPPING));
    assert_int_equal(count, 1);
    assert_region(room[0], 0, 100);
    assert_true(region_list_add(&list, region(100, 1), REGION_JOIN_OVERLAPPING));
    assert_int_equal(count, 2);
}

static void a_full_list_takes_what_joins_and_nothing_else(void **state)
{
    (void)state;
    count = 0;
    for (unsigned index = 0; index < ROOM; index++)
        assert_true(region_list_add(&list, region(100 * index, 10), REGION_JOIN_TOUCHING));
    assert_false(region_list_add(&list, region(50, 10), REGION_JOIN_TOUCHING));
    assert_false(region_list_add(&list, region(999, 1), REGION_JOIN_TOUCHING));
    assert_int_equal(count, ROOM);
    assert_true(region_list_add(&list, region(110, 10), REGION_JOIN_TOUCHING));
    assert_int_equal(count, ROOM);
    assert_region(room[1], 100, 20);
}

static void a_hole_splits_shortens_and_removes(void **state)
{
    (void)state;
    count = 0;
    assert_true(region_list_add(&list, region(0, 100), REGION_JOIN_TOUCHING));
    assert_true(region_list_remove(&list, region(40, 20)));
    assert_int_equal(count, 2);
    assert_region(room[0], 0, 40);
    assert_region(room[1], 60, 40);
    assert_true(region_list_remove(&list, region(30, 40)));
    assert_region(room[0], 0, 30);
    assert_region(room[1], 70, 30);
    assert_true(region_list_remove(&list, region(0, 70)));
    assert_int_equal(count, 1);
    assert_region(room[0], 70, 30);
    assert_true(region_list_remove(&list, region(100, 5)));
    assert_int_equal(count, 1);
}

static void a_list_that_shrinks_takes_nothing_from_behind_its_last(void **state)
{
    (void)state;
    count = 0;
    for (unsigned index = 0; index < 3; index++)
        assert_true(region_list_add(&list, region(100 * index, 10), REGION_JOIN_TOUCHING));
    room[3] = region(7, 7);
    assert_true(region_list_remove(&list, region(0, 10)));
    assert_int_equal(count, 2);
    assert_region(room[1], 200, 10);
    assert_region(room[2], 200, 10); /* as it was */
}

static void a_hole_without_room_keeps_the_part_below_and_says_so(void **state)
{
    (void)state;
    count = 0;
    for (unsigned index = 0; index < ROOM; index++)
        assert_true(region_list_add(&list, region(100 * index, 50), REGION_JOIN_TOUCHING));
    assert_false(region_list_remove(&list, region(110, 10)));
    assert_int_equal(count, ROOM);
    assert_region(room[1], 100, 10);
    assert_region(room[2], 200, 50);
}

static void lists_are_asked_for_every_byte_or_any(void **state)
{
    (void)state;
    count = 0;
    assert_false(region_list_overlaps(&list, region(0, 100)));
    assert_true(region_list_add(&list, region(10, 10), REGION_JOIN_TOUCHING));
    assert_true(region_list_add(&list, region(30, 10), REGION_JOIN_TOUCHING));
    assert_true(region_list_overlaps(&list, region(39, 100)));
    assert_false(region_list_overlaps(&list, region(20, 10)));
    assert_true(region_list_holds(&list, region(30, 10)));
    assert_false(region_list_holds(&list, region(10, 30)));
    count = 1; /* what lies behind the last is none of it */
    assert_false(region_list_holds(&list, region(30, 10)));
    assert_false(region_list_overlaps(&list, region(30, 10)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_may_end_where_memory_does),
        cmocka_unit_test(clipping_cuts_off_what_is_beyond_memory),
        cmocka_unit_test(regions_overlap_if_they_share_a_byte),
        cmocka_unit_test(a_region_lies_within_itself),
        cmocka_unit_test(pages_are_rounded_in_and_out),
        cmocka_unit_test(what_touches_is_one_and_what_does_not_is_sorted),
        cmocka_unit_test(a_full_list_takes_what_joins_and_nothing_else),
        cmocka_unit_test(a_hole_splits_shortens_and_removes),
        cmocka_unit_test(a_list_that_shrinks_takes_nothing_from_behind_its_last),
        cmocka_unit_test(a_hole_without_room_keeps_the_part_below_and_says_so),
        cmocka_unit_test(lists_are_asked_for_every_byte_or_any),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
