/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects out of untyped memory: where, how many, and all of it again.
 */
#include "conformance.h"

static void an_always_true_check_passes(void)
{
    CHECK(true);
    CHECK_EQUAL(2, 1 + 1);
}

static void a_new_object_needs_one_empty_slot_of_the_table(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 12), slot = slot_take();
    unsigned table = make(OBJECT_CAPTABLE, 2);

    CHECK_EQUAL(retype(untyped, OBJECT_ENDPOINT, 0, 0), RESULT_BAD_SLOT);
    CHECK_EQUAL(retype(untyped, OBJECT_ENDPOINT, 0, 1u << boot->captable_bits), RESULT_BAD_SLOT);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, table, 4), RESULT_BAD_SLOT);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, table, 3), RESULT_DONE);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, table, 3), RESULT_OCCUPIED);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, untyped, slot),
                RESULT_BAD_SLOT);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, ~0ULL, slot), RESULT_BAD_SLOT);
    CHECK_EQUAL(INVOKE(table, CAPTABLE_DELETE, 3), RESULT_DONE);
    CHECK_EQUAL(INVOKE(untyped, UNTYPED_RETYPE, OBJECT_TIMER, 0, table, 3), RESULT_DONE);
    CHECK_EQUAL(slot_type(slot), OBJECT_NULL);
}

static void a_type_or_size_that_does_not_exist_is_refused(void)
{
    static const struct {
        uint64_t type, bits;
    } wrong[] = {
        {OBJECT_NULL, 0}, {OBJECT_REPLY, 0}, {OBJECT_IRQ_CONTROL, 0}, {OBJECT_SCHED_CONTROL, 0},
        {OBJECT_ASID_CONTROL, 0}, {OBJECT_MACHINE, 0}, {OBJECT_COUNT, 0}, {1ULL << 31, 0},
        {~0ULL, 0}, {OBJECT_UNTYPED, UNTYPED_MIN_BITS - 1}, {OBJECT_UNTYPED, UNTYPED_MAX_BITS + 1},
        {OBJECT_UNTYPED, 64}, {OBJECT_UNTYPED, ~0ULL}, {OBJECT_CAPTABLE, CAPTABLE_MIN_BITS - 1},
        {OBJECT_CAPTABLE, CAPTABLE_MAX_BITS + 1}, {OBJECT_CAPTABLE, 64}, {OBJECT_FRAME, 11},
        {OBJECT_FRAME, 13}, {OBJECT_FRAME, 31}, {OBJECT_FRAME, ~0ULL},
    };
    unsigned slot = slot_take();

    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK_EQUAL(INVOKE(pool, UNTYPED_RETYPE, wrong[i].type, wrong[i].bits, INIT_SLOT_CAPTABLE,
                           slot), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(slot_type(slot), OBJECT_NULL);
}

static void untyped_memory_is_used_up_exactly(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 16), first = slot_take_row(17);

    for (unsigned i = 0; i < 16; i++)
        CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first + i), RESULT_DONE);
    CHECK_EQUAL(answer_of(untyped, UNTYPED_INFO, 2), 1 << 16);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first + 16), RESULT_NO_MEMORY);
    CHECK_EQUAL(retype(untyped, OBJECT_UNTYPED, UNTYPED_MIN_BITS, first + 16), RESULT_NO_MEMORY);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first), RESULT_OCCUPIED);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_2M, first + 16), RESULT_NO_MEMORY);
    CHECK_EQUAL(slot_type(first + 16), OBJECT_NULL);
}

static void frames_of_one_untyped_do_not_overlap(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 14), first = slot_take_row(4);
    uint64_t at = answer_of(untyped, UNTYPED_INFO, 0);

    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first + i), RESULT_DONE);
        CHECK_EQUAL(answer_of(first + i, FRAME_ADDRESS, 0), at + (i << FRAME_BITS_4K));
    }
}

