/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: ASIDs, page tables and frames. The invariants compare every
 * mapping and every TLB entry with the capabilities after each event.
 */
#include "fixture.h"

#define AT INIT_FREE_ADDRESS

static unsigned space;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    space = make_space();
    return 0;
}

static void map_tables(unsigned in, unsigned table[2])
{
    for (unsigned index = 0; index < 2; index++) {
        table[index] = make(OBJECT_PAGE_TABLE);
        must(table[index], PAGE_TABLE_MAP, in, AT);
    }
}

static void *root_of(unsigned slot)
{
    return object_of(slot);
}

static bool is_mapped(unsigned in, uint64_t at)
{
    struct sim_translation found;

    return sim_walk(root_of(in), at, &found);
}

#define READ_WRITE (RIGHT_READ | RIGHT_WRITE)

static void a_frame_is_mapped_where_tables_lead(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];
    struct sim_translation found;

    (void)state;
    assert_result(invoke(frame, FRAME_MAP, space, AT, READ_WRITE, MEMORY_NORMAL), NO_TABLE);
    map_tables(space, table);
    must(frame, FRAME_MAP, space, AT, READ_WRITE, MEMORY_NORMAL);
    assert_true(sim_walk(root_of(space), AT, &found));
    must(frame, FRAME_ADDRESS);
    assert_int_equal(answer[0], found.address);
    assert_int_equal(answer[1], 12);
    assert_result(invoke(frame, FRAME_MAP, space, AT + 4096, READ_WRITE, 0), OCCUPIED);
    must(frame, FRAME_UNMAP);
    must(frame, FRAME_UNMAP);
    assert_false(is_mapped(space, AT));
}

static void an_address_is_given_once(void **state)
{
    unsigned one = make_sized(OBJECT_FRAME, FRAME_BITS_4K), two, table[2];

    (void)state;
    two = mint(one, RIGHTS_ALL, 0);
    map_tables(space, table);
    must(one, FRAME_MAP, space, AT, RIGHT_READ, 0);
    assert_result(invoke(two, FRAME_MAP, space, AT, RIGHT_READ, 0), OCCUPIED);
    must(two, FRAME_MAP, space, AT + 4096, RIGHT_READ, 0);
    assert_result(delete_slot(one), DONE);
    assert_false(is_mapped(space, AT));
    assert_false(is_mapped(space, AT + 4096)); /* a child goes with its source */
}

static void a_copy_is_unmapped_when_it_is_deleted_and_its_source_stays(void **state)
{
    unsigned one = make_sized(OBJECT_FRAME, FRAME_BITS_4K), two = mint(one, RIGHTS_ALL, 0);
    unsigned table[2];

    (void)state;
    map_tables(space, table);
    must(one, FRAME_MAP, space, AT, RIGHT_READ, 0);
    must(two, FRAME_MAP, space, AT + 4096, RIGHT_READ, 0);
    assert_result(delete_slot(two), DONE);
    assert_true(is_mapped(space, AT));
    assert_false(is_mapped(space, AT + 4096));
}

static void rights_of_a_mapping_are_checked(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];
    unsigned reader = mint(frame, RIGHT_READ | RIGHT_CONTROL, 0);

    (void)state;
    map_tables(space, table);
    assert_result(invoke(reader, FRAME_MAP, space, AT, READ_WRITE, 0), NO_RIGHT);
    assert_result(invoke(reader, FRAME_MAP, space, AT, RIGHT_READ | RIGHT_EXECUTE, 0), NO_RIGHT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, READ_WRITE | RIGHT_EXECUTE, 0),
                  BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHT_WRITE, 0), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, 0, 0), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHTS_ALL, 0), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHT_READ, 3), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHT_READ | RIGHT_EXECUTE, MEMORY_DEVICE),
                  BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, AT + 8, RIGHT_READ, 0), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, 1ULL << 39, RIGHT_READ, 0), BAD_ARGUMENT);
    assert_result(invoke(frame, FRAME_MAP, space, ~4095ULL, RIGHT_READ, 0), BAD_ARGUMENT);
    must(frame, FRAME_MAP, space, AT, RIGHT_READ | RIGHT_EXECUTE, 0);
}

