/* SPDX-License-Identifier: BSD-2-Clause */
/* The temperature sensor's driver, device and protocol, against the modelled sensor. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"
#include "tests/model_devices/tmp105_model.h"

int tmp105_main(void);
#define main tmp105_main
#include "drivers/sensor/tmp105/main.c"
#undef main

#define CONVERSION (TMP105_CONVERSION_MS * NS_PER_MS)

static uint8_t shared[4096];
static struct startup_edge *bus, *one, *other;

static void restart(void)
{
    memset(&sensor, 0, sizeof(sensor));
    assert_int_equal(fake_start(tmp105_main), -1);
}

static int with_sensor(void **state)
{
    (void)state;
    fake_reset();
    bus = fake_edge(EDGE_USE, "bus", shared, sizeof(shared));
    one = fake_edge(EDGE_PROVIDE, "one", NULL, 0);
    other = fake_edge(EDGE_PROVIDE, "other", NULL, 0);
    tmp105_model_temperature(0);
    tmp105_model_power_on(shared);
    restart();
    return 0;
}

static void convert(void)
{
    tmp105_model_convert();
    fake.now += CONVERSION;
}

static uint32_t ask(const struct startup_edge *client, int64_t *milli)
{
    uint64_t word[6] = {0};
    uint32_t result = fake_request(client, TEMPERATURE_READ, word);

    *milli = (int64_t)word[0];
    return result;
}

static int64_t read_now(void)
{
    int64_t milli;

    assert_int_equal(ask(one, &milli), SERVICE_OK);
    return milli;
}

static void every_value_is_exact_to_half_a_thousandth(void **state)
{
    (void)state;
    for (int value = -2048; value < 2048; value++) {
        tmp105_model_temperature((int16_t)value);
        convert();
        /* A unit of the 12 bits is 62.5 thousandths. */
        int64_t twice = 2 * read_now() - 125 * value;
        assert_true(twice == 0 || twice == (value < 0 ? -1 : 1));
    }
}

static void known_temperatures_of_the_data_sheet(void **state)
{
    static const struct {
        uint16_t bits;
        int64_t milli;
    } table5[] = {{0x7ff, 127938}, {0x640, 100000}, {0x500, 80000},  {0x4b0, 75000},
                  {0x320, 50000},  {0x190, 25000},  {0x004, 250},    {0x000, 0},
                  {0xffc, -250},   {0xe70, -25000}, {0xc90, -55000}, {0x800, -128000}};

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(table5); i++) {
        int16_t value =
            (int16_t)(table5[i].bits >= 0x800 ? table5[i].bits - 0x1000 : table5[i].bits);
        tmp105_model_temperature(value);
        convert();
        assert_int_equal(read_now(), table5[i].milli);
    }
}

static void it_is_set_to_the_bits_that_the_tree_says(void **state)
{
    static const uint8_t configuration[] = {[9] = 0, [10] = 0x20, [11] = 0x40, [12] = 0x60};

    (void)state;
    assert_int_equal(tmp105_model_configuration(), 0x60);
    for (uint32_t bits = 9; bits <= 12; bits++) {
        fake.config[0].name = "resolution-bits";
        fake.config[0].value = bits;
        restart();
        assert_int_equal(tmp105_model_configuration(), configuration[bits]);
        tmp105_model_temperature(0x19f);
        convert();
        assert_int_equal(read_now(), (0x19f & ~((1 << (12 - bits)) - 1)) * 625 / 10 +
                                         (bits == 12)); /* 62.5 is rounded up */
    }
}

static void who_asks_before_the_first_conversion_waits_for_it(void **state)
{
    int64_t milli;

    (void)state;
    tmp105_model_temperature(0x190);
    assert_int_equal(ask(one, &milli), SERVER_LATER);
    unsigned first = fake.reserved;
    assert_int_equal(ask(other, &milli), SERVER_LATER);
    assert_int_equal(fake.armed, 1 + CONVERSION);
    fake.armed = 0;
    fake.server->timer(1, 1); /* too early */
    assert_int_equal(fake.answers, 0);
    assert_int_equal(fake.armed, 1 + CONVERSION);
    convert();
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].reply, first);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(fake.answer[i].result, SERVICE_OK);
        assert_int_equal(fake.answer[i].words, 1);
        assert_int_equal(fake.answer[i].word[0], 25000);
    }
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answers, 2);
}

static void an_absent_sensor_is_an_error_and_comes_back(void **state)
{
    int64_t milli;

    (void)state;
    convert();
    tmp105_model_connect(false);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(ask(one, &milli), SERVICE_FAILED);
    assert_int_equal(fake.logs, 1);
    assert_string_equal(fake.log, "the sensor does not answer");
    tmp105_model_temperature(0x320);
    tmp105_model_connect(true);
    tmp105_model_convert();
    assert_int_equal(read_now(), 50000);
    assert_string_equal(fake.log, "the sensor answers again");
    assert_int_equal(read_now(), 50000);
    assert_int_equal(fake.logs, 2);
}

