/* SPDX-License-Identifier: BSD-2-Clause */
/* The Pi's generator of random numbers, device and protocol, against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <service/result.h>

#include "fake_program.h"
#include "tests/model_devices/rng200_model.h"

int rng200_main(void);
#define main rng200_main
#include "drivers/rng/bcm2711-rng200/main.c"
#undef main

#define NIST_FAIL   (1u << 5)
#define MASTER_FAIL (1u << 31)

static uint32_t shared[2][1024];
static const struct startup_edge *client[2];

static void start(void)
{
    memset(&state, 0, sizeof(state));
    assert_int_equal(fake_start(rng200_main), -1);
}

static int with_driver(void **unused)
{
    (void)unused;
    fake_reset();
    fake.registers = 0x28;
    memset(shared, 0, sizeof(shared));
    client[0] = fake_edge(EDGE_PROVIDE, "tls", shared[0], sizeof(shared[0]));
    client[1] = fake_edge(EDGE_PROVIDE, "board", shared[1], sizeof(shared[1]));
    rng200_model_firmware();
    start();
    return 0;
}

static uint32_t ask(unsigned who, uint64_t bytes, uint64_t *count)
{
    uint64_t word[6] = {bytes};
    uint32_t result = fake_request(client[who], RANDOM_READ, word);
    *count = word[0];
    return result;
}

static uint32_t ask_later(unsigned who)
{
    uint64_t count;
    return ask(who, 4, &count);
}

static void wake(void)
{
    assert_true(fake.armed > fake.now);
    fake.now = fake.armed;
    fake.server->timer(fake.armed, fake.now);
}

static void a_device_that_the_firmware_left_on_gives_at_once(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 12, &count), SERVICE_OK);
    assert_int_equal(count, 12);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(shared[0][i], i + 1);
    assert_int_equal(rng200_model_restarts(), 0);
    assert_int_equal(rng200_model_interrupts(), 0);
}

static void no_more_is_given_than_asked_for_and_than_there_is(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 5, &count), SERVICE_OK);
    assert_int_equal(count, 5);
    assert_int_equal(shared[0][1], 2);
    assert_int_equal(((uint8_t *)shared[0])[5], 0);
    assert_int_equal(ask(0, 4096, &count), SERVICE_OK);
    assert_int_equal(count, 12);
    assert_int_equal(shared[0][0], 3);
    assert_int_equal(shared[0][3], 0);
    rng200_model_pass(1000);
    assert_int_equal(ask(0, 4096, &count), SERVICE_OK);
    assert_int_equal(count, RANDOM_AT_ONCE);
}

static void each_word_goes_to_one_client(void **unused)
{
    (void)unused;
    uint64_t count;
    uint32_t next = 1;
    for (unsigned i = 0; i < 100; i++) {
        rng200_model_pass(3);
        assert_int_equal(ask(i % 2, 8, &count), SERVICE_OK);
        assert_int_equal(count, 8);
        assert_true(shared[i % 2][0] >= next && shared[i % 2][1] > shared[i % 2][0]);
        next = shared[i % 2][1] + 1;
    }
}

static void requests_that_cannot_be_are_refused(void **unused)
{
    (void)unused;
    uint64_t count;
    const uint64_t wrong[] = {0, 4097, UINT64_MAX, 1ull << 32};
    for (unsigned i = 0; i < COUNT_OF(wrong); i++)
        assert_int_equal(ask(0, wrong[i], &count), SERVICE_BAD_ARGUMENT);
    assert_int_equal(rng200_model_words(), 5);
}

static void who_finds_nothing_waits_in_line(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 20, &count), SERVICE_OK);
    assert_int_equal(ask_later(1), SERVER_LATER);
    unsigned first = fake.reserved;
    assert_int_equal(ask_later(0), SERVER_LATER);
    wake();
    assert_int_equal(fake.answers, 0);
    rng200_model_pass(1);
    wake();
    assert_int_equal(fake.answers, 1);
    assert_int_equal(fake.answer[0].reply, first);
    assert_int_equal(fake.answer[0].result, SERVICE_OK);
    assert_int_equal(fake.answer[0].word[0], 4);
    assert_int_equal(shared[1][0], 6);
    rng200_model_pass(1);
    wake();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(shared[0][0], 7);
    assert_int_equal(fake.armed, 0);
}

/* Not past those who wait, though there is something for him. */
static void nobody_jumps_the_line(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 20, &count), SERVICE_OK);
    assert_int_equal(ask_later(1), SERVER_LATER);
    rng200_model_pass(5);
    assert_int_equal(ask_later(0), SERVER_LATER);
    wake();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(shared[1][0], 6);
    assert_int_equal(shared[0][0], 7);
}

static void a_device_that_makes_nothing_fails_after_a_second(void **unused)
{
    (void)unused;
    uint64_t count, before;
    assert_int_equal(ask(0, 20, &count), SERVICE_OK);
    before = fake.now;
    assert_int_equal(ask_later(0), SERVER_LATER);
    for (unsigned i = 0; fake.answers == 0; i++) {
        assert_true(i < 2000);
        wake();
    }
    assert_int_equal(fake.now - before, 1000000000u);
    assert_int_equal(fake.answer[0].result, SERVICE_FAILED);
    assert_int_equal(fake.answer[0].words, 0);
}

