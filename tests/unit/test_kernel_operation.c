/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every operation on every object: numbers that do not exist, missing rights,
 * words of nonsense. The fixture sees to it that a refusal changes nothing.
 */
#include <string.h>

#include "chance.h"

static unsigned slot_of_type[OBJECT_COUNT];

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    for (unsigned type = OBJECT_UNTYPED; type <= OBJECT_FRAME; type++)
        if (type != OBJECT_REPLY)
            slot_of_type[type] = make_sized(type, type == OBJECT_UNTYPED || type == OBJECT_FRAME
                                                      ? 12 : type == OBJECT_CAPTABLE ? 4 : 0);
    slot_of_type[OBJECT_IRQ_CONTROL] = INIT_SLOT_IRQ_CONTROL;
    slot_of_type[OBJECT_SCHED_CONTROL] = INIT_SLOT_SCHED_CONTROL;
    slot_of_type[OBJECT_ASID_CONTROL] = INIT_SLOT_ASID_CONTROL;
    slot_of_type[OBJECT_MACHINE] = INIT_SLOT_MACHINE;
    return 0;
}

static bool exists(enum thole_object type, unsigned number)
{
#define EXISTS(TYPE, each, NAME, ...) \
    if (type == OBJECT_##TYPE && number == each) \
        return true;
    THOLE_OPERATIONS(EXISTS)
#undef EXISTS
    return false;
}

static bool is_operable(enum thole_object type)
{
    return slot_of_type[type] != 0 && type != OBJECT_ENDPOINT;
}

static void operations_that_do_not_exist_are_bad(void **state)
{
    const unsigned large[] = { 10, 11, 255, 256, 1u << 16, UINT32_MAX };

    (void)state;
    for (unsigned type = 1; type < OBJECT_COUNT; type++) {
        if (!is_operable(type))
            continue;
        for (unsigned number = 0; number < 10; number++)
            if (!exists(type, number))
                assert_result(invoke(slot_of_type[type], number), BAD_OPERATION);
        for (unsigned index = 0; index < 6; index++)
            assert_result(invoke(slot_of_type[type], large[index]), BAD_OPERATION);
    }
}

static void each_operation_asks_for_its_right(void **state)
{
    (void)state;
#define WITHOUT(TYPE, number, NAME, right, ...)                                                   \
    if (OBJECT_##TYPE != OBJECT_UNTYPED && OBJECT_##TYPE != OBJECT_PAGE_TABLE)                    \
        assert_result(invoke(mint(slot_of_type[OBJECT_##TYPE], RIGHTS_ALL & ~RIGHT_##right, 0),   \
                             number),                                                             \
                      NO_RIGHT);
    THOLE_OPERATIONS(WITHOUT)
#undef WITHOUT
}

/* Nothing but the sanitizers, the invariants and the comparison of memory judges. */
static void words_of_nonsense_do_no_harm(void **state)
{
    static const uint64_t word[] = { 0, 1, 13, 64, 4095, 1ULL << 13, 1ULL << 39, 1ULL << 63,
                                     UINT64_MAX };

    (void)state;
    chance_seed(11);
#define NONSENSE(TYPE, number, NAME, ...)                                                         \
    for (unsigned tries = 0; OBJECT_##TYPE != OBJECT_MACHINE && tries < 60; tries++)              \
        if (slot_in_use(slot_of_type[OBJECT_##TYPE]))                                             \
            invoke(slot_of_type[OBJECT_##TYPE], number, word[chance_below(9)],                    \
                   word[chance_below(9)], word[chance_below(9)], word[chance_below(9)],           \
                   word[chance_below(9)]);
    THOLE_OPERATIONS(NONSENSE)
#undef NONSENSE
}

static void the_machine_prints_what_it_has_room_for(void **state)
{
    uint64_t text;

    (void)state;
    memcpy(&text, "thole!!!", sizeof(text));
    sim.printed_bytes = 0;
    must(INIT_SLOT_MACHINE, MACHINE_PRINT, 6, text);
    assert_int_equal(answer[0], 6);
    assert_memory_equal(sim.printed, "thole!", 6);
    sim.printed_bytes = 0;
    must(INIT_SLOT_MACHINE, MACHINE_PRINT, 19, text, text, text);
    assert_int_equal(answer[0], 19);
    assert_memory_equal(sim.printed, "thole!!!thole!!!tho", 19);
    sim.print_room = 3;
    must(INIT_SLOT_MACHINE, MACHINE_PRINT, 8, text);
    assert_int_equal(answer[0], 3);
    must(INIT_SLOT_MACHINE, MACHINE_PRINT, 40, text);
    assert_int_equal(thole_tag_words(here()->current->frame.x[1]), 1);
    assert_int_equal(answer[0], 0);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_PRINT, 41, text), BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_PRINT, UINT64_MAX, text), BAD_ARGUMENT);
}

static enum sim_ending ending_of(unsigned operation)
{
    jmp_buf ending;
    int how = setjmp(ending);

    sim.ending = &ending;
    if (how == 0)
        invoke(INIT_SLOT_MACHINE, operation);
    sim.ending = NULL;
    return (enum sim_ending)how;
}

static void the_machine_goes_off_and_resets(void **state)
{
    (void)state;
    assert_int_equal(ending_of(MACHINE_POWER_OFF), SIM_POWER_OFF);
    assert_int_equal(ending_of(MACHINE_RESET), SIM_RESET);
}

static void without_firmware_the_machine_goes_on(void **state)
{
    (void)state;
    sim.no_firmware = true;
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_POWER_OFF), NOT_READY);
    assert_result(invoke(INIT_SLOT_MACHINE, MACHINE_RESET), NOT_READY);
    must(INIT_SLOT_MACHINE, MACHINE_PRINT, 0);
}

int main(void)
{
    const struct CMUnitTest operation_tests[] = {
        cmocka_unit_test_setup(operations_that_do_not_exist_are_bad, boot),
        cmocka_unit_test_setup(each_operation_asks_for_its_right, boot),
        cmocka_unit_test_setup(words_of_nonsense_do_no_harm, boot),
        cmocka_unit_test_setup(the_machine_prints_what_it_has_room_for, boot),
        cmocka_unit_test_setup(the_machine_goes_off_and_resets, boot),
        cmocka_unit_test_setup(without_firmware_the_machine_goes_on, boot),
    };

    return RUN_EACH(operation_tests);
}