static void memory_is_used_again_when_all_of_it_is_deleted(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 13), first = slot_take_row(2);

    for (unsigned round = 0; round < 8; round++) {
        CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first), RESULT_DONE);
        CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first + 1), RESULT_DONE);
        CHECK_EQUAL(delete(first), RESULT_DONE);
        CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first), RESULT_NO_MEMORY);
        CHECK_EQUAL(delete(first + 1), RESULT_DONE);
        CHECK_EQUAL(answer_of(untyped, UNTYPED_INFO, 2), 0);
    }
}

static const struct {
    uint8_t type, least, most;
} sizes[] = {
    {OBJECT_UNTYPED, UNTYPED_MIN_BITS, 24}, {OBJECT_CAPTABLE, CAPTABLE_MIN_BITS, CAPTABLE_MAX_BITS},
    {OBJECT_THREAD, 0, 0}, {OBJECT_SCHED_CONTEXT, 0, 0}, {OBJECT_ENDPOINT, 0, 0},
    {OBJECT_INTERRUPT, 0, 0}, {OBJECT_TIMER, 0, 0}, {OBJECT_NOTIFICATION, 0, 0},
    {OBJECT_ADDRESS_SPACE, 0, 0}, {OBJECT_PAGE_TABLE, 0, 0},
    {OBJECT_FRAME, FRAME_BITS_4K, FRAME_BITS_4K}, {OBJECT_FRAME, FRAME_BITS_2M, FRAME_BITS_2M},
};

static void every_object_of_every_size_can_be_made_and_deleted(void)
{
    unsigned slot = slot_take();

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (unsigned bits = sizes[i].least; bits <= sizes[i].most; bits++) {
            CHECK_EQUAL(retype(pool, sizes[i].type, bits, slot), RESULT_DONE);
            CHECK_EQUAL(slot_type(slot), sizes[i].type);
            CHECK_EQUAL(delete(slot), RESULT_DONE);
            CHECK_EQUAL(slot_type(slot), OBJECT_NULL);
        }
    CHECK_EQUAL(answer_of(pool, UNTYPED_INFO, 2), 0);
}

/* As many of each type as a part of the pool holds; how much of it is used then. */
static uint64_t fill(unsigned untyped, unsigned first, unsigned *count)
{
    *count = 0;
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned bits = sizes[i].least;

        while (*count < 300 * (i + 1) &&
               retype(untyped, sizes[i].type, bits, first + *count) == RESULT_DONE)
            ++*count;
    }
    return answer_of(untyped, UNTYPED_INFO, 2);
}

static void the_same_objects_can_be_made_a_second_time(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 23), first = slot_take_row(3600), count, again;
    uint64_t used = fill(untyped, first, &count);

    CHECK(used > 0 && count > 1000);
    CHECK_EQUAL(revoke(untyped), RESULT_DONE);
    CHECK_EQUAL(answer_of(untyped, UNTYPED_INFO, 2), 0);
    CHECK_EQUAL(fill(untyped, first, &again), used);
    CHECK_EQUAL(again, count);
}

static const struct test tests[] = {
    TEST(an_always_true_check_passes, "TRIVIAL0000", 0),
    TEST(a_new_object_needs_one_empty_slot_of_the_table, "RETYPE0000", 0),
    TEST(a_type_or_size_that_does_not_exist_is_refused, "RETYPE0000", 0),
    TEST(untyped_memory_is_used_up_exactly, "RETYPE0002", 0),
    TEST(frames_of_one_untyped_do_not_overlap, "RETYPE0002", 0),
    TEST(memory_is_used_again_when_all_of_it_is_deleted, "RETYPE0000", 0),
    TEST(every_object_of_every_size_can_be_made_and_deleted, "TRIVIAL0001", 0),
    TEST(the_same_objects_can_be_made_a_second_time, "TRIVIAL0002", 0),
};

const struct test_group retype_group = TEST_GROUP(tests);
