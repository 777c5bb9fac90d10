/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What answers consist of, to the last word and register: nothing is missing,
 * and nothing of the kernel's or another program's is left in them.
 */
#include <string.h>

#include "fixture.h"
#include "kernel/object/object.h"

static struct party client, server;
static unsigned end;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    client = make_awake(10);
    server = make_party(PASSIVE);
    end = give_minted(&client, server.endpoint, RIGHT_SEND, 77);
    return 0;
}

static unsigned words_answered(void)
{
    return (unsigned)(here()->current->frame.x[1] & THOLE_TAG_WORDS_MASK);
}

static void scratch_registers_are_clear_after_a_call(void **state)
{
    (void)state;
    must(client.cap, THREAD_INSPECT);
    for (unsigned index = 8; index <= 18; index++)
        assert_int_equal(here()->current->frame.x[index], 0);
    assert_int_equal(here()->current->frame.x[19], 0xdead0000 + 19);
}

static void an_answer_has_no_badge(void **state)
{
    (void)state;
    as(&client);
    system_call(SYSCALL_CALL, (struct registers){ .target = end, .arrival = OWN_FREE + 9 });
    assert_int_equal(server.thread->frame.x[8], 77);
    reply_recv(OWN_ENDPOINT, 0, 2);
    assert_int_equal(got_word(&client, 0), 2);
    for (unsigned index = 8; index <= 18; index++)
        assert_int_equal(client.thread->frame.x[index], 0);
}

static void the_number_of_a_space_is_told(void **state)
{
    uint64_t first;

    (void)state;
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, make(OBJECT_ADDRESS_SPACE));
    first = answer[0];
    assert_int_not_equal(first, 0);
    assert_int_equal(words_answered(), 1);
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, make(OBJECT_ADDRESS_SPACE));
    assert_int_equal(answer[0], first + 1);
}

static void time_says_what_is_left_of_it(void **state)
{
    (void)state;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, client.time, 0, 10, 30, 90);
    as(&client);
    advance(12);
    as_init();
    must(client.time, SCHED_CONTEXT_CONSUMED);
    assert_int_equal(words_answered(), THOLE_MESSAGE_WORDS);
    assert_int_equal(answer[2], 30);
    assert_int_equal(answer[3], 90);
    assert_int_equal(answer[5], 18);
}

static void a_page_is_cleared_and_not_the_next_one(void **state)
{
    unsigned both = make_untyped(13);
    unsigned first = make_from(both, OBJECT_UNTYPED, 12);
    unsigned second = make_from(both, OBJECT_UNTYPED, 12);
    const uint64_t *bell = object_of(make_from(second, OBJECT_NOTIFICATION, 0));
    uint64_t before[8];

    (void)state;
    memcpy(before, bell, sizeof(before));
    make_from(first, OBJECT_FRAME, FRAME_BITS_4K);
    assert_memory_equal(before, bell, sizeof(before));
}

static void memory_and_frames_tell_as_much_as_they_say(void **state)
{
    (void)state;
    must(make_untyped(13), UNTYPED_INFO);
    assert_int_equal(words_answered(), 4);
    must(make_sized(OBJECT_FRAME, FRAME_BITS_4K), FRAME_ADDRESS);
    assert_int_equal(words_answered(), 2);
}

static void the_least_and_the_greatest_sizes_are_sizes(void **state)
{
    (void)state;
    assert_int_equal(object_size_bits(OBJECT_CAPTABLE, CAPTABLE_MIN_BITS), CAPTABLE_MIN_BITS + 5);
    assert_int_equal(object_size_bits(OBJECT_CAPTABLE, CAPTABLE_MAX_BITS), CAPTABLE_MAX_BITS + 5);
    assert_int_equal(object_size_bits(OBJECT_CAPTABLE, CAPTABLE_MIN_BITS - 1), 0);
    assert_int_equal(object_size_bits(OBJECT_CAPTABLE, CAPTABLE_MAX_BITS + 1), 0);
    assert_int_equal(object_size_bits(OBJECT_UNTYPED, UNTYPED_MIN_BITS), UNTYPED_MIN_BITS);
    assert_int_equal(object_size_bits(OBJECT_UNTYPED, UNTYPED_MAX_BITS), UNTYPED_MAX_BITS);
    assert_int_equal(object_size_bits(OBJECT_UNTYPED, UNTYPED_MIN_BITS - 1), 0);
    assert_int_equal(object_size_bits(OBJECT_UNTYPED, UNTYPED_MAX_BITS + 1), 0);
    assert_int_equal(object_size_bits(OBJECT_COUNT, 0), 0);
}

#define ENTRIES 12 /* more than one call deletes */

static void what_a_dying_table_takes_along_is_deleted_without_complaint(void **state)
{
    unsigned table = make_sized(OBJECT_CAPTABLE, 4), child = new_slot();

    (void)state;
    for (unsigned slot = 1; slot <= ENTRIES; slot++)
        must(table, CAPTABLE_MINT, slot, INIT_SLOT_CAPTABLE, server.endpoint, RIGHTS_ALL, slot);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, child, table, ENTRIES, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, table), MORE);
    assert_true(slot_in_use(child));
    assert_result(delete_slot(child), DONE);
    assert_false(slot_in_use(child));
}

int main(void)
{
    const struct CMUnitTest answer_tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, boot)
        TEST(scratch_registers_are_clear_after_a_call),
        TEST(an_answer_has_no_badge),
        TEST(the_number_of_a_space_is_told),
        TEST(time_says_what_is_left_of_it),
        TEST(a_page_is_cleared_and_not_the_next_one),
        TEST(memory_and_frames_tell_as_much_as_they_say),
        TEST(the_least_and_the_greatest_sizes_are_sizes),
        TEST(what_a_dying_table_takes_along_is_deleted_without_complaint),
    };

    return RUN_EACH(answer_tests);
}