static void a_device_is_mapped_as_a_device_at_all_sizes(void **state)
{
    unsigned window = INIT_SLOT_FIRST_UNTYPED, frame, table;
    struct sim_translation found;

    (void)state;
    while (slot_physical(&known.init_table[window]).value != SIM_WINDOW)
        window++;
    frame = make_from(window, OBJECT_FRAME, FRAME_BITS_1G);
    must(frame, FRAME_MAP, space, 4ULL << 30, READ_WRITE, MEMORY_NORMAL);
    assert_true(sim_walk(root_of(space), 4ULL << 30, &found));
    assert_int_equal(found.memory, MEMORY_DEVICE);
    assert_int_equal(found.size_bits, FRAME_BITS_1G);
    assert_result(invoke(frame, FRAME_UNMAP), DONE);
    assert_result(invoke(frame, FRAME_MAP, space, 4ULL << 30, RIGHT_READ | RIGHT_EXECUTE, 0),
                  BAD_ARGUMENT);
    assert_result(delete_slot(frame), DONE);
    frame = make_from(window, OBJECT_FRAME, FRAME_BITS_2M);
    table = make(OBJECT_PAGE_TABLE);
    must(table, PAGE_TABLE_MAP, space, AT);
    must(frame, FRAME_MAP, space, AT, READ_WRITE, MEMORY_NORMAL);
    assert_result(invoke(make(OBJECT_PAGE_TABLE), PAGE_TABLE_MAP, space, AT), OCCUPIED);
}

static void a_space_without_asid_maps_nothing(void **state)
{
    unsigned bare = make(OBJECT_ADDRESS_SPACE), frame = make_sized(OBJECT_FRAME, 12);

    (void)state;
    assert_result(invoke(frame, FRAME_MAP, bare, AT, RIGHT_READ, 0), NO_ASID);
    assert_result(invoke(make(OBJECT_PAGE_TABLE), PAGE_TABLE_MAP, bare, AT), NO_ASID);
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space), OCCUPIED);
    mint(bare, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, bare), BAD_ARGUMENT);
}

static void deleting_a_table_hides_what_it_maps(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];

    (void)state;
    map_tables(space, table);
    assert_result(invoke(frame, FRAME_MAP, space, AT + 1, RIGHT_READ, 0), BAD_ARGUMENT);
    must(frame, FRAME_MAP, space, AT, RIGHT_READ, 0);
    assert_result(delete_slot(table[1]), DONE);
    assert_false(is_mapped(space, AT));
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHT_READ, 0), OCCUPIED);
    must(frame, FRAME_UNMAP);
    assert_result(invoke(frame, FRAME_MAP, space, AT, RIGHT_READ, 0), NO_TABLE);
}

static void unmapping_a_table_hides_what_it_maps_and_empties_it(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];

    (void)state;
    map_tables(space, table);
    must(frame, FRAME_MAP, space, AT, RIGHT_READ, 0);
    must(table[1], PAGE_TABLE_UNMAP);
    assert_false(is_mapped(space, AT));
    must(table[1], PAGE_TABLE_MAP, space, AT);
    assert_false(is_mapped(space, AT));
    must(frame, FRAME_UNMAP);
    must(frame, FRAME_MAP, space, AT, RIGHT_READ, 0);
    must(table[0], PAGE_TABLE_UNMAP);
    assert_false(is_mapped(space, AT));
}

static void a_table_of_a_dead_space_brings_nothing_into_another(void **state)
{
    unsigned other = make_space(), frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];

    (void)state;
    map_tables(space, table);
    must(frame, FRAME_MAP, space, AT, READ_WRITE, 0);
    assert_result(delete_slot(space), DONE);
    for (unsigned index = 0; index < 2; index++) {
        must(table[index], PAGE_TABLE_UNMAP);
        must(table[index], PAGE_TABLE_MAP, other, AT);
    }
    assert_false(is_mapped(other, AT));
}

