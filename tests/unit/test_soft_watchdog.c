/* SPDX-License-Identifier: BSD-2-Clause */
/* The watchdog that is a program: it barks in time, and also after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"

int soft_watchdog_main(void);
#define main soft_watchdog_main
#include "servers/soft-watchdog/main.c"
#undef main

#define SECOND 1000000000ull

static _Alignas(8) uint8_t buffer[4096];
static const struct startup_edge *owner, *other, *system_use;
static unsigned resets;

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    (void)words;
    (void)word;
    assert_ptr_equal(use, system_use);
    assert_int_equal(operation, INIT_RESET);
    resets++;
    return (struct answer){.result = SERVICE_FAILED};
}

/* Death and start: the buffer stays, and no timer is armed. */
static void restart(void)
{
    memset(&state, 0, sizeof(state));
    fake.armed = 0;
    assert_int_equal(fake_start(soft_watchdog_main), -1);
}

static int with_server(void **unused)
{
    (void)unused;
    fake_reset();
    memset(buffer, 0, sizeof(buffer));
    resets = 0;
    owner = fake_edge(EDGE_PROVIDE, "watchdog", buffer, sizeof(buffer));
    other = fake_edge(EDGE_PROVIDE, "board", NULL, 0);
    system_use = fake_edge(EDGE_USE, "system", NULL, 0);
    restart();
    return 0;
}

static uint32_t ask(const struct startup_edge *client, uint32_t operation, uint64_t argument)
{
    uint64_t word[6] = {argument};
    return fake_request(client, operation, word);
}

/* Time passes, with the timer's events in it. */
static void pass(uint64_t ticks)
{
    uint64_t end = fake.now + ticks;
    while (fake.armed != 0 && fake.armed <= end) {
        uint64_t deadline = fake.armed;
        fake.armed = 0;
        fake.now = deadline > fake.now ? deadline : fake.now;
        fake.server->timer(deadline, fake.now);
    }
    fake.now = end;
}

static void it_barks_when_it_is_not_fed_and_again_every_second(void **unused)
{
    (void)unused;
    pass(100 * SECOND);
    assert_int_equal(ask(owner, WATCHDOG_START, 5), SERVICE_OK);
    pass(5 * SECOND - 1);
    assert_int_equal(resets, 0);
    pass(1);
    assert_int_equal(resets, 1);
    pass(3 * SECOND);
    assert_int_equal(resets, 4);
}

static void fed_or_stopped_it_is_quiet(void **unused)
{
    (void)unused;
    assert_int_equal(ask(owner, WATCHDOG_START, 5), SERVICE_OK);
    for (unsigned i = 0; i < 10; i++) {
        pass(4 * SECOND);
        assert_int_equal(ask(owner, WATCHDOG_FEED, 0), SERVICE_OK);
    }
    assert_int_equal(ask(owner, WATCHDOG_STOP, 0), SERVICE_OK);
    pass(100 * SECOND);
    assert_int_equal(resets, 0);
    assert_int_equal(ask(owner, WATCHDOG_FEED, 0), SERVICE_NOT_FOUND);
}

static void a_restart_does_not_stop_it(void **unused)
{
    (void)unused;
    uint64_t word[6] = {0};
    assert_int_equal(ask(owner, WATCHDOG_START, 5), SERVICE_OK);
    pass(3 * SECOND);
    restart();
    assert_int_equal(fake_request(other, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[0], 1);
    assert_int_equal(word[1], 2000);
    assert_int_equal(word[2], 0);
    pass(2 * SECOND);
    assert_int_equal(resets, 1);
}

static void one_that_died_over_its_time_barks_at_once(void **unused)
{
    (void)unused;
    assert_int_equal(ask(owner, WATCHDOG_START, 5), SERVICE_OK);
    fake.now += 60 * SECOND;
    restart();
    pass(0);
    assert_int_equal(resets, 1);
}

static void noise_in_the_buffer_is_a_time_that_can_be(void **unused)
{
    (void)unused;
    uint64_t word[6] = {0};
    memset(buffer, 0xff, sizeof(buffer));
    restart();
    assert_int_equal(fake_request(other, WATCHDOG_STATE, word), SERVICE_OK);
    assert_int_equal(word[1], SECONDS_MAX * 1000);
    pass(SECONDS_MAX * SECOND);
    assert_int_equal(resets, 1);
}

static void the_longest_time_is_told(void **unused)
{
    (void)unused;
    uint64_t word[6] = {SECONDS_MAX + 1};
    assert_int_equal(fake_request(owner, WATCHDOG_START, word), SERVICE_BAD_ARGUMENT);
    assert_int_equal(word[0], SECONDS_MAX);
    assert_int_equal(ask(other, WATCHDOG_START, 1), SERVICE_NOT_PERMITTED);
    pass(2 * SECONDS_MAX * SECOND);
    assert_int_equal(resets, 0);
}

static void without_control_of_the_system_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.startup.edge_count = 2;
    assert_int_equal(fake_start(soft_watchdog_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_server)
    const struct CMUnitTest tests[] = {
        TEST(it_barks_when_it_is_not_fed_and_again_every_second),
        TEST(fed_or_stopped_it_is_quiet),
        TEST(a_restart_does_not_stop_it),
        TEST(one_that_died_over_its_time_barks_at_once),
        TEST(noise_in_the_buffer_is_a_time_that_can_be),
        TEST(the_longest_time_is_told),
        TEST(without_control_of_the_system_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
