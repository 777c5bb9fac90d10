/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's mailbox, device and protocol, against a modelled firmware. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/mbox_model.h"

int mbox_main(void);
#define main mbox_main
#include "drivers/firmware/bcm2835-mbox/main.c"
#undef main

#define BUS 0xc0040000u

static _Alignas(4096) uint8_t memory[4096];
static const struct startup_edge *client;

/* Death and start of the driver: device and memory stay. */
static void restart(void)
{
    fake.startup.incarnation++;
    assert_int_equal(fake_start(mbox_main), -1);
}

static int with_driver(void **unused)
{
    (void)unused;
    fake_reset();
    fake.registers = 0x40;
    fake.startup.dma =
        (struct startup_dma){.address = (uintptr_t)memory, .bytes = sizeof(memory), .bus = BUS};
    client = fake_edge(EDGE_PROVIDE, "board", NULL, 0);
    memset(memory, 0xa5, sizeof(memory)); /* as somebody left it */
    mbox_model_reset(memory, sizeof(memory), BUS);
    assert_int_equal(fake_start(mbox_main), -1);
    return 0;
}

static uint32_t ask_later(uint32_t operation, uint64_t argument)
{
    uint64_t word[6] = {argument};
    return fake_request(client, operation, word);
}

/* All interrupts that the device raises are handled. */
static void settle(void)
{
    for (unsigned i = 0; mbox_model_interrupt(); i++) {
        assert_true(i < 100);
        fake.server->interrupt(65, 0);
    }
}

static void wake(void)
{
    assert_true(fake.armed > fake.now);
    fake.now = fake.armed;
    fake.server->timer(fake.armed, fake.now);
}

static const struct fake_answer *last(void)
{
    assert_true(fake.answers > 0);
    return &fake.answer[fake.answers - 1];
}

/* A question with an answer, whatever it is, within the firmware's turn or the time. */
static uint32_t ask_now(uint32_t operation, uint64_t argument)
{
    unsigned before = fake.answers;
    assert_int_equal(ask_later(operation, argument), SERVER_LATER);
    mbox_model_turn();
    settle();
    for (unsigned i = 0; fake.answers == before; i++) {
        assert_true(i < 1000);
        wake();
    }
    assert_int_equal(fake.answers, before + 1);
    return last()->result;
}

static void the_firmware_is_asked_and_its_answers_are_told(void **unused)
{
    (void)unused;
    assert_int_equal(ask_now(FIRMWARE_REVISION, 0), SERVICE_OK);
    assert_int_equal(last()->words, 1);
    assert_int_equal(last()->word[0], 0x5f000000);
    assert_int_equal(ask_now(FIRMWARE_BOARD, 0), SERVICE_OK);
    assert_int_equal(last()->words, 2);
    assert_int_equal(last()->word[0], 0xc03114);
    assert_int_equal(last()->word[1], 0x1000000089abcdef);
    assert_int_equal(ask_now(FIRMWARE_MEMORY, 0), SERVICE_OK);
    assert_int_equal(last()->words, 2);
    assert_int_equal(last()->word[0], 0);
    assert_int_equal(last()->word[1], 0x3b400000);
    assert_int_equal(ask_now(FIRMWARE_TEMPERATURE, 0), SERVICE_OK);
    assert_int_equal(last()->words, 2);
    assert_int_equal(last()->word[0], 48312);
    assert_int_equal(last()->word[1], 85000);
    assert_int_equal(ask_now(FIRMWARE_MAC, 0), SERVICE_OK);
    assert_int_equal(last()->words, 1);
    assert_int_equal(last()->word[0], 0xdca632010203);
    assert_int_equal(fake.logs, 0);
    assert_int_equal(fake.armed, 0);
}

static void clocks_are_told_apart_and_one_that_is_not_there_is_not_found(void **unused)
{
    (void)unused;
    assert_int_equal(ask_now(FIRMWARE_CLOCK, MBOX_MODEL_CLOCKS), SERVICE_OK);
    assert_int_equal(last()->words, 3);
    assert_int_equal(last()->word[0], 500000000);
    assert_int_equal(last()->word[1], 250000000);
    assert_int_equal(last()->word[2], 550000000);
    assert_int_equal(ask_now(FIRMWARE_CLOCK, MBOX_MODEL_CLOCKS + 1), SERVICE_NOT_FOUND);
    assert_int_equal(ask_later(FIRMWARE_CLOCK, 0), SERVICE_NOT_FOUND);
    assert_int_equal(ask_later(FIRMWARE_CLOCK, 1ull << 32 | 1), SERVICE_NOT_FOUND);
    assert_int_equal(fake.logs, 0);
}

