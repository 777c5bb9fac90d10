/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of BCM2835's and BCM2711's GPIO and the GPIO protocol, against the modelled
 * device. Built for each chip, LINES says for which.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/model_devices/bcm2835_gpio_model.h"

int bcm2835_gpio_main(void);
#define main bcm2835_gpio_main
#include "drivers/gpio/bcm2835/main.c"
#undef main
/* Included and not linked: a restart clears what it knows, too. */
#define gpio server_state
#include "lib/gpio_server.c"
#undef gpio

static int bcm2835_gpio_restart(void)
{
    memset(&server_state, 0, sizeof(server_state));
    return bcm2835_gpio_main();
}

#define MODEL(what) bcm2835_gpio_model_##what
#define DRIVER_MAIN bcm2835_gpio_restart
#define BYTES       BCM2835_GPIO_REGISTER_BYTES
#include "gpio_cases.h"

static void assert_others_as_the_firmware_left_them(void)
{
    for (unsigned i = 2; i < LINES - 1; i++) {
        assert_int_equal(bcm2835_gpio_model_function(i), i * 5 % 8);
        assert_int_equal(bcm2835_gpio_model_pull(i), i % 3);
    }
}

static void pins_of_others_keep_function_and_pull(void **state)
{
    (void)state;
    bcm2835_gpio_model_firmware();
    restart();
    settle_interrupts();
    assert_others_as_the_firmware_left_them();
    led->cell[1] = GPIO_PULL_UP;
    button->cell[1] = GPIO_PULL_DOWN;
    for (unsigned i = 0; i < 3; i++) {
        ask(led, GPIO_DIRECTION, GPIO_INPUT, NULL);
        ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
        ask(led, GPIO_SET, 0, NULL);
        ask(sensor, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
        ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    }
    assert_others_as_the_firmware_left_them();
}

static void what_the_firmware_watched_interrupts_no_more(void **state)
{
    (void)state;
    bcm2835_gpio_model_firmware();
    restart();
    for (unsigned i = 0; i < LINES; i++) {
        drive(i, 1);
        drive(i, 0);
    }
    assert_int_equal(changes(button) + changes(led) + changes(sensor), 0);
}

/* Levels that the firmware watched would interrupt for ever. */
static void a_line_watched_for_levels_is_watched_for_edges_instead(void **state)
{
    (void)state;
    bcm2835_gpio_model_firmware();
    restart();
    ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
    ask(sensor, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
    ask(button, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
    settle_interrupts();
    const unsigned line[] = {0, 1, LINES - 1};
    for (unsigned i = 0; i < COUNT_OF(line); i++) {
        drive(line[i], 1);
        drive(line[i], 0);
    }
    assert_int_equal(changes(led), 2);
    assert_int_equal(changes(sensor), 2);
    assert_int_equal(changes(button), 2);
}

static void pulls_are_as_the_flags_say(void **state)
{
    (void)state;
    static const struct {
        uint32_t flag;
        enum model_pull pull;
    } wanted[] = {{GPIO_PULL_UP, MODEL_PULL_UP},
                  {GPIO_PULL_DOWN, MODEL_PULL_DOWN},
                  {0, MODEL_PULL_DOWN}, /* stays */
                  {GPIO_PULL_UP | GPIO_PULL_DOWN, MODEL_PULL_DOWN},
                  {GPIO_PULL_DISABLE, MODEL_PULL_NONE}};

    for (unsigned i = 0; i < COUNT_OF(wanted); i++) {
        button->cell[1] = wanted[i].flag;
        ask(button, GPIO_DIRECTION, GPIO_INPUT, NULL);
        assert_int_equal(bcm2835_gpio_model_pull(LINES - 1), wanted[i].pull);
        sensor->cell[1] = wanted[i].flag;
        ask(sensor, GPIO_DIRECTION, GPIO_INPUT, NULL);
        assert_int_equal(bcm2835_gpio_model_pull(1), MODEL_PULL_NONE);
    }
}

/* Every line by itself, that none is taken for another. */
static void each_line_is_its_own_pin(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LINES - 1; i++) {
        bcm2835_gpio_model_power_on();
        led->cell[0] = i;
        led->cell[1] = 0;
        sensor->cell[0] = LINES;
        restart();
        ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
        for (unsigned j = 0; j < LINES; j++)
            assert_int_equal(bcm2835_gpio_model_pin(j), i == j);
        ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
        drive(i, 1);
        assert_int_equal(changes(led), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GPIO_CASES,
        TEST(pins_of_others_keep_function_and_pull),
        TEST(what_the_firmware_watched_interrupts_no_more),
        TEST(a_line_watched_for_levels_is_watched_for_edges_instead),
        TEST(pulls_are_as_the_flags_say),
        TEST(each_line_is_its_own_pin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
