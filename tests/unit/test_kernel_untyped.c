/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory: what retype makes of it, in which steps, and what it refuses.
 */
#include <string.h>

#include "fixture.h"

static unsigned memory; /* 64 KiB */

static int boot(void **state)
{
    (void)state;
    boot_machine(LARGE_RAM);
    compare_every = 5;
    memory = make_untyped(16);
    return 0;
}

static uint64_t used(unsigned untyped)
{
    must(untyped, UNTYPED_INFO);
    return answer[2];
}

static enum thole_result retype(unsigned untyped, uint64_t type, uint64_t bits, uint64_t slot)
{
    return invoke(untyped, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
}

static void objects_are_cut_off_one_after_the_other_and_aligned(void **state)
{
    (void)state;
    make_from(memory, OBJECT_ENDPOINT, 0);
    assert_int_equal(used(memory), 128);
    make_from(memory, OBJECT_THREAD, 0);
    assert_int_equal(used(memory), 4096);
    make_from(memory, OBJECT_UNTYPED, 6);
    assert_int_equal(used(memory), 4096 + 64);
    assert_int_equal(answer[1], 16);
    assert_int_equal(answer[3], 0);
}

static void memory_is_free_again_when_the_last_object_is_gone(void **state)
{
    unsigned one = make_from(memory, OBJECT_THREAD, 0), two = make_from(memory, OBJECT_FRAME, 12);

    (void)state;
    assert_result(retype(memory, OBJECT_UNTYPED, 16, new_slot()), NO_MEMORY);
    assert_result(delete_slot(one), DONE);
    assert_result(retype(memory, OBJECT_UNTYPED, 16, new_slot()), NO_MEMORY);
    assert_result(delete_slot(two), DONE);
    assert_int_equal(used(memory), 0);
    make_from(memory, OBJECT_UNTYPED, 16);
}

static void too_much_is_refused_and_changes_nothing(void **state)
{
    unsigned one = make_from(memory, OBJECT_FRAME, 12);

    (void)state;
    assert_result(retype(memory, OBJECT_FRAME, 21, new_slot()), NO_MEMORY);
    assert_result(retype(memory, OBJECT_FRAME, 30, new_slot()), NO_MEMORY);
    assert_result(retype(memory, OBJECT_UNTYPED, 39, new_slot()), NO_MEMORY);
    assert_result(delete_slot(one), DONE);
    assert_result(retype(memory, OBJECT_UNTYPED, 17, new_slot()), NO_MEMORY);
}

static void sizes_and_types_that_do_not_exist_are_bad_arguments(void **state)
{
    const struct { uint64_t type, bits; } bad[] = {
        { OBJECT_NULL, 0 }, { OBJECT_REPLY, 0 }, { OBJECT_MACHINE, 0 }, { OBJECT_COUNT, 0 },
        { OBJECT_IRQ_CONTROL, 0 }, { UINT64_MAX, 0 }, { 1ULL << 32 | OBJECT_UNTYPED, 12 },
        { OBJECT_UNTYPED, 5 }, { OBJECT_UNTYPED, 40 }, { OBJECT_UNTYPED, 64 },
        { OBJECT_UNTYPED, 1ULL << 32 | 12 }, { OBJECT_UNTYPED, UINT64_MAX },
        { OBJECT_CAPTABLE, 0 }, { OBJECT_CAPTABLE, 17 }, { OBJECT_CAPTABLE, UINT64_MAX - 4 },
        { OBJECT_FRAME, 0 }, { OBJECT_FRAME, 13 }, { OBJECT_FRAME, 22 }, { OBJECT_FRAME, 31 },
        { OBJECT_ENDPOINT, 7 }, { OBJECT_THREAD, 1 },
    };

    (void)state;
    for (unsigned index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_result(retype(memory, bad[index].type, bad[index].bits, new_slot()), BAD_ARGUMENT);
}

static void a_slot_that_is_taken_or_does_not_exist_is_refused(void **state)
{
    (void)state;
    assert_result(retype(memory, OBJECT_ENDPOINT, 0, memory), OCCUPIED);
    assert_result(retype(memory, OBJECT_ENDPOINT, 0, 0), BAD_SLOT);
    assert_result(retype(memory, OBJECT_ENDPOINT, 0, 1 << 13), BAD_SLOT);
    assert_result(retype(memory, OBJECT_ENDPOINT, 0, UINT64_MAX), BAD_SLOT);
    assert_result(invoke(memory, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, memory, new_slot()),
                  BAD_SLOT);
    assert_result(invoke(memory, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, 4000, new_slot()), EMPTY);
    unsigned weak = mint(INIT_SLOT_CAPTABLE, RIGHTS_ALL & ~RIGHT_CONTROL, 0);

    assert_result(invoke(memory, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, weak, new_slot()), NO_RIGHT);
}

static void large_objects_are_cleared_in_steps(void **state)
{
    unsigned large = make_untyped(22), slot = new_slot(), calls = 0;
    enum thole_result result;

    (void)state;
    do {
        result = retype(large, OBJECT_FRAME, 21, slot);
        calls++;
        if (result == RESULT_MORE)
            assert_false(slot_in_use(slot));
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_in_range(calls, 200, 300);
    assert_true(sim_is_clear(slot_physical(&known.init_table[slot]), 1 << 21));
}

static void memory_that_was_written_to_is_cleared_to_its_last_page(void **state)
{
    unsigned large = make_untyped(22), slot = new_slot();
    uint64_t at = slot_physical(&known.init_table[large]).value;

    (void)state;
    memset(sim.ram + (at - SIM_RAM_BASE), 0xa5, 1 << 22);
    while (retype(large, OBJECT_FRAME, 21, slot) == RESULT_MORE)
        ;
    assert_int_equal(slot_physical(&known.init_table[slot]).value, at);
    assert_true(sim_is_clear((paddr_t){ at }, 1 << 21));
    assert_int_equal((unsigned char)sim.ram[at - SIM_RAM_BASE + (1 << 21)], 0xa5);
}

static void a_small_object_in_between_makes_clearing_begin_anew(void **state)
{
    unsigned large = make_untyped(22), slot = new_slot();

    (void)state;
    for (unsigned calls = 0; calls < 100; calls++)
        assert_result(retype(large, OBJECT_FRAME, 21, slot), MORE);
    unsigned other = make_from(large, OBJECT_UNTYPED, 21); /* the very memory, not cleared */

    make_from(other, OBJECT_NOTIFICATION, 0); /* leaves traces, unlike a table */
    assert_result(delete_slot(other), DONE);
    slot = make_from(large, OBJECT_FRAME, 21);
}

static void what_was_cleared_elsewhere_does_not_count(void **state)
{
    unsigned large = make_untyped(22), dirty = make_from(large, OBJECT_NOTIFICATION, 0);
    unsigned slot = new_slot();

    (void)state;
    for (unsigned calls = 0; calls < 100; calls++)
        assert_result(retype(large, OBJECT_FRAME, 21, slot), MORE); /* the second half */
    assert_result(delete_slot(dirty), DONE);
    make_from(large, OBJECT_FRAME, 21); /* the first half */
}

static void what_was_cleared_for_one_object_does_not_count_for_the_next(void **state)
{
    unsigned large = make_untyped(20), half[2], table;

    (void)state;
    half[0] = make_from(large, OBJECT_UNTYPED, 18);
    half[1] = make_from(large, OBJECT_UNTYPED, 18);
    make_from(half[1], OBJECT_NOTIFICATION, 0);
    assert_result(revoke_slot(large), DONE);
    make_from(large, OBJECT_CAPTABLE, 13);
    table = make_from(large, OBJECT_CAPTABLE, 13);
    assert_true(sim_is_clear(arch_physical_address(object_of(table)), 1 << 18));
}

static void what_was_cleared_for_a_larger_object_does_not_count_for_a_smaller(void **state)
{
    unsigned large = make_untyped(22), dirty, table;

    (void)state;
    make_from(large, OBJECT_UNTYPED, 18);
    dirty = make_from(large, OBJECT_UNTYPED, 18); /* where the table will lie */
    make_from(dirty, OBJECT_NOTIFICATION, 0);
    assert_result(revoke_slot(large), DONE);
    make_from(large, OBJECT_UNTYPED, 12);
    for (unsigned calls = 0; calls < 32; calls++) /* two pages each: as many as the table has */
        assert_result(retype(large, OBJECT_FRAME, 21, new_slot()), MORE);
    table = make_from(large, OBJECT_CAPTABLE, 13);
    assert_true(sim_is_clear(arch_physical_address(object_of(table)), 1 << 18));
}

static void memory_of_devices_makes_frames_only(void **state)
{
    unsigned device = INIT_SLOT_FIRST_UNTYPED;

    (void)state;
    while (slot_physical(&known.init_table[device]).value != SIM_UART)
        device++;
    assert_result(retype(device, OBJECT_ENDPOINT, 0, new_slot()), BAD_ARGUMENT);
    assert_result(retype(device, OBJECT_CAPTABLE, 4, new_slot()), BAD_ARGUMENT);
    unsigned part = make_from(device, OBJECT_UNTYPED, 12);
    unsigned frame = make_from(part, OBJECT_FRAME, 12);

    must(part, UNTYPED_INFO);
    assert_int_equal(answer[0], SIM_UART);
    assert_int_equal(answer[3], 1);
    must(frame, FRAME_ADDRESS);
    assert_int_equal(answer[0], SIM_UART);
    assert_result(retype(part, OBJECT_ENDPOINT, 0, new_slot()), BAD_ARGUMENT);
}

static void untyped_memory_inside_untyped_memory_goes_with_it(void **state)
{
    unsigned inner = memory, bits = 15, last = 0;

    (void)state;
    while (bits >= UNTYPED_MIN_BITS)
        last = inner = make_from(inner, OBJECT_UNTYPED, bits--);
    assert_result(retype(last, OBJECT_ENDPOINT, 0, new_slot()), NO_MEMORY);
    assert_result(revoke_slot(memory), DONE);
    assert_false(slot_in_use(last));
    assert_int_equal(used(memory), 0);
}

static void every_type_can_be_made_and_deleted_and_the_memory_is_back(void **state)
{
    (void)state;
    for (unsigned type = OBJECT_UNTYPED; type <= OBJECT_FRAME; type++) {
        unsigned bits = type == OBJECT_UNTYPED || type == OBJECT_FRAME ? 12
                        : type == OBJECT_CAPTABLE ? 3 : 0;

        if (type == OBJECT_REPLY)
            continue;
        unsigned slot = make_from(memory, type, bits);

        assert_result(delete_slot(slot), DONE);
        assert_int_equal(used(memory), 0);
    }
}

int main(void)
{
    const struct CMUnitTest untyped_tests[] = {
        cmocka_unit_test_setup(objects_are_cut_off_one_after_the_other_and_aligned, boot),
        cmocka_unit_test_setup(memory_is_free_again_when_the_last_object_is_gone, boot),
        cmocka_unit_test_setup(too_much_is_refused_and_changes_nothing, boot),
        cmocka_unit_test_setup(sizes_and_types_that_do_not_exist_are_bad_arguments, boot),
        cmocka_unit_test_setup(a_slot_that_is_taken_or_does_not_exist_is_refused, boot),
        cmocka_unit_test_setup(large_objects_are_cleared_in_steps, boot),
        cmocka_unit_test_setup(memory_that_was_written_to_is_cleared_to_its_last_page, boot),
        cmocka_unit_test_setup(a_small_object_in_between_makes_clearing_begin_anew, boot),
        cmocka_unit_test_setup(what_was_cleared_elsewhere_does_not_count, boot),
        cmocka_unit_test_setup(what_was_cleared_for_one_object_does_not_count_for_the_next, boot),
        cmocka_unit_test_setup(what_was_cleared_for_a_larger_object_does_not_count_for_a_smaller,
                               boot),
        cmocka_unit_test_setup(memory_of_devices_makes_frames_only, boot),
        cmocka_unit_test_setup(untyped_memory_inside_untyped_memory_goes_with_it, boot),
        cmocka_unit_test_setup(every_type_can_be_made_and_deleted_and_the_memory_is_back, boot),
    };

    return RUN_EACH(untyped_tests);
}
