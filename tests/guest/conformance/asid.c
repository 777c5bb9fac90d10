/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers of address spaces: who gets one, and what happens when all are
 * in use.
 */
#include "conformance.h"

#define ASIDS 1023u /* that can be in use at a time, main's own among them */

static enum thole_result assign(unsigned space, uint64_t *asid)
{
    struct message message = {.tag = thole_tag(ASID_CONTROL_ASSIGN, 1), .word = {space}};

    CHECK_EQUAL(thole_call(INIT_SLOT_ASID_CONTROL, &message), STATUS_OK);
    *asid = message.word[0];
    return (enum thole_result)thole_tag_label(message.tag);
}

static void only_a_new_address_space_is_given_a_number(void)
{
    unsigned space = make(OBJECT_ADDRESS_SPACE, 0), table = make(OBJECT_PAGE_TABLE, 0);
    unsigned weak, other = make(OBJECT_ADDRESS_SPACE, 0);
    uint64_t asid;

    CHECK_EQUAL(assign(table, &asid), RESULT_BAD_SLOT);
    CHECK_EQUAL(assign(slot_take(), &asid), RESULT_EMPTY);
    CHECK_EQUAL(assign(0, &asid), RESULT_EMPTY);
    CHECK_EQUAL(assign(~0u, &asid), RESULT_BAD_SLOT);
    weak = copy(other, RIGHT_READ);
    CHECK_EQUAL(assign(weak, &asid), RESULT_NO_RIGHT);
    CHECK_EQUAL(assign(other, &asid), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(assign(space, &asid), RESULT_DONE);
    CHECK_EQUAL(assign(space, &asid), RESULT_OCCUPIED);
}

static void a_space_without_number_maps_nothing(void)
{
    unsigned space = make(OBJECT_ADDRESS_SPACE, 0), table = make(OBJECT_PAGE_TABLE, 0);
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K);

    CHECK_EQUAL(INVOKE(table, PAGE_TABLE_MAP, space, INIT_IMAGE_ADDRESS), RESULT_NO_ASID);
    CHECK_EQUAL(INVOKE(frame, FRAME_MAP, space, INIT_IMAGE_ADDRESS, RIGHT_READ, MEMORY_NORMAL),
                RESULT_NO_ASID);
}

static unsigned spaces_fill(unsigned first, bool *seen)
{
    unsigned count = 0;
    uint64_t asid;

    for (; count <= ASIDS; count++) {
        CHECK_EQUAL(retype(pool, OBJECT_ADDRESS_SPACE, 0, first + count), RESULT_DONE);
        if (assign(first + count, &asid) != RESULT_DONE)
            break;
        CHECK(asid > 0 && asid <= ASIDS);
        CHECK(!seen[asid]);
        seen[asid] = true;
    }
    return count;
}

static void numbers_run_out_with_an_answer_and_come_back(void)
{
    static bool seen[ASIDS + 1];
    unsigned first = slot_take_row(ASIDS + 2);
    uint64_t asid;

    for (unsigned i = 0; i <= ASIDS; i++)
        seen[i] = false;
    CHECK_EQUAL(spaces_fill(first, seen), ASIDS - 1);
    CHECK_EQUAL(assign(first + ASIDS - 1, &asid), RESULT_NO_ASID);
    CHECK_EQUAL(delete(first + 5), RESULT_DONE);
    CHECK_EQUAL(assign(first + ASIDS - 1, &asid), RESULT_DONE);
    CHECK(seen[asid]);
}

/* --- Spaces that run -------------------------------------------------------------- */

static uint64_t touch(void *argument, struct message *first)
{
    volatile uint64_t *shared = (volatile uint64_t *)(uintptr_t)SPACE_SHARED;

    (void)first;
    shared[1] = shared[0] + (uintptr_t)argument;
    return shared[1];
}

#define SPACES 24

static void every_space_runs_and_sees_its_own_memory(void)
{
    static struct space space[SPACES];
    static struct helper *helper[SPACES];

    for (unsigned i = 0; i < SPACES; i++) {
        space[i] = space_make();
        *(volatile uint64_t *)space[i].shared_seen = 1000 * i;
        helper[i] = HELPER_GO(touch, i, PRIORITY_LOW, .space = &space[i]);
    }
    for (unsigned i = 0; i < SPACES; i++)
        CHECK_EQUAL(helper_join(helper[i]), 1001 * i);
    for (unsigned i = 0; i < SPACES; i++)
        CHECK_EQUAL(((volatile uint64_t *)space[i].shared_seen)[1], 1001 * i);
}