static void questions_wait_in_line_and_are_answered_in_order(void **unused)
{
    (void)unused;
    unsigned reply[WAITERS];
    for (unsigned i = 0; i < WAITERS; i++) {
        assert_int_equal(ask_later(i % 2 ? FIRMWARE_MAC : FIRMWARE_REVISION, 0), SERVER_LATER);
        reply[i] = fake.reserved;
    }
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVICE_BUSY);
    for (unsigned i = 0; i < WAITERS; i++) {
        assert_int_equal(mbox_model_turn(), 1);
        settle();
        assert_int_equal(fake.answers, i + 1);
        assert_int_equal(last()->reply, reply[i]);
        assert_int_equal(last()->word[0], i % 2 ? 0xdca632010203 : 0x5f000000);
    }
    assert_int_equal(mbox_model_turn(), 0);
}

static void without_a_slot_for_the_reply_it_is_busy(void **unused)
{
    (void)unused;
    fake.slots = 0;
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVICE_BUSY);
    assert_int_equal(mbox_model_turn(), 0);
}

static void what_is_no_answer_fails_and_is_told_once(void **unused)
{
    (void)unused;
    const enum mbox_model_manner wrong[] = {MBOX_SILENT,        MBOX_ERROR,     MBOX_UNANSWERED,
                                            MBOX_TAG_UNKNOWN,   MBOX_TAG_OTHER, MBOX_SHORT,
                                            MBOX_OTHER_ADDRESS, MBOX_GARBAGE};
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        for (uint32_t operation = FIRMWARE_REVISION; operation <= FIRMWARE_MAC; operation++) {
            mbox_model_manner(wrong[i]);
            assert_int_equal(ask_now(operation, 1), SERVICE_FAILED);
            assert_int_equal(last()->words, 0);
        }
        assert_int_equal(fake.logs, i + 1);
        mbox_model_manner(MBOX_HONEST);
        assert_int_equal(ask_now(FIRMWARE_MAC, 0), SERVICE_OK);
        assert_int_equal(last()->word[0], 0xdca632010203);
        fake.answers = 0;
    }
}

static void a_number_of_another_clock_or_sensor_is_no_answer(void **unused)
{
    (void)unused;
    mbox_model_manner(MBOX_OTHER_CLOCK);
    assert_int_equal(ask_now(FIRMWARE_CLOCK, 1), SERVICE_FAILED);
    assert_int_equal(ask_now(FIRMWARE_TEMPERATURE, 0), SERVICE_FAILED);
}

/* Its beginning is there; nothing beyond it is looked at. */
static void an_answer_longer_than_its_room_is_taken_as_far_as_it_goes(void **unused)
{
    (void)unused;
    mbox_model_manner(MBOX_LONG);
    assert_int_equal(ask_now(FIRMWARE_MEMORY, 0), SERVICE_OK);
    assert_int_equal(last()->word[1], 0x3b400000);
}

static void a_silent_firmware_costs_a_second_and_the_next_question_is_asked(void **unused)
{
    (void)unused;
    mbox_model_manner(MBOX_SILENT);
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    assert_int_equal(ask_later(FIRMWARE_REVISION, 0), SERVER_LATER);
    mbox_model_turn();
    uint64_t before = fake.now;
    wake();
    assert_int_equal(fake.now - before, 1000000000u);
    assert_int_equal(fake.answers, 1);
    assert_int_equal(last()->result, SERVICE_FAILED);
    mbox_model_manner(MBOX_HONEST);
    assert_int_equal(mbox_model_turn(), 1);
    settle();
    assert_int_equal(last()->result, SERVICE_OK);
}

static void an_answer_that_comes_too_late_is_nobodys(void **unused)
{
    (void)unused;
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    wake(); /* a second is over, and the firmware has not looked yet */
    assert_int_equal(last()->result, SERVICE_FAILED);
    assert_int_equal(ask_later(FIRMWARE_REVISION, 0), SERVER_LATER);
    uint32_t second = mbox_model_last();
    assert_int_equal(mbox_model_turn(), 2);
    settle();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(last()->word[0], 0x5f000000);
    mbox_model_message(second);
    settle();
    assert_int_equal(fake.answers, 2);
}

static void an_answer_without_an_interrupt_is_found_by_the_timer(void **unused)
{
    (void)unused;
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    mbox_model_turn();
    wake();
    assert_int_equal(last()->result, SERVICE_OK);
}

