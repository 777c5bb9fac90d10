/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Init's memory, on a kernel that only keeps account of untyped memory: blocks
 * never overlap, nothing is lost, and what is given back is as it was before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "memory.h"

/* --- A kernel in which only Untyped exists ------------------------------------------- */

#define SLOTS     8192u
#define MEMORY    (64u << 20)
#define TAKEN_MAX 200

/* All but the kernel's, five regions, and four that pages of devices keep. */
#define SLOTS_FREE_AT_FIRST (SLOTS - INIT_SLOT_FIRST_UNTYPED - 5 - 14)

struct slot {
    unsigned bits;     /* 0: empty */
    uint64_t address;
    uint64_t used;
    unsigned parent;
    enum thole_object type;
};

static struct slot slot[SLOTS];
static unsigned refuse_after; /* so many retypes from now fail; 0: none does */

static unsigned children_of(unsigned parent)
{
    unsigned count = 0;

    for (unsigned i = 0; i < SLOTS; i++) {
        count += slot[i].bits != 0 && slot[i].parent == parent;
    }
    return count;
}

static void revoke(unsigned parent)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slot[i].bits && slot[i].parent == parent) {
            revoke(i);
            slot[i].bits = 0;
        }
    }
    slot[parent].used = 0;
}

static enum thole_result retype(unsigned from, const uint64_t *word)
{
    uint64_t bytes = (uint64_t)1 << word[1], start;

    if (refuse_after && --refuse_after == 0) {
        return RESULT_TOO_DEEP;
    }
    assert_true(slot[from].bits && slot[from].type == OBJECT_UNTYPED && !slot[word[3]].bits);
    if (children_of(from) == 0) {
        slot[from].used = 0;
    }
    start = (slot[from].used + bytes - 1) & ~(bytes - 1);
    if (start + bytes > (uint64_t)1 << slot[from].bits) {
        return RESULT_NO_MEMORY;
    }
    slot[from].used = start + bytes;
    slot[word[3]] = (struct slot){.bits = (unsigned)word[1], .address = slot[from].address + start,
                                  .parent = from, .type = (enum thole_object)word[0]};
    return RESULT_DONE;
}

enum thole_result thole_invoke(unsigned to, uint32_t label, unsigned words, const uint64_t *word)
{
    assert_true(words > 0);
    if (to != INIT_SLOT_CAPTABLE) {
        assert_int_equal(label, UNTYPED_RETYPE);
        return retype(to, word);
    }
    revoke((unsigned)word[0]);
    if (label == CAPTABLE_DELETE) {
        slot[word[0]].bits = 0;
    }
    return RESULT_DONE;
}

/* --- Tests ------------------------------------------------------------------------------ */

static struct boot_info info;

static int start(void **state)
{
    static const struct boot_untyped given[] = {
        {.address = 0x40000000, .size_bits = 25}, {.address = 0x42000000, .size_bits = 24},
        {.address = 0x43000000, .size_bits = 24}, {.address = 0x9000000, .size_bits = 12, .device = 1},
        {.address = 0xa000000, .size_bits = 16, .device = 1},
    };
    (void)state;

    info.untyped_count = sizeof(given) / sizeof(given[0]);
    memcpy(info.untyped, given, sizeof(given));
    for (unsigned i = 0; i < info.untyped_count; i++) {
        slot[INIT_SLOT_FIRST_UNTYPED + i] = (struct slot){
            .bits = given[i].size_bits, .address = given[i].address, .type = OBJECT_UNTYPED};
    }
    slots_init(INIT_SLOT_FIRST_UNTYPED + info.untyped_count, 13);
    memory_init(&info);
    return 0;
}

static void assert_as_at_first(void)
{
    unsigned next = slots_take(SLOTS_FREE_AT_FIRST);

    assert_true(next != 0); /* no slot was lost either */
    slots_give(next, SLOTS_FREE_AT_FIRST);
    assert_int_equal(memory_total(), MEMORY);
    assert_int_equal(memory_free(), MEMORY);
    assert_int_equal(memory_of_servers(), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(children_of(INIT_SLOT_FIRST_UNTYPED + i), 0);
    }
}

static void assert_apart(const struct quota *a, const struct quota *b)
{
    for (unsigned i = 0; i < a->count; i++) {
        const struct slot *x = &slot[memory_untyped(a->block[i])];

        for (unsigned j = 0; j < b->count; j++) {
            const struct slot *y = &slot[memory_untyped(b->block[j])];

            assert_true(x->address + ((uint64_t)1 << x->bits) <= y->address ||
                        y->address + ((uint64_t)1 << y->bits) <= x->address);
        }
    }
}