static void a_space_that_died_with_mappings_leaves_no_translation(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), table[2];

    (void)state;
    map_tables(space, table);
    must(frame, FRAME_MAP, space, AT, READ_WRITE, 0);
    assert_result(delete_slot(space), DONE);
    must(frame, FRAME_UNMAP);
    unsigned other = make_space(), more[2];

    map_tables(other, more);
    must(frame, FRAME_MAP, other, AT, READ_WRITE, 0);
}

/* As many lives as there are ASIDs and more: each space gets one, none two spaces. */
static void asids_are_used_again_after_their_space_has_died(void **state)
{
    unsigned memory = make_untyped(12), mortal = new_slot(), table[2];
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K);

    (void)state;
    compare_every = 100;
    for (unsigned index = 0; index < 2; index++)
        table[index] = make(OBJECT_PAGE_TABLE);
    for (unsigned life = 0; life < ASID_COUNT + 50; life++) {
        must(memory, UNTYPED_RETYPE, OBJECT_ADDRESS_SPACE, 0, INIT_SLOT_CAPTABLE, mortal);
        must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, mortal);
        for (unsigned index = 0; index < 2; index++)
            must(table[index], PAGE_TABLE_MAP, mortal, AT);
        must(frame, FRAME_MAP, mortal, AT, RIGHT_READ, 0);
        assert_true(is_mapped(mortal, AT));
        assert_result(delete_slot(mortal), DONE);
        for (unsigned index = 0; index < 2; index++)
            must(table[index], PAGE_TABLE_UNMAP);
        must(frame, FRAME_UNMAP);
    }
}

/* Over a thousand spaces at once; the next is refused, and gets the ASID of the first that dies. */
static void when_all_asids_are_in_use_the_next_waits_for_one_to_come_free(void **state)
{
    unsigned first = 0, last, count = 0;
    enum thole_result result;

    (void)state;
    boot_machine(LARGE_RAM);
    compare_every = 100;
    do {
        last = make(OBJECT_ADDRESS_SPACE);
        result = invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, last);
        first = first != 0 ? first : last;
    } while (result == RESULT_DONE && ++count < ASID_COUNT);
    assert_result(result, NO_ASID);
    assert_true(count >= 1000);
    assert_result(delete_slot(first), DONE);
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, last);
    assert_non_null(address_space_of(&known.init_table[last]).root);
}

static enum thole_result assign(unsigned at)
{
    return invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, at);
}

/* Those that were given back: the one that has been free for longest first, and each once. */
static void asids_come_back_in_the_order_in_which_they_were_freed(void **state)
{
    unsigned taken[ASID_COUNT], waiting[4], count = 0;
    uint64_t freed[3];

    (void)state;
    boot_machine(LARGE_RAM);
    compare_every = 1000;
    do
        taken[count] = make(OBJECT_ADDRESS_SPACE);
    while (assign(taken[count]) == RESULT_DONE && ++count < ASID_COUNT);
    for (unsigned index = 0; index < 4; index++)
        waiting[index] = make(OBJECT_ADDRESS_SPACE);
    for (unsigned index = 0; index < 3; index++) {
        freed[index] = address_space_of(&known.init_table[taken[index]]).asid;
        assert_result(delete_slot(taken[index]), DONE);
    }
    /* The core that destroyed it may have walked it until that event ended. */
    sim_tlb_add((unsigned)freed[0], AT,
                &(struct sim_translation){ SIM_RAM_BASE, 12, RIGHT_READ, 0 });
    for (unsigned index = 0; index < 3; index++) {
        assert_result(assign(waiting[index]), DONE);
        assert_int_equal(answer[0], freed[index]);
    }
    assert_result(assign(waiting[3]), NO_ASID);
    /* Alone it is followed by none, whatever followed it before. */
    assert_result(delete_slot(waiting[0]), DONE);
    assert_result(assign(waiting[3]), DONE);
    assert_int_equal(answer[0], freed[0]);
    assert_result(assign(taken[count]), NO_ASID);
}

