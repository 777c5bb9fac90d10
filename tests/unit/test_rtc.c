/* SPDX-License-Identifier: BSD-2-Clause */
/* The real-time clock's driver, device and protocol, against the modelled PL031. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/pl031_model.h"

int rtc_main(void);
#define main rtc_main
#include "drivers/rtc/pl031/main.c"
#undef main

#define NOW 1700000000u

static struct startup_edge *client[3];
static uint64_t word[6];

static int with_driver(void **state)
{
    (void)state;
    fake_reset();
    fake.registers = CLOCK_REGISTER_BYTES;
    for (unsigned i = 0; i < 3; i++)
        client[i] = fake_edge(EDGE_PROVIDE, "client", NULL, 0);
    pl031_model_power_on(NOW);
    memset(&rtc, 0, sizeof(rtc));
    assert_int_equal(fake_start(rtc_main), -1);
    return 0;
}

static uint32_t ask(unsigned who, uint32_t operation, uint64_t seconds)
{
    memset(word, 0, sizeof(word));
    word[0] = seconds;
    return fake_request(client[who], operation, word);
}

static void pass(uint32_t seconds)
{
    for (; seconds > 0; seconds--) {
        pl031_model_pass(1);
        for (unsigned i = 0; pl031_model_interrupt(); i++) {
            assert_true(i < 3); /* it would never end */
            fake.server->interrupt(34, 0);
        }
    }
}

static void the_time_is_the_devices(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_GET, 0), SERVICE_OK);
    assert_int_equal(word[0], NOW);
    pass(5);
    ask(0, REALTIME_GET, 0);
    assert_int_equal(word[0], NOW + 5);
}

static void the_time_can_be_set(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_SET, 4000000000u), SERVICE_OK);
    pass(1);
    ask(0, REALTIME_GET, 0);
    assert_int_equal(word[0], 4000000000u);
    assert_int_equal(ask(0, REALTIME_SET, 1ull << 32), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, REALTIME_SET, UINT32_MAX), SERVICE_OK);
    assert_false(pl031_model_interrupt());
}

static void each_waits_for_his_second(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 7), SERVER_LATER);
    assert_int_equal(ask(1, REALTIME_WAIT, NOW + 3), SERVER_LATER);
    unsigned second = fake.reserved;
    assert_int_equal(ask(2, REALTIME_WAIT, NOW + 7), SERVER_LATER);
    pass(2);
    assert_int_equal(fake.answers, 0);
    pass(1);
    assert_int_equal(fake.answers, 1);
    assert_int_equal(fake.answer[0].reply, second);
    assert_int_equal(fake.answer[0].word[0], NOW + 3);
    pass(3);
    assert_int_equal(fake.answers, 1);
    pass(1);
    assert_int_equal(fake.answers, 3);
    assert_false(pl031_model_interrupt());
    assert_int_equal(pl031_model.mask, 0);
}

static void what_is_past_is_answered_at_once(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_WAIT, 0), SERVICE_OK);
    assert_int_equal(word[0], NOW);
    assert_int_equal(ask(0, REALTIME_WAIT, NOW), SERVICE_OK);
    assert_int_equal(ask(0, REALTIME_WAIT, 1ull << 32), SERVICE_BAD_ARGUMENT);
}

/* Seconds that pass while the alarm is being set do not let it be missed. */
static void no_second_is_missed(void **state)
{
    for (uint32_t ahead = 1; ahead < 20; ahead++) {
        with_driver(state);
        pl031_model.drift = 1;
        uint32_t result = ask(0, REALTIME_WAIT, NOW + ahead);
        pl031_model.drift = 0;
        pass(ahead + 1);
        if (result == SERVER_LATER)
            assert_int_equal(fake.answers, 1);
    }
}

static void who_waits_goes_by_the_new_time(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 100), SERVER_LATER);
    assert_int_equal(ask(1, REALTIME_WAIT, NOW + 1000), SERVER_LATER);
    assert_int_equal(ask(2, REALTIME_SET, NOW + 500), SERVICE_OK);
    pass(2);
    assert_int_equal(fake.answers, 1);
    assert_int_equal(ask(2, REALTIME_SET, NOW - 500), SERVICE_OK);
    pass(1400);
    assert_int_equal(fake.answers, 1);
    pass(102);
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[1].word[0], NOW + 1000);
}

static void without_a_slot_for_its_reply_a_request_is_answered_busy(void **state)
{
    (void)state;
    fake.slots = 1;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 1), SERVER_LATER);
    assert_int_equal(ask(1, REALTIME_WAIT, NOW + 1), SERVICE_BUSY);
    pass(1);
    assert_int_equal(fake.answers, 1);
}

static void a_new_incarnation_of_a_client_takes_its_place(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 1), SERVER_LATER);
    unsigned first = fake.reserved;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 2), SERVER_LATER);
    assert_int_equal(fake.answer[0].reply, first);
    pass(2);
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.slots, 16);
}

/* The alarm of the last driver is gone, and its time is not. */
static void a_new_incarnation_takes_the_clock_over(void **state)
{
    (void)state;
    assert_int_equal(ask(0, REALTIME_WAIT, NOW + 1), SERVER_LATER);
    pl031_model_pass(1);
    memset(&rtc, 0, sizeof(rtc));
    assert_int_equal(fake_start(rtc_main), -1);
    assert_false(pl031_model_interrupt());
    ask(0, REALTIME_GET, 0);
    assert_int_equal(word[0], NOW + 1);
}

static void without_registers_it_says_so_and_ends(void **state)
{
    (void)state;
    fake.registers = 16;
    memset(&rtc, 0, sizeof(rtc));
    assert_int_equal(fake_start(rtc_main), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, "no registers of a PL031: 16 bytes, not 4096");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(the_time_is_the_devices),
        TEST(the_time_can_be_set),
        TEST(each_waits_for_his_second),
        TEST(what_is_past_is_answered_at_once),
        TEST(no_second_is_missed),
        TEST(who_waits_goes_by_the_new_time),
        TEST(without_a_slot_for_its_reply_a_request_is_answered_busy),
        TEST(a_new_incarnation_of_a_client_takes_its_place),
        TEST(a_new_incarnation_takes_the_clock_over),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
