/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames and page tables: what a mapping shows, what is refused, and what is
 * seen after a mapping changed. What a program cannot see without a fault is
 * looked at by a helper, whose faults are counted.
 */
#include "conformance.h"

#include <string.h>

#include <lib/cache.h>

#define PAGE 4096u
#define LARGE (1u << FRAME_BITS_2M)
#define WRITABLE (RIGHT_READ | RIGHT_WRITE)

static enum thole_result map(unsigned frame, uint64_t at, unsigned rights)
{
    return INVOKE(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, at, rights, MEMORY_NORMAL);
}

static void check_zero(const uint64_t *at, uint64_t bytes)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < bytes / sizeof(*at); i++)
        sum |= at[i];
    CHECK_EQUAL(sum, 0);
}

static void check_pattern(volatile uint64_t *at, uint64_t bytes, uint64_t seed)
{
    for (uint64_t i = 0; i < bytes; i += PAGE / 2)
        CHECK_EQUAL(at[i / sizeof(*at)], seed + i);
}

static void write_pattern(volatile uint64_t *at, uint64_t bytes, uint64_t seed)
{
    for (uint64_t i = 0; i < bytes; i += PAGE / 2)
        at[i / sizeof(*at)] = seed + i;
}

/* Zero at first, writable, and the same when it is mapped again. */
static void try_frame(unsigned frame, uint64_t at, uint64_t bytes)
{
    volatile uint64_t *seen = (volatile uint64_t *)(uintptr_t)at;

    CHECK_EQUAL(map(frame, at, WRITABLE), RESULT_DONE);
    check_zero((const uint64_t *)(uintptr_t)at, bytes);
    write_pattern(seen, bytes, frame);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(map(frame, at, RIGHT_READ), RESULT_DONE);
    check_pattern(seen, bytes, frame);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
}

static void every_small_frame_is_zero_writable_and_keeps_its_content(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 22), first = slot_take_row(1025), count = 0;

    while (retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first + count) == RESULT_DONE)
        try_frame(first + count++, WINDOW_ADDRESS, PAGE);
    CHECK_EQUAL(count, 1024);
    /* Used a second time, it is zero again. */
    CHECK_EQUAL(revoke(untyped), RESULT_DONE);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_4K, first), RESULT_DONE);
    try_frame(first, WINDOW_ADDRESS, PAGE);
}

static void every_large_frame_is_zero_writable_and_keeps_its_content(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 23), first = slot_take_row(5), count = 0;

    while (retype(untyped, OBJECT_FRAME, FRAME_BITS_2M, first + count) == RESULT_DONE)
        try_frame(first + count++, WINDOW_LARGE, LARGE);
    CHECK_EQUAL(count, 4);
}

unsigned gigabyte_untyped(void)
{
    for (unsigned i = 0; i < boot->untyped_count; i++)
        if (!boot->untyped[i].device && boot->untyped[i].size_bits >= FRAME_BITS_1G &&
            answer_of(INIT_SLOT_FIRST_UNTYPED + i, UNTYPED_INFO, 2) == 0)
            return INIT_SLOT_FIRST_UNTYPED + i;
    return 0;
}