static void quotas_come_and_go_and_all_memory_comes_back(void **state)
{
    static struct quota quota[TAKEN_MAX];
    uint64_t held[TAKEN_MAX] = {0}, sum = 0;
    (void)state;

    srand(1);
    for (unsigned round = 0; round < 4000; round++) {
        unsigned i = (unsigned)rand() % TAKEN_MAX;

        if (held[i]) {
            sum -= held[i];
            held[i] = 0;
            quota_close(&quota[i]);
        } else {
            uint64_t bytes = (uint64_t)(1 + rand() % 200) * MEMORY_PAGE_BYTES;

            if (quota_open(&quota[i], bytes, MEMORY_SERVERS)) {
                held[i] = bytes;
                sum += bytes;
            }
        }
        assert_int_equal(memory_free() + sum, MEMORY);
        assert_int_equal(memory_of_servers(), sum);
    }
    for (unsigned i = 0; i < TAKEN_MAX; i++) {
        for (unsigned j = 0; j < i && held[i]; j++) {
            if (held[j]) {
                assert_apart(&quota[i], &quota[j]);
            }
        }
    }
    for (unsigned i = 0; i < TAKEN_MAX; i++) {
        if (held[i]) {
            quota_close(&quota[i]);
        }
    }
    assert_as_at_first();
}

static void more_than_there_is_changes_nothing(void **state)
{
    struct quota quota;
    (void)state;

    assert_false(quota_open(&quota, MEMORY + MEMORY_PAGE_BYTES, MEMORY_SERVERS));
    assert_as_at_first();
    assert_true(quota_open(&quota, MEMORY, MEMORY_SERVERS));
    assert_int_equal(memory_free(), 0);
    quota_close(&quota);
    assert_as_at_first();
}

static void a_small_block_is_not_cut_out_of_a_large_one(void **state)
{
    int small = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT), neighbour, large;
    (void)state;

    neighbour = memory_take(MEMORY_PAGE_BITS, MEMORY_INIT);
    assert_int_equal(slot[memory_untyped(neighbour)].parent, slot[memory_untyped(small)].parent);
    large = memory_take(25, MEMORY_INIT);
    assert_true(large >= 0);
    memory_give(small);
    memory_give(neighbour);
    memory_give(large);
    assert_as_at_first();
}

static void a_kernel_that_refuses_loses_nothing(void **state)
{
    struct quota quota;
    (void)state;

    for (unsigned at = 1; at < 60; at++) {
        refuse_after = at;
        if (quota_open(&quota, 37 * MEMORY_PAGE_BYTES, MEMORY_SERVERS)) {
            quota_close(&quota);
        }
        refuse_after = 0;
        assert_as_at_first();
    }
}

static void a_quota_gives_no_more_than_it_has(void **state)
{
    struct quota quota;
    unsigned target = slots_take(16), made = 0;
    (void)state;

    assert_true(quota_open(&quota, 7 * MEMORY_PAGE_BYTES, MEMORY_SERVERS));
    assert_int_equal(quota_pages_left(&quota), 7);
    while (quota_make(&quota, OBJECT_FRAME, FRAME_BITS_4K, target + made) == RESULT_DONE) {
        made++;
        assert_int_equal(quota_used(&quota), made * MEMORY_PAGE_BYTES);
        assert_int_equal(quota_pages_left(&quota), 7 - made);
    }
    assert_int_equal(made, 7);
    assert_int_equal(quota_revoke(&quota), RESULT_DONE);
    assert_int_equal(quota_used(&quota), 0);
    quota_close(&quota);
    slots_give(target, 16);
    assert_as_at_first();
}

static void pages_of_devices_are_cut_out_of_their_regions(void **state)
{
    int uart = memory_take_device(0x9000000), far = memory_take_device(0xa007000);
    (void)state;

    assert_true(uart >= 0 && far >= 0);
    assert_int_equal(slot[memory_untyped(uart)].address, 0x9000000);
    assert_int_equal(slot[memory_untyped(far)].address, 0xa007000);
    assert_int_equal(slot[memory_untyped(far)].bits, MEMORY_PAGE_BITS);
    assert_true(memory_take_device(0xb000000) < 0);
    assert_true(memory_take_device(0x40000000) < 0);
    assert_as_at_first();
}