static void a_firmware_without_room_is_waited_for_but_not_for_ever(void **unused)
{
    (void)unused;
    mbox_model_full(true);
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    for (unsigned i = 0; i < 10; i++)
        wake();
    assert_int_equal(fake.answers, 0);
    mbox_model_full(false);
    wake();
    assert_int_equal(mbox_model_turn(), 1);
    settle();
    assert_int_equal(last()->result, SERVICE_OK);
    mbox_model_full(true);
    uint64_t before = fake.now;
    assert_int_equal(ask_now(FIRMWARE_MAC, 0), SERVICE_FAILED);
    assert_int_equal(fake.now - before, 1000000000u);
}

static void messages_that_nobody_asked_for_are_dropped(void **unused)
{
    (void)unused;
    mbox_model_message(0);
    mbox_model_message(UINT32_MAX);
    mbox_model_message(BUS | PROPERTY_CHANNEL);
    settle();
    assert_int_equal(mbox_model_waiting(), 0);
    assert_int_equal(ask_now(FIRMWARE_MAC, 0), SERVICE_OK);
}

static void a_firmware_that_never_stops_talking_is_left_after_some_messages(void **unused)
{
    (void)unused;
    mbox_model_chatter();
    fake.server->interrupt(65, 0);
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    mbox_model_turn();
    fake.server->interrupt(65, 0);
    assert_int_equal(last()->result, SERVICE_OK);
}

/* The driver before asked, and died; its answer comes to us, for a place that we use as well. */
static void a_restarted_driver_is_not_misled_by_its_predecessors_answer(void **unused)
{
    (void)unused;
    assert_int_equal(ask_later(FIRMWARE_MAC, 0), SERVER_LATER);
    uint32_t before = mbox_model_last();
    restart();
    assert_int_equal(ask_later(FIRMWARE_REVISION, 0), SERVER_LATER);
    assert_int_equal(mbox_model_last(), before);
    mbox_model_manner(MBOX_UNANSWERED);
    mbox_model_message(before);
    settle();
    assert_int_equal(fake.answers, 0);
    mbox_model_manner(MBOX_SILENT);
    mbox_model_turn();
    mbox_model_manner(MBOX_HONEST);
    wake();
    assert_int_equal(last()->result, SERVICE_FAILED);
    assert_int_equal(ask_now(FIRMWARE_REVISION, 0), SERVICE_OK);
}

static void no_two_questions_in_a_row_lie_in_the_same_place(void **unused)
{
    (void)unused;
    uint32_t before = 0;
    for (unsigned i = 0; i < 100; i++) {
        fake.answers = 0;
        assert_int_equal(ask_now(FIRMWARE_MAC, 0), SERVICE_OK);
        assert_int_not_equal(mbox_model_last(), before);
        before = mbox_model_last();
    }
}

static void memory_that_a_message_cannot_name_is_refused(void **unused)
{
    (void)unused;
    const struct startup_dma wrong[] = {
        {.address = 0, .bytes = 0, .bus = 0},
        {.address = (uintptr_t)memory, .bytes = 128, .bus = BUS},
        {.address = (uintptr_t)memory, .bytes = 4096, .bus = BUS + 8},
        {.address = (uintptr_t)memory, .bytes = 4096, .bus = 0xfffff800},
        {.address = (uintptr_t)memory, .bytes = 4096, .bus = 0x100000000},
    };
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        fake.startup.dma = wrong[i];
        assert_int_equal(fake_start(mbox_main), PROGRAM_EXIT_FOR_GOOD);
        assert_int_equal(fake.logs, i + 1);
    }
}

static void without_registers_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.registers = 0x20;
    assert_int_equal(fake_start(mbox_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(the_firmware_is_asked_and_its_answers_are_told),
        TEST(clocks_are_told_apart_and_one_that_is_not_there_is_not_found),
        TEST(questions_wait_in_line_and_are_answered_in_order),
        TEST(without_a_slot_for_the_reply_it_is_busy),
        TEST(what_is_no_answer_fails_and_is_told_once),
        TEST(a_number_of_another_clock_or_sensor_is_no_answer),
        TEST(an_answer_longer_than_its_room_is_taken_as_far_as_it_goes),
        TEST(a_silent_firmware_costs_a_second_and_the_next_question_is_asked),
        TEST(an_answer_that_comes_too_late_is_nobodys),
        TEST(an_answer_without_an_interrupt_is_found_by_the_timer),
        TEST(a_firmware_without_room_is_waited_for_but_not_for_ever),
        TEST(messages_that_nobody_asked_for_are_dropped),
        TEST(a_firmware_that_never_stops_talking_is_left_after_some_messages),
        TEST(a_restarted_driver_is_not_misled_by_its_predecessors_answer),
        TEST(no_two_questions_in_a_row_lie_in_the_same_place),
        TEST(memory_that_a_message_cannot_name_is_refused),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