static void too_many_who_wait_are_told(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 20, &count), SERVICE_OK);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(ask_later(0), SERVER_LATER);
    assert_int_equal(ask_later(1), SERVICE_BUSY);
    fake.now += 2000000000u;
    fake.server->timer(fake.armed, fake.now);
    assert_int_equal(fake.answers, 8);
    fake.slots = 0;
    assert_int_equal(ask_later(1), SERVICE_BUSY);
}

static void a_device_that_is_off_is_switched_on_and_its_first_bits_are_left_out(void **unused)
{
    (void)unused;
    rng200_model_power_on();
    start();
    assert_int_equal(ask_later(0), SERVER_LATER);
    rng200_model_pass(1000);
    wake();
    assert_int_equal(fake.answers, 0);
    rng200_model_warm_up();
    rng200_model_pass(1);
    wake();
    assert_int_equal(fake.answers, 1);
    assert_int_equal(rng200_model_restarts(), 0);
}

static void a_device_left_in_reset_is_started(void **unused)
{
    (void)unused;
    uint64_t count;
    rng200_model_leave_in_reset();
    start();
    rng200_model_warm_up();
    rng200_model_pass(2);
    assert_int_equal(ask(0, 4, &count), SERVICE_OK);
}

static void what_a_failed_test_spoiled_goes_to_nobody(void **unused)
{
    (void)unused;
    const uint32_t fails[] = {NIST_FAIL, MASTER_FAIL, NIST_FAIL | MASTER_FAIL};
    for (unsigned i = 0; i < COUNT_OF(fails); i++) {
        with_driver(NULL);
        rng200_model_fail(fails[i]);
        rng200_model_pass(3);
        assert_int_equal(ask_later(0), SERVER_LATER);
        assert_int_equal(rng200_model_restarts(), 1);
        assert_int_equal(fake.logs, 1);
        rng200_model_warm_up();
        rng200_model_pass(2);
        wake();
        assert_int_equal(fake.answers, 1);
        assert_int_equal(fake.answer[0].result, SERVICE_OK);
        assert_int_equal(shared[0][0] & RNG200_MODEL_BAD, 0);
    }
}

static void one_that_stays_sick_gives_nothing_and_fills_no_log(void **unused)
{
    (void)unused;
    rng200_model_stay_sick(true);
    rng200_model_fail(NIST_FAIL);
    assert_int_equal(ask_later(0), SERVER_LATER);
    for (unsigned i = 0; fake.answers == 0; i++) {
        assert_true(i < 2000);
        rng200_model_warm_up();
        rng200_model_pass(2);
        wake();
    }
    assert_int_equal(fake.answer[0].result, SERVICE_FAILED);
    assert_int_equal(shared[0][0], 0);
    assert_true(fake.logs <= 2);
    rng200_model_stay_sick(false);
    assert_int_equal(ask_later(0), SERVER_LATER);
    rng200_model_warm_up();
    rng200_model_pass(2);
    wake();
    assert_int_equal(fake.answer[1].result, SERVICE_OK);
}

static void one_that_is_stuck_is_found_out(void **unused)
{
    (void)unused;
    uint64_t count;
    assert_int_equal(ask(0, 20, &count), SERVICE_OK);
    memset(shared, 0, sizeof(shared));
    rng200_model_stick();
    rng200_model_pass(2);
    assert_int_equal(ask(0, 16, &count), SERVER_LATER);
    assert_int_equal(rng200_model_restarts(), 1);
    for (size_t i = 0; i < 1024; i++)
        assert_int_equal(shared[0][i], 0);
    /* Also from one request to the next. */
    rng200_model_warm_up();
    rng200_model_pass(1);
    wake();
    rng200_model_pass(1);
    assert_int_equal(ask_later(1), SERVER_LATER);
    assert_int_equal(rng200_model_restarts(), 2);
}

static void registers_that_lie_give_nothing_and_hang_nobody(void **unused)
{
    (void)unused;
    const uint32_t lies[] = {0, UINT32_MAX, 0x7fffffff, 0xff};
    for (unsigned i = 0; i < COUNT_OF(lies); i++) {
        with_driver(NULL);
        rng200_model_lie(lies[i]);
        start();
        assert_int_equal(ask_later(0), SERVER_LATER);
        for (unsigned j = 0; fake.answers == 0; j++) {
            assert_true(j < 2000);
            wake();
        }
    }
}

static void without_registers_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.registers = 0x24;
    assert_int_equal(fake_start(rng200_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(a_device_that_the_firmware_left_on_gives_at_once),
        TEST(no_more_is_given_than_asked_for_and_than_there_is),
        TEST(each_word_goes_to_one_client),
        TEST(requests_that_cannot_be_are_refused),
        TEST(who_finds_nothing_waits_in_line),
        TEST(nobody_jumps_the_line),
        TEST(a_device_that_makes_nothing_fails_after_a_second),
        TEST(too_many_who_wait_are_told),
        TEST(a_device_that_is_off_is_switched_on_and_its_first_bits_are_left_out),
        TEST(a_device_left_in_reset_is_started),
        TEST(what_a_failed_test_spoiled_goes_to_nobody),
        TEST(one_that_stays_sick_gives_nothing_and_fills_no_log),
        TEST(one_that_is_stuck_is_found_out),
        TEST(registers_that_lie_give_nothing_and_hang_nobody),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