/* Its 0 degrees before the first conversion are not told to anybody. */
static void a_sensor_that_lost_its_power_is_set_up_again(void **state)
{
    int64_t milli;

    (void)state;
    convert();
    tmp105_model_temperature(0x4b1);
    tmp105_model_power_on(shared);
    assert_int_equal(ask(one, &milli), SERVER_LATER);
    assert_int_equal(tmp105_model_configuration(), 0x60);
    convert();
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answer[0].word[0], 75063);
    assert_int_equal(read_now(), 75063);
    assert_int_equal(tmp105_model_writes(), 1);
}

static void a_sensor_that_vanishes_while_somebody_waits_is_an_error(void **state)
{
    int64_t milli;

    (void)state;
    assert_int_equal(ask(one, &milli), SERVER_LATER);
    tmp105_model_connect(false);
    fake.now += CONVERSION;
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answer[0].result, SERVICE_FAILED);
    assert_int_equal(fake.answer[0].words, 0);
}

static void a_sensor_left_in_shutdown_is_woken(void **state)
{
    (void)state;
    shared[0] = 1;
    shared[1] = 0x61;
    program_request(bus, 1, 2, (const uint64_t[]){2, 0});
    restart();
    assert_int_equal(tmp105_model_configuration(), 0x60);
}

static void a_bus_that_dies_is_asked_again_and_one_that_stopped_is_not(void **state)
{
    int64_t milli;

    (void)state;
    convert();
    tmp105_model_bus_dies(2);
    assert_int_equal(read_now(), 0);
    tmp105_model_bus_dies(1000);
    assert_int_equal(ask(one, &milli), SERVICE_FAILED);
    tmp105_model_bus_dies(0);
    tmp105_model_bus_stops(true);
    assert_int_equal(ask(one, &milli), SERVICE_FAILED);
    tmp105_model_bus_stops(false);
    assert_int_equal(read_now(), 0);
}

/* With nine bits it is an LM75's driver: the model fails at a bit that one has not. */
static void an_lm75_is_read_with_nine_bits(void **state)
{
    (void)state;
    fake.config[0].name = "resolution-bits";
    fake.config[0].value = 9;
    tmp105_model_power_on(shared);
    tmp105_model_lm75();
    restart();
    tmp105_model_temperature(-0x198); /* 25.5 below zero */
    convert();
    assert_int_equal(read_now(), -25500);
    assert_int_equal(tmp105_model_writes(), 0);
}

static void a_client_that_was_restarted_does_not_wait_twice(void **state)
{
    int64_t milli;

    (void)state;
    ask(one, &milli);
    unsigned dead = fake.reserved;
    ask(one, &milli);
    assert_int_equal(fake.answer[0].reply, dead);
    convert();
    fake.server->timer(fake.now, fake.now);
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.slots, 16);
    fake.slots = 0;
    tmp105_model_power_on(shared);
    assert_int_equal(ask(one, &milli), SERVICE_BUSY);
}

static void without_a_bus_or_with_a_wrong_resolution_it_says_so_and_ends(void **state)
{
    (void)state;
    for (uint32_t bits = 7; bits <= 14; bits++) {
        fake.config[0].name = "resolution-bits";
        fake.config[0].value = bits;
        assert_int_equal(fake_start(tmp105_main),
                         bits < 9 || bits > 12 ? PROGRAM_EXIT_FOR_GOOD : -1);
    }
    fake.config[0].value = 12;
    bus->buffer_bytes = 1;
    assert_int_equal(fake_start(tmp105_main), PROGRAM_EXIT_FOR_GOOD);
    bus->buffer_bytes = 2;
    bus->kind = EDGE_PROVIDE;
    assert_int_equal(fake_start(tmp105_main), PROGRAM_EXIT_FOR_GOOD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_sensor)
    const struct CMUnitTest tests[] = {
        TEST(every_value_is_exact_to_half_a_thousandth),
        TEST(known_temperatures_of_the_data_sheet),
        TEST(it_is_set_to_the_bits_that_the_tree_says),
        TEST(who_asks_before_the_first_conversion_waits_for_it),
        TEST(an_absent_sensor_is_an_error_and_comes_back),
        TEST(a_sensor_that_lost_its_power_is_set_up_again),
        TEST(a_sensor_that_vanishes_while_somebody_waits_is_an_error),
        TEST(a_sensor_left_in_shutdown_is_woken),
        TEST(a_bus_that_dies_is_asked_again_and_one_that_stopped_is_not),
        TEST(an_lm75_is_read_with_nine_bits),
        TEST(a_client_that_was_restarted_does_not_wait_twice),
        TEST(without_a_bus_or_with_a_wrong_resolution_it_says_so_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
