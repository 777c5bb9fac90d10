/* SPDX-License-Identifier: BSD-2-Clause */
/* The Pi's watchdog and reset, device and protocol, against the modelled block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <service/result.h>

#include "fake_program.h"
#include "tests/model_devices/pm_model.h"

int pm_main(void);
#define main pm_main
#include "drivers/power/bcm2835-pm/main.c"
#undef main

static struct startup_edge *owner, *other;

/* Death and start of the driver: the device stays. */
static void restart(void)
{
    fake.startup.incarnation++;
    assert_int_equal(fake_start(pm_main), -1);
}

static int with_driver(void **unused)
{
    (void)unused;
    fake_reset();
    fake.registers = 0x114;
    owner = fake_edge(EDGE_PROVIDE, "watchdog", NULL, 0);
    other = fake_edge(EDGE_PROVIDE, "board", NULL, 0);
    pm_model_power_on();
    assert_int_equal(fake_start(pm_main), -1);
    return 0;
}

static uint32_t ask(const struct startup_edge *client, uint32_t operation, uint64_t *word)
{
    uint64_t words[6] = {*word};
    uint32_t result = fake_request(client, operation, words);
    *word = words[0];
    return result;
}

static uint32_t start_for(uint64_t seconds)
{
    return ask(owner, WATCHDOG_START, &seconds);
}

static uint32_t simple(const struct startup_edge *client, uint32_t operation)
{
    uint64_t word = 0;
    return ask(client, operation, &word);
}

static void a_watchdog_that_is_not_fed_resets_the_machine(void **unused)
{
    (void)unused;
    pm_model_pass(100000);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    assert_int_equal(start_for(3), SERVICE_OK);
    pm_model_pass(2900);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    pm_model_pass(101);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
}

static void feeding_gives_the_whole_time_again(void **unused)
{
    (void)unused;
    assert_int_equal(start_for(3), SERVICE_OK);
    for (unsigned i = 0; i < 20; i++) {
        pm_model_pass(2900);
        assert_int_equal(simple(owner, WATCHDOG_FEED), SERVICE_OK);
    }
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    assert_int_equal(start_for(1), SERVICE_OK);
    pm_model_pass(1000);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
}

static void the_longest_time_is_told_and_is_not_passed(void **unused)
{
    (void)unused;
    const uint64_t wrong[] = {0, PM_SECONDS_MAX + 1, 16, UINT32_MAX, UINT64_MAX, 1ull << 32};
    for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
        uint64_t word = wrong[i];
        assert_int_equal(ask(owner, WATCHDOG_START, &word), SERVICE_BAD_ARGUMENT);
        assert_int_equal(word, PM_SECONDS_MAX);
    }
    pm_model_pass(1);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    assert_int_equal(start_for(PM_SECONDS_MAX), SERVICE_OK);
    pm_model_pass(PM_SECONDS_MAX * 1000 - 10);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    pm_model_pass(11);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
}

static void a_stopped_watchdog_does_nothing_and_cannot_be_fed(void **unused)
{
    (void)unused;
    assert_int_equal(simple(owner, WATCHDOG_FEED), SERVICE_NOT_FOUND);
    assert_int_equal(start_for(1), SERVICE_OK);
    assert_int_equal(simple(owner, WATCHDOG_STOP), SERVICE_OK);
    pm_model_pass(100000);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
    assert_int_equal(simple(owner, WATCHDOG_FEED), SERVICE_NOT_FOUND);
}