static void a_huge_frame_is_writable_and_keeps_its_content(void)
{
    unsigned untyped = gigabyte_untyped(), frame = slot_take();
    volatile uint64_t *seen = (volatile uint64_t *)(uintptr_t)WINDOW_HUGE;
    uint64_t middle = (1ULL << 29) / sizeof(*seen), last = (1ULL << 30) / sizeof(*seen) - 1;

    CHECK(untyped != 0);
    CHECK_EQUAL(retype(untyped, OBJECT_FRAME, FRAME_BITS_1G, frame), RESULT_DONE);
    CHECK_EQUAL(map(frame, WINDOW_HUGE, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(seen[0] | seen[middle] | seen[last], 0);
    seen[0] = 1;
    seen[middle] = 2;
    seen[last] = 3;
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(map(frame, WINDOW_HUGE, RIGHT_READ), RESULT_DONE);
    CHECK_EQUAL(seen[0] + seen[middle] + seen[last], 6);
}

static void a_mapping_needs_a_fitting_address_a_table_and_a_free_place(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K), large = make(OBJECT_FRAME, FRAME_BITS_2M);
    unsigned other = make(OBJECT_FRAME, FRAME_BITS_4K);

    CHECK_EQUAL(map(frame, WINDOW_ADDRESS + 8, WRITABLE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(large, WINDOW_LARGE + PAGE, WRITABLE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(frame, 1ULL << USER_ADDRESS_BITS, WRITABLE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(frame, 0xffff000000000000, WRITABLE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(frame, WINDOW_TABLE, WRITABLE), RESULT_NO_TABLE);
    CHECK_EQUAL(map(large, 1ULL << 38, WRITABLE), RESULT_NO_TABLE);
    CHECK_EQUAL(map(frame, WINDOW_ADDRESS, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(map(frame, WINDOW_ADDRESS + PAGE, WRITABLE), RESULT_OCCUPIED);
    CHECK_EQUAL(map(other, WINDOW_ADDRESS, WRITABLE), RESULT_OCCUPIED);
    CHECK_EQUAL(map(large, WINDOW_ADDRESS, WRITABLE), RESULT_OCCUPIED);
    CHECK_EQUAL(map(large, WINDOW_LARGE, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(map(other, WINDOW_LARGE + PAGE, WRITABLE), RESULT_OCCUPIED);
}

static void nothing_is_mapped_beyond_the_rights_of_its_capability(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K);
    unsigned only_read = copy(frame, RIGHT_READ | RIGHT_CONTROL);
    unsigned no_control = copy(frame, RIGHT_READ | RIGHT_WRITE);

    CHECK_EQUAL(map(only_read, WINDOW_ADDRESS, WRITABLE), RESULT_NO_RIGHT);
    CHECK_EQUAL(map(only_read, WINDOW_ADDRESS, RIGHT_READ | RIGHT_EXECUTE), RESULT_NO_RIGHT);
    CHECK_EQUAL(map(no_control, WINDOW_ADDRESS, RIGHT_READ), RESULT_NO_RIGHT);
    CHECK_EQUAL(map(frame, WINDOW_ADDRESS, RIGHT_WRITE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(frame, WINDOW_ADDRESS, WRITABLE | RIGHT_EXECUTE), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(map(only_read, WINDOW_ADDRESS, RIGHT_READ), RESULT_DONE);
}

/* --- What is seen after a change -------------------------------------------------- */

static void alternate(unsigned bits, uint64_t at)
{
    unsigned one = make(OBJECT_FRAME, bits), two = make(OBJECT_FRAME, bits);
    volatile uint64_t *seen = (volatile uint64_t *)(uintptr_t)at;

    for (unsigned round = 0; round < 20; round++) {
        unsigned frame = round % 2 == 0 ? one : two;

        CHECK_EQUAL(map(frame, at, WRITABLE), RESULT_DONE);
        CHECK_EQUAL(*seen, round < 2 ? 0 : frame);
        *seen = frame;
        CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    }
}

static void another_frame_at_the_same_address_is_seen_at_once(void)
{
    alternate(FRAME_BITS_4K, WINDOW_ADDRESS);
    alternate(FRAME_BITS_2M, WINDOW_LARGE);
}

static uint64_t read_word(void *argument, struct message *first)
{
    (void)first;
    return *(volatile uint64_t *)argument;
}

/* What a helper meets that reads at `at`: 0 if it could, else the fault. */
static uint64_t fault_of_read(uint64_t at)
{
    struct helper *helper = HELPER_GO(read_word, at, PRIORITY_HIGH);
    struct message message = {0};

    CHECK_EQUAL(thole_recv(helper->watch, &message), STATUS_OK);
    return message.word[0] == FAULT_EXIT ? 0 : message.word[0];
}

static void what_is_unmapped_deleted_or_revoked_is_not_seen(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K), child = copy(frame, RIGHTS_ALL);

    CHECK_EQUAL(fault_of_read(WINDOW_ADDRESS), FAULT_READ);
    CHECK_EQUAL(map(frame, WINDOW_ADDRESS, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_ADDRESS), 0);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_ADDRESS), FAULT_READ);
    CHECK_EQUAL(map(child, WINDOW_ADDRESS, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_ADDRESS), 0);
    CHECK_EQUAL(delete(child), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_ADDRESS), FAULT_READ);
}

/* Both tables that a page of the window at WINDOW_TABLE needs are there but the last. */
static unsigned table_map(void)
{
    unsigned table = make(OBJECT_PAGE_TABLE, 0);

    CHECK_EQUAL(INVOKE(table, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, WINDOW_TABLE), RESULT_DONE);
    return table;
}

static void without_its_table_a_page_is_not_seen_and_keeps_its_content(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K), again, table = table_map();
    volatile uint64_t *seen = (volatile uint64_t *)(uintptr_t)WINDOW_TABLE;

    CHECK_EQUAL(map(frame, WINDOW_TABLE, WRITABLE), RESULT_DONE);
    *seen = 7;
    CHECK_EQUAL(delete(table), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_TABLE), FAULT_READ);
    CHECK_EQUAL(map(frame, WINDOW_TABLE, WRITABLE), RESULT_OCCUPIED);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(map(frame, WINDOW_TABLE, WRITABLE), RESULT_NO_TABLE);
    again = table_map();
    CHECK_EQUAL(fault_of_read(WINDOW_TABLE), FAULT_READ);
    CHECK_EQUAL(map(frame, WINDOW_TABLE, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(*seen, 7);
    CHECK_EQUAL(ASK(again, PAGE_TABLE_UNMAP), RESULT_DONE);
    CHECK_EQUAL(fault_of_read(WINDOW_TABLE), FAULT_READ);
}

static void a_table_is_mapped_once_and_where_none_is(void)
{
    unsigned table = table_map(), other = make(OBJECT_PAGE_TABLE, 0);

    CHECK_EQUAL(INVOKE(table, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, WINDOW_TABLE + (4u << 21)),
                RESULT_OCCUPIED);
    CHECK_EQUAL(INVOKE(other, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, WINDOW_TABLE),
                RESULT_OCCUPIED);
    CHECK_EQUAL(INVOKE(other, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, WINDOW_TABLE + PAGE),
                RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(other, PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, 1ULL << USER_ADDRESS_BITS),
                RESULT_BAD_ARGUMENT);
}

static void unmapping_after_the_space_or_its_tables_are_gone_is_harmless(void)
{
    struct space space = space_make();
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K), lower = make(OBJECT_PAGE_TABLE, 0);
    unsigned upper = make(OBJECT_PAGE_TABLE, 0), loose = make(OBJECT_PAGE_TABLE, 0);
    uint64_t at = 5ULL << 30;

    CHECK_EQUAL(INVOKE(upper, PAGE_TABLE_MAP, space.slot, at), RESULT_DONE);
    CHECK_EQUAL(INVOKE(lower, PAGE_TABLE_MAP, space.slot, at), RESULT_DONE);
    CHECK_EQUAL(INVOKE(loose, PAGE_TABLE_MAP, space.slot, at + (1 << 21)), RESULT_DONE);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, space.slot, at, WRITABLE, MEMORY_NORMAL), RESULT_DONE);
    CHECK_EQUAL(delete(upper), RESULT_DONE);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(ASK(lower, PAGE_TABLE_UNMAP), RESULT_DONE);
    CHECK_EQUAL(delete(space.slot), RESULT_DONE);
    CHECK_EQUAL(ASK(space.stack, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(ASK(loose, PAGE_TABLE_UNMAP), RESULT_DONE);
    CHECK_EQUAL(map(frame, WINDOW_LARGE - PAGE, WRITABLE), RESULT_DONE);
}

static uint64_t answer_42(void *argument, struct message *first)
{
    (void)argument;
    (void)first;
    return 42;
}

static void a_thread_in_another_space_and_table_returns_42(void)
{
    struct space space = space_make();
    unsigned table = make(OBJECT_CAPTABLE, 4);
    struct helper *helper = HELPER_GO(answer_42, NULL, PRIORITY_HIGH, .table = table,
                                      .space = &space);

    CHECK_EQUAL(helper_join(helper), 42);
}

/* --- Caches ----------------------------------------------------------------------- */

/* At so many places, all over the frame. */
#define PLACES 512u

static void try_coherence(unsigned frame, uint64_t bytes, uint64_t cached_at, uint64_t uncached_at)
{
    uint64_t step = bytes / PLACES / sizeof(uint64_t) + 1;
    unsigned second = copy(frame, RIGHTS_ALL);
    volatile uint64_t *cached = (volatile uint64_t *)(uintptr_t)cached_at;
    volatile uint64_t *uncached = (volatile uint64_t *)(uintptr_t)uncached_at;

    CHECK_EQUAL(map(frame, cached_at, WRITABLE), RESULT_DONE);
    CHECK_EQUAL(INVOKE(second, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, uncached_at, WRITABLE,
                       MEMORY_UNCACHED), RESULT_DONE);
    for (uint64_t i = 0; i < bytes / sizeof(*cached); i += step) {
        cached[i] = i + 1;
        cache_clean((const void *)&cached[i], sizeof(*cached));
        CHECK_EQUAL(uncached[i], i + 1);
        uncached[i] = i + 2;
        __asm__ volatile("dsb sy" ::: "memory");
        cache_flush((const void *)&cached[i], sizeof(*cached));
        CHECK_EQUAL(cached[i], i + 2);
    }
}

static void cleaned_lines_are_seen_through_an_uncached_mapping(void)
{
    try_coherence(make(OBJECT_FRAME, FRAME_BITS_4K), PAGE, WINDOW_ADDRESS, WINDOW_ADDRESS + PAGE);
}

static void cleaned_lines_of_a_large_frame_are_seen_uncached(void)
{
    try_coherence(make(OBJECT_FRAME, FRAME_BITS_2M), LARGE, WINDOW_LARGE, WINDOW_TABLE);
}

static void cleaned_lines_of_a_huge_frame_are_seen_uncached(void)
{
    unsigned frame = slot_take();

    CHECK_EQUAL(retype(gigabyte_untyped(), OBJECT_FRAME, FRAME_BITS_1G, frame), RESULT_DONE);
    try_coherence(frame, 1ULL << FRAME_BITS_1G, WINDOW_HUGE, WINDOW_HUGE + (1ULL << FRAME_BITS_1G));
}

static uint64_t clean_shared(void *argument, struct message *first)
{
    volatile uint64_t *shared = argument;

    (void)first;
    shared[0] = 5;
    cache_clean(argument, sizeof(*shared));
    cache_flush(argument, sizeof(*shared));
    code_written(argument, sizeof(*shared));
    return 0;
}

static void a_program_maintains_the_caches_of_its_own_space(void)
{
    struct space space = space_make();
    struct helper *helper = HELPER_GO(clean_shared, SPACE_SHARED, PRIORITY_HIGH,
                                      .space = &space);

    CHECK_EQUAL(helper_join(helper), 0);
    CHECK_EQUAL(*(volatile uint64_t *)space.shared_seen, 5);
}

static const struct test tests[] = {
    TEST(every_small_frame_is_zero_writable_and_keeps_its_content, "FRAMEEXPORTS0001", 0),
    TEST(every_large_frame_is_zero_writable_and_keeps_its_content, "FRAMEEXPORTS0001 FRAMEXN0002",
         0),
    TEST(a_huge_frame_is_writable_and_keeps_its_content, "FRAMEEXPORTS0001 FRAMEXN0002",
         NEEDS_GIGABYTE),
    TEST(a_mapping_needs_a_fitting_address_a_table_and_a_free_place, "PT0001", 0),
    TEST(nothing_is_mapped_beyond_the_rights_of_its_capability, "", 0),
    TEST(another_frame_at_the_same_address_is_seen_at_once, "PT0002", 0),
    TEST(what_is_unmapped_deleted_or_revoked_is_not_seen, "PT0002", 0),
    TEST(without_its_table_a_page_is_not_seen_and_keeps_its_content, "PT0001", 0),
    TEST(a_table_is_mapped_once_and_where_none_is, "PT0001", 0),
    TEST(unmapping_after_the_space_or_its_tables_are_gone_is_harmless, "VSPACE0001", 0),
    TEST(a_thread_in_another_space_and_table_returns_42, "VSPACE0000", 0),
    TEST(cleaned_lines_are_seen_through_an_uncached_mapping, "CACHEFLUSH0001 CACHEFLUSH0003", 0),
    TEST(cleaned_lines_of_a_large_frame_are_seen_uncached, "CACHEFLUSH0003", 0),
    TEST(cleaned_lines_of_a_huge_frame_are_seen_uncached, "CACHEFLUSH0003", NEEDS_GIGABYTE),
    TEST(a_program_maintains_the_caches_of_its_own_space, "CACHEFLUSH0002", 0),
};

const struct test_group mapping_group = TEST_GROUP(tests);