static void a_mapping_of_a_dead_space_is_none_of_the_next_with_its_asid(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K), copy = mint(frame, RIGHTS_ALL, 0);
    unsigned asid = address_space_of(&known.init_table[space]).asid, table[2];
    unsigned memory = make_untyped(12), next = new_slot();

    (void)state;
    compare_every = 100;
    map_tables(space, table);
    must(copy, FRAME_MAP, space, AT, RIGHT_READ, 0);
    assert_result(delete_slot(space), DONE);
    do {
        assert_result(delete_slot(next), DONE);
        must(memory, UNTYPED_RETYPE, OBJECT_ADDRESS_SPACE, 0, INIT_SLOT_CAPTABLE, next);
        must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, next);
    } while (answer[0] != asid);
    for (unsigned index = 0; index < 2; index++)
        must(table[index], PAGE_TABLE_UNMAP);
    map_tables(next, table);
    must(frame, FRAME_MAP, next, AT, RIGHT_READ, 0);
    must(copy, FRAME_UNMAP);
    assert_true(is_mapped(next, AT));
}

static void a_thread_whose_space_dies_runs_in_none(void **state)
{
    struct party party = make_awake(10);

    (void)state;
    as(&party);
    assert_non_null(sim.root);
    as_init();
    /* All parties share a space: the first that was made after the attention line. */
    const struct slot *child = &party.thread->space;

    while (!slot_is_original(child))
        child = slot_prev(child);
    assert_result(delete_slot((unsigned)(child - known.init_table)), DONE);
    as(&party);
    assert_null(sim.root);
}

static void frames_that_were_written_are_clear_when_made_again(void **state)
{
    unsigned memory = make_untyped(13), frame, table[2];
    unsigned asid = address_space_of(&known.init_table[space]).asid;
    uint64_t physical;

    (void)state;
    map_tables(space, table);
    for (unsigned life = 0; life < 3; life++) {
        frame = make_from(memory, OBJECT_FRAME, FRAME_BITS_4K); /* checks that it is clear */
        must(frame, FRAME_MAP, space, AT, READ_WRITE, life % 3);
        assert_true(sim_access(asid, root_of(space), AT, RIGHT_WRITE, &physical));
        sim.ram[physical - SIM_RAM_BASE] = 1;
        sim.coherent[physical - SIM_RAM_BASE + 100] = 1;
        must(frame, FRAME_UNMAP);
        assert_false(sim_access(asid, root_of(space), AT, RIGHT_WRITE, &physical));
        assert_result(delete_slot(frame), DONE);
    }
}

int main(void)
{
    const struct CMUnitTest mapping_tests[] = {
        cmocka_unit_test_setup(a_frame_is_mapped_where_tables_lead, boot),
        cmocka_unit_test_setup(an_address_is_given_once, boot),
        cmocka_unit_test_setup(a_copy_is_unmapped_when_it_is_deleted_and_its_source_stays, boot),
        cmocka_unit_test_setup(rights_of_a_mapping_are_checked, boot),
        cmocka_unit_test_setup(a_device_is_mapped_as_a_device_at_all_sizes, boot),
        cmocka_unit_test_setup(a_space_without_asid_maps_nothing, boot),
        cmocka_unit_test_setup(deleting_a_table_hides_what_it_maps, boot),
        cmocka_unit_test_setup(unmapping_a_table_hides_what_it_maps_and_empties_it, boot),
        cmocka_unit_test_setup(a_table_of_a_dead_space_brings_nothing_into_another, boot),
        cmocka_unit_test_setup(a_space_that_died_with_mappings_leaves_no_translation, boot),
        cmocka_unit_test_setup(asids_are_used_again_after_their_space_has_died, boot),
        cmocka_unit_test(when_all_asids_are_in_use_the_next_waits_for_one_to_come_free),
        cmocka_unit_test(asids_come_back_in_the_order_in_which_they_were_freed),
        cmocka_unit_test_setup(a_mapping_of_a_dead_space_is_none_of_the_next_with_its_asid, boot),
        cmocka_unit_test_setup(a_thread_whose_space_dies_runs_in_none, boot),
        cmocka_unit_test_setup(frames_that_were_written_are_clear_when_made_again, boot),
    };

    return RUN_EACH(mapping_tests);
}