static void others_may_look_and_no_more(void **unused)
{
    (void)unused;
    uint64_t word[6] = {5};
    assert_int_equal(start_for(3), SERVICE_OK);
    assert_int_equal(fake_request(other, WATCHDOG_START, word), SERVICE_NOT_PERMITTED);
    assert_int_equal(simple(other, WATCHDOG_FEED), SERVICE_NOT_PERMITTED);
    assert_int_equal(simple(other, WATCHDOG_STOP), SERVICE_NOT_PERMITTED);
    pm_model_pass(1000);
    assert_int_equal(fake_request(other, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[0], 1);
    assert_int_equal(word[1], 2000);
    assert_int_equal(word[2], 0);
}

static void a_restarted_driver_leaves_the_watchdog_running_and_asks_for_the_time(void **unused)
{
    (void)unused;
    assert_int_equal(start_for(3), SERVICE_OK);
    pm_model_pass(1000);
    restart();
    uint64_t word[6] = {0};
    assert_int_equal(fake_request(other, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[0], 1);
    assert_int_equal(word[1], 2000);
    assert_int_equal(simple(owner, WATCHDOG_FEED), SERVICE_NOT_FOUND);
    assert_int_equal(start_for(3), SERVICE_OK);
    pm_model_pass(2500);
    assert_int_equal(pm_model_machine(), PM_MODEL_RUNS);
}

static void the_next_boot_is_told_of_the_watchdog_once(void **unused)
{
    (void)unused;
    uint64_t word[6] = {0};
    assert_int_equal(start_for(1), SERVICE_OK);
    pm_model_pass(1000);
    pm_model_boot();
    assert_int_equal(fake.logs, 0);
    fake.startup.incarnation = 0;
    assert_int_equal(fake_start(pm_main), -1);
    assert_int_equal(fake.logs, 1);
    restart();
    assert_int_equal(fake.logs, 1);
    assert_int_equal(fake_request(owner, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[0], 0);
    assert_int_equal(word[1], 0);
    assert_int_equal(word[2], 1);
}

static void a_reset_boots_from_the_partition_that_it_was(void **unused)
{
    (void)unused;
    pm_model_set_partition(2);
    fake.server->power(true);
    pm_model_pass(1);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
    assert_int_equal(pm_model_partition(), 2);
}

static void power_off_halts_whatever_the_last_reset_was(void **unused)
{
    (void)unused;
    fake.server->power(true);
    pm_model_pass(1);
    pm_model_boot();
    fake.server->power(false);
    pm_model_pass(1);
    assert_int_equal(pm_model_machine(), PM_MODEL_HALTED);
}

/* The driver died between the two writes of pm_power_off. */
static void a_halt_that_was_begun_is_forgotten(void **unused)
{
    (void)unused;
    assert_int_equal(start_for(5), SERVICE_OK);
    pm_model_set_partition(63);
    restart();
    pm_model_pass(5000);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
    pm_model_boot();
    pm_model_set_partition(63);
    restart();
    uint64_t word[6] = {0};
    assert_int_equal(fake_request(owner, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[2], 1);
    pm_model_set_partition(63);
    pm_reset(&pm);
    pm_model_pass(1);
    assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
}

static void registers_that_lie_harm_neither_password_nor_time(void **unused)
{
    (void)unused;
    const uint32_t lies[] = {0, UINT32_MAX, 0x555, 0xa5000000};
    for (unsigned i = 0; i < COUNT_OF(lies); i++) {
        uint64_t word[6] = {0};
        pm_model_power_on();
        pm_model_lie(lies[i]);
        restart();
        assert_int_equal(start_for(2), SERVICE_OK);
        assert_int_equal(fake_request(owner, WATCHDOG_STATE, word), SERVICE_OK);
        assert_true(word[0] <= 1 && word[1] < 16000 && word[2] <= 1);
        pm_model_pass(2000);
        assert_int_equal(pm_model_machine(), PM_MODEL_WAS_RESET);
    }
}

static void without_registers_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.registers = 0x24;
    assert_int_equal(fake_start(pm_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(a_watchdog_that_is_not_fed_resets_the_machine),
        TEST(feeding_gives_the_whole_time_again),
        TEST(the_longest_time_is_told_and_is_not_passed),
        TEST(a_stopped_watchdog_does_nothing_and_cannot_be_fed),
        TEST(others_may_look_and_no_more),
        TEST(a_restarted_driver_leaves_the_watchdog_running_and_asks_for_the_time),
        TEST(the_next_boot_is_told_of_the_watchdog_once),
        TEST(a_reset_boots_from_the_partition_that_it_was),
        TEST(power_off_halts_whatever_the_last_reset_was),
        TEST(a_halt_that_was_begun_is_forgotten),
        TEST(registers_that_lie_harm_neither_password_nor_time),
        TEST(without_registers_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