static void a_page_of_a_device_is_one_s_own_until_it_is_given_back(void **state)
{
    unsigned children = children_of(INIT_SLOT_FIRST_UNTYPED + 4);
    (void)state;

    for (unsigned round = 0; round < 3; round++) {
        int page = memory_take_device(0xa003000);

        assert_true(page >= 0);
        assert_int_equal(slot[memory_untyped(page)].address, 0xa003000);
        assert_true(memory_take_device(0xa003000) < 0);
        memory_give(page);
        assert_int_equal(children_of(INIT_SLOT_FIRST_UNTYPED + 4), children);
        assert_as_at_first();
    }
}

/* Blocks at 0x40000000 (32 MiB), 0x42000000 and 0x43000000 (16 MiB each). */
static void a_block_is_taken_where_it_is_wanted(void **state)
{
    static const struct {
        struct memory_range range[2];
        unsigned bits;
        uint64_t at; /* 0: nowhere */
    } row[] = {
        {{{0x41234567, 0x10000}}, 12, 0x41235000},
        {{{0x41ff8000, 0x8000}}, 15, 0x41ff8000},
        {{{0x41ff8000, 0x10000}}, 15, 0x42000000}, /* of the smaller block */
        {{{0x41ff9000, 0x10000}}, 15, 0x42000000},
        {{{0x41ff8001, 0x7fff}}, 15, 0},
        {{{0x42001000, 0xfff}}, 12, 0},
        {{{0x42001000, 0x1000}}, 12, 0x42001000},
        {{{0, UINT64_MAX}}, 25, 0x40000000},
        {{{0x40000001, UINT64_MAX - 0x40000001}}, 25, 0},
        {{{0, 0x1000}, {0x43fff000, 0x5000}}, 12, 0x43fff000},
        {{{0, 0}, {0x43000000, 0}}, 12, 0},
        {{{0x43fff800, 0x5000}}, 12, 0},
        {{{UINT64_MAX - 0x100, 0x100}}, 12, 0},
        {{{0x9000000, 0x1000}}, 12, 0},
    };
    (void)state;

    for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        int block = memory_take_in(row[i].range, 2, row[i].bits, MEMORY_SERVERS);

        assert_int_equal(block >= 0, row[i].at != 0);
        if (block >= 0) {
            assert_int_equal(memory_address(block), row[i].at);
            assert_int_equal(slot[memory_untyped(block)].address, row[i].at);
            assert_int_equal(slot[memory_untyped(block)].bits, row[i].bits);
            memory_give(block);
        }
        assert_as_at_first();
    }
}

static void what_is_wanted_at_a_place_is_given_once(void **state)
{
    const struct memory_range range = {0x41000000, 0x3000};
    int block[3];
    (void)state;

    for (unsigned i = 0; i < 3; i++) {
        block[i] = memory_take_in(&range, 1, 12, MEMORY_INIT);
        assert_true(block[i] >= 0);
        for (unsigned j = 0; j < i; j++) {
            assert_int_not_equal(memory_address(block[i]), memory_address(block[j]));
        }
    }
    assert_true(memory_take_in(&range, 1, 12, MEMORY_INIT) < 0);
    for (unsigned i = 0; i < 3; i++) {
        memory_give(block[i]);
    }
    assert_as_at_first();
}

static void slots_in_a_row_are_free_and_are_given_once(void **state)
{
    unsigned first = slots_take(5), second = slots_take(1);
    (void)state;

    assert_true(second < first || second >= first + 5);
    slots_give(first, 5);
    assert_int_equal(slots_take(5), first);
    slots_give(first, 5);
    slots_give(second, 1);
    assert_int_equal(slots_take(SLOTS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotas_come_and_go_and_all_memory_comes_back),
        cmocka_unit_test(more_than_there_is_changes_nothing),
        cmocka_unit_test(a_small_block_is_not_cut_out_of_a_large_one),
        cmocka_unit_test(a_kernel_that_refuses_loses_nothing),
        cmocka_unit_test(a_quota_gives_no_more_than_it_has),
        cmocka_unit_test(pages_of_devices_are_cut_out_of_their_regions),
        cmocka_unit_test(a_page_of_a_device_is_one_s_own_until_it_is_given_back),
        cmocka_unit_test(a_block_is_taken_where_it_is_wanted),
        cmocka_unit_test(what_is_wanted_at_a_place_is_given_once),
        cmocka_unit_test(slots_in_a_row_are_free_and_are_given_once),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
