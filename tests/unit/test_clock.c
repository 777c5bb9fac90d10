/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock: its arithmetic, and its protocol with the fake library. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"

int clock_main(void);
#define main clock_main
#include "servers/clock/main.c"
#undef main

#define MS NS_PER_MS

static struct startup_edge *one, *other;

static int with_clock(void **context)
{
    (void)context;
    fake_reset();
    fake.period_ms = 100;
    fake.now = 5 * MS;
    one = fake_edge(EDGE_PROVIDE, "shell", NULL, 0);
    other = fake_edge(EDGE_PROVIDE, "test", NULL, 0);
    assert_int_equal(fake_start(clock_main), -1);
    return 0;
}

static unsigned sleep_for(const struct startup_edge *client, uint64_t ns)
{
    uint64_t word[6] = {ns};
    assert_int_equal(fake_request(client, CLOCK_SLEEP, word), SERVER_LATER);
    return fake.reserved;
}

static void fire(void)
{
    uint64_t deadline = fake.armed;
    fake.now = deadline;
    fake.armed = 0;
    fake.server->timer(deadline, fake.now);
}

static void it_counts_periods_also_when_it_is_late(void **context)
{
    uint64_t word[6] = {0};
    (void)context;
    assert_int_equal(fake.armed, 105 * MS);
    fire();
    assert_int_equal(fake.armed, 205 * MS);
    fake.now = 999 * MS;
    assert_int_equal(fake_request(one, CLOCK_NOW, word), SERVICE_OK);
    assert_int_equal(word[0], 999 * MS);
    assert_int_equal(word[1], 9);
    fake.server->timer(205 * MS, fake.now);
    assert_int_equal(fake.armed, 1005 * MS);
}

static void sleepers_wake_in_the_order_of_their_deadlines(void **context)
{
    (void)context;
    unsigned late = sleep_for(one, 30 * MS), early = sleep_for(other, 10 * MS);
    assert_int_equal(fake.armed, 15 * MS);
    fire();
    assert_int_equal(fake.answers, 1);
    assert_int_equal(fake.answer[0].reply, early);
    assert_int_equal(fake.armed, 35 * MS);
    fire();
    assert_int_equal(fake.answer[1].reply, late);
    assert_int_equal(fake.armed, 105 * MS);
}

static void a_sleep_of_nothing_and_one_for_ever_are_fine(void **context)
{
    (void)context;
    sleep_for(one, UINT64_MAX);
    sleep_for(one, 0);
    fire();
    assert_int_equal(fake.answers, 1);
    fire();
    assert_int_equal(fake.answers, 1);
}

static void one_client_cannot_take_all_places(void **context)
{
    uint64_t word[6] = {1000 * MS};
    (void)context;
    for (unsigned i = 0; i < CLOCK_SLEEPERS_PER_CLIENT; i++)
        sleep_for(one, 1000 * MS);
    assert_int_equal(fake_request(one, CLOCK_SLEEP, word), SERVICE_BUSY);
    sleep_for(other, 1000 * MS);
}

static void without_a_free_slot_it_is_busy(void **context)
{
    uint64_t word[6] = {1000 * MS};
    (void)context;
    fake.slots = 1;
    sleep_for(one, 1000 * MS);
    assert_int_equal(fake_request(other, CLOCK_SLEEP, word), SERVICE_BUSY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_clock)
    const struct CMUnitTest tests[] = {
        TEST(it_counts_periods_also_when_it_is_late),
        TEST(sleepers_wake_in_the_order_of_their_deadlines),
        TEST(a_sleep_of_nothing_and_one_for_ever_are_fine),
        TEST(one_client_cannot_take_all_places),
        TEST(without_a_free_slot_it_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
