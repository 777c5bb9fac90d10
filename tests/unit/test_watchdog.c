/* SPDX-License-Identifier: BSD-2-Clause */
/* The server that feeds the watchdog, against an init and a driver that do not always answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"

int watchdog_main(void);
#define main watchdog_main
#include "servers/watchdog/main.c"
#undef main

#define MOST 15u

/* The driver as its protocol says, init, and how often they were asked. */
static struct {
    uint64_t most;    /* seconds that it can */
    uint64_t seconds; /* since START; 0: the driver knows none */
    unsigned starts, feeds, inits;
    unsigned deaths;          /* so many of the next requests end with PEER_DIED */
    enum thole_status status; /* of all others */
    enum thole_status of_init;
    uint32_t result; /* other than OK: of all that would have been OK */
} world;

static struct startup_edge *watchdog;

static struct answer driver_answers(uint32_t operation, const uint64_t *word)
{
    struct answer answer = {.status = world.status, .result = world.result};
    if (world.deaths > 0) {
        world.deaths--;
        world.seconds = 0;
        return (struct answer){.status = STATUS_PEER_DIED};
    }
    if (operation == WATCHDOG_START && (word[0] == 0 || word[0] > world.most))
        return (struct answer){.result = SERVICE_BAD_ARGUMENT, .word = {world.most}};
    if (operation == WATCHDOG_FEED && world.seconds == 0)
        return (struct answer){.result = SERVICE_NOT_FOUND, .status = world.status};
    if (operation == WATCHDOG_START)
        world.seconds = word[0];
    world.starts += operation == WATCHDOG_START;
    world.feeds += operation == WATCHDOG_FEED;
    return answer;
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    if (use == watchdog)
        return driver_answers(operation, word);
    assert_int_equal(use->endpoint, SLOT_INIT);
    assert_int_equal(operation, INIT_GROW);
    assert_int_equal(words, 1);
    assert_int_equal(word[0], 0);
    world.inits++;
    return (struct answer){.status = world.of_init};
}

static void new_world(void)
{
    memset(&world, 0, sizeof(world));
    world.most = MOST;
    fake_reset();
    watchdog = fake_edge(EDGE_USE, "watchdog", NULL, 0);
}

static int with_server(void **unused)
{
    (void)unused;
    new_world();
    fake.seconds = 9;
    assert_int_equal(fake_start(watchdog_main), -1);
    assert_int_equal(fake.logs, 1); /* that it watches */
    fake.logs = 0;
    return 0;
}

/* Time goes on to the deadline, and `late` beyond it. */
static void wake(uint64_t late)
{
    uint64_t deadline = fake.armed;
    assert_true(deadline > fake.now);
    fake.now = deadline + late;
    fake.server->timer(deadline, fake.now);
}

static void it_starts_with_the_seconds_of_the_node_and_feeds_three_times_in_them(void **unused)
{
    (void)unused;
    assert_int_equal(world.seconds, 9);
    assert_int_equal(world.starts, 1);
    for (unsigned i = 1; i <= 12; i++) {
        uint64_t before = fake.now;
        wake(0);
        assert_int_equal(fake.now - before, 3000000000u);
        assert_int_equal(world.feeds, i);
    }
    assert_int_equal(world.starts, 1);
    assert_int_equal(fake.logs, 0);
}

static void without_an_answer_of_init_nothing_is_fed_or_started(void **unused)
{
    (void)unused;
    world.of_init = STATUS_PEER_STOPPED;
    for (unsigned i = 0; i < 5; i++)
        wake(0);
    assert_int_equal(world.inits, 6);
    assert_int_equal(world.feeds, 0);
    assert_int_equal(world.starts, 1);
    new_world();
    world.of_init = STATUS_PEER_STOPPED;
    assert_int_equal(fake_start(watchdog_main), -1);
    assert_int_equal(world.starts, 0);
    assert_int_equal(fake.logs, 0);
}

static void what_the_watchdog_cannot_becomes_the_most_that_it_can(void **unused)
{
    (void)unused;
    new_world();
    fake.seconds = 600;
    assert_int_equal(fake_start(watchdog_main), -1);
    assert_int_equal(world.seconds, MOST);
    assert_int_equal(fake.logs, 2);
    assert_int_equal(fake.armed - fake.now, 5000000000u);
}

static void a_driver_that_can_nothing_does_not_make_it_spin(void **unused)
{
    (void)unused;
    new_world();
    world.most = 0;
    assert_int_equal(fake_start(watchdog_main), -1);
    for (unsigned i = 0; i < 5; i++)
        wake(0);
    assert_true(fake.now > 1000000000u);
}

static void a_driver_that_died_is_started_again_at_once(void **unused)
{
    (void)unused;
    world.deaths = 1;
    wake(0);
    assert_int_equal(world.starts, 2);
    assert_int_equal(world.seconds, 9);
    assert_int_equal(fake.logs, 0);
}

static void a_driver_that_stays_away_is_told_once_and_tried_again(void **unused)
{
    (void)unused;
    world.deaths = 5;
    wake(0);
    wake(0);
    assert_int_equal(fake.logs, 1);
    wake(0);
    assert_int_equal(world.seconds, 9);
    assert_int_equal(fake.logs, 2);
    world.status = STATUS_PEER_STOPPED;
    wake(0);
    wake(0);
    assert_int_equal(fake.logs, 3);
}

static void one_that_is_not_ours_is_told_once(void **unused)
{
    (void)unused;
    world.result = SERVICE_NOT_PERMITTED;
    wake(0);
    wake(0);
    assert_int_equal(fake.logs, 1);
    assert_string_equal(fake.log, "the watchdog is not fed: status 0, result 5");
}

static void a_restart_goes_on_feeding(void **unused)
{
    (void)unused;
    assert_int_equal(fake_start(watchdog_main), -1);
    assert_int_equal(world.feeds, 1);
    wake(0);
    assert_int_equal(world.feeds, 2);
}

static void a_delay_of_a_third_is_told_and_the_next_is_not_made_up_for(void **unused)
{
    (void)unused;
    wake(2999999999u);
    assert_int_equal(fake.logs, 0);
    wake(3500000000u);
    assert_string_equal(fake.log, "was kept waiting for 3500 ms");
    assert_int_equal(fake.armed - fake.now, 3000000000u);
}

static void without_a_watchdog_it_says_so_and_ends(void **unused)
{
    (void)unused;
    fake.startup.edge_count = 0;
    assert_int_equal(fake_start(watchdog_main), PROGRAM_EXIT_FOR_GOOD);
    assert_int_equal(fake.logs, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_server)
    const struct CMUnitTest tests[] = {
        TEST(it_starts_with_the_seconds_of_the_node_and_feeds_three_times_in_them),
        TEST(without_an_answer_of_init_nothing_is_fed_or_started),
        TEST(what_the_watchdog_cannot_becomes_the_most_that_it_can),
        TEST(a_driver_that_can_nothing_does_not_make_it_spin),
        TEST(a_driver_that_died_is_started_again_at_once),
        TEST(a_driver_that_stays_away_is_told_once_and_tried_again),
        TEST(one_that_is_not_ours_is_told_once),
        TEST(a_restart_goes_on_feeding),
        TEST(a_delay_of_a_third_is_told_and_the_next_is_not_made_up_for),
        TEST(without_a_watchdog_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