static unsigned numbered_make(uint64_t *asid)
{
    unsigned space = make(OBJECT_ADDRESS_SPACE, 0);

    CHECK_EQUAL(assign(space, asid), RESULT_DONE);
    return space;
}

#define ALIKE 3     /* spaces whose numbers have the same eight low bits */

/* The next space gets a number that ends like this one; those before are taken and do not run. */
static void numbers_pass(unsigned low)
{
    uint64_t asid;

    do {
        numbered_make(&asid);
    } while ((asid + 1) % 256 != low);
}

static uint64_t touch_by_turns(void *argument, struct message *first)
{
    volatile uint64_t *shared = (volatile uint64_t *)(uintptr_t)SPACE_SHARED;

    (void)first;
    for (unsigned i = 0; i < 10; i++) {
        shared[1] += shared[0];
        thole_yield(); /* to the next of them: nobody else runs in between */
    }
    return shared[1] + (uintptr_t)argument;
}

/* Who confuses their numbers sees what the one before left in the TLB. */
static void spaces_with_numbers_that_end_alike_see_their_own_memory(void)
{
    static struct space space[ALIKE];
    struct helper *helper[ALIKE];

    for (unsigned i = 0; i < ALIKE; i++) {
        numbers_pass(64);
        space[i] = space_make();
    }
    for (unsigned i = 0; i < ALIKE; i++) {
        *(volatile uint64_t *)space[i].shared_seen = i + 1;
        helper[i] = HELPER_GO(touch_by_turns, i, PRIORITY_LOW, .space = &space[i]);
    }
    for (unsigned i = 0; i < ALIKE; i++) {
        CHECK_EQUAL(helper_join(helper[i]), 10 * (i + 1) + i);
        CHECK_EQUAL(((volatile uint64_t *)space[i].shared_seen)[1], 10 * (i + 1));
    }
}

static void tables_map(unsigned space)
{
    for (unsigned level = 0; level < 2; level++)
        CHECK_EQUAL(INVOKE(make(OBJECT_PAGE_TABLE, 0), PAGE_TABLE_MAP, space, INIT_IMAGE_ADDRESS),
                    RESULT_DONE);
}

static enum thole_result map_into(unsigned space, unsigned frame)
{
    return INVOKE(frame, FRAME_MAP, space, INIT_IMAGE_ADDRESS, RIGHT_READ, MEMORY_NORMAL);
}

/* What was mapped in the one is not unmapped in the other, which has its number now. */
static void a_space_with_the_number_of_another_keeps_what_it_maps(void)
{
    unsigned frame = make(OBJECT_FRAME, FRAME_BITS_4K), same = copy(frame, RIGHTS_ALL);
    unsigned third = make(OBJECT_FRAME, FRAME_BITS_4K), space, next;
    uint64_t asid, again;

    space = numbered_make(&asid);
    tables_map(space);
    CHECK_EQUAL(map_into(space, frame), RESULT_DONE);
    CHECK_EQUAL(delete(space), RESULT_DONE);
    do {
        next = numbered_make(&again);
        if (again != asid)
            CHECK_EQUAL(delete(next), RESULT_DONE);
    } while (again != asid);
    tables_map(next);
    CHECK_EQUAL(map_into(next, same), RESULT_DONE);
    CHECK_EQUAL(ASK(frame, FRAME_UNMAP), RESULT_DONE);
    CHECK_EQUAL(map_into(next, third), RESULT_OCCUPIED);
}

static const struct test tests[] = {
    TEST(only_a_new_address_space_is_given_a_number, "VSPACE0002", 0),
    TEST(a_space_without_number_maps_nothing, "VSPACE0002", 0),
    TEST(numbers_run_out_with_an_answer_and_come_back, "VSPACE0003 VSPACE0004 VSPACE0005", 0),
    TEST(every_space_runs_and_sees_its_own_memory, "VSPACE0006", 0),
    TEST(spaces_with_numbers_that_end_alike_see_their_own_memory, "VSPACE0006", 0),
    TEST(a_space_with_the_number_of_another_keeps_what_it_maps, "VSPACE0006", 0),
};

const struct test_group asid_group = TEST_GROUP(tests);
