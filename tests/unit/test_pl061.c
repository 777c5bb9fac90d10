/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL061's driver and the GPIO protocol, against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/model_devices/pl061_model.h"

int pl061_main(void);
#define main pl061_main
#include "drivers/gpio/pl061/main.c"
#undef main
/* Included and not linked: a restart clears what it knows, too. */
#define gpio server_state
#include "lib/gpio_server.c"
#undef gpio

static int pl061_restart(void)
{
    memset(&server_state, 0, sizeof(server_state));
    return pl061_main();
}

#define MODEL(what) pl061_model_##what
#define DRIVER_MAIN pl061_restart
#define LINES       PL061_LINES
#define BYTES       PL061_REGISTER_BYTES
#include "gpio_cases.h"

/* Lines 4 to 7 but the last are somebody's; their interrupts are not. */
static void nothing_of_others_is_touched_but_their_interrupts_end(void **state)
{
    (void)state;
    pl061_model_firmware();
    restart();
    assert_false(pl061_model_interrupt());
    assert_int_equal(pl061_model_direction(), 0x90);
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
    ask(sensor, GPIO_WATCH, GPIO_BECOMES_ACTIVE, NULL);
    assert_int_equal(pl061_model_direction(), 0x91);
    assert_int_equal(pl061_model_mode(), 0x30);
    assert_int_equal(pl061_model_pin(7), 1);
    for (unsigned i = 4; i < 7; i++) {
        drive(i, 1);
        drive(i, 0);
    }
}

static void a_line_that_other_hardware_drives_is_taken_at_its_owners_request(void **state)
{
    (void)state;
    pl061_model_firmware();
    led->cell[0] = 4;
    restart();
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_NOT_PERMITTED);
    assert_int_equal(pl061_model_mode(), 0x30);
    ask(led, GPIO_DIRECTION, GPIO_OUTPUT_ACTIVE, NULL);
    assert_int_equal(pl061_model_mode(), 0x20);
    assert_int_equal(ask(led, GPIO_SET, 1, NULL), SERVICE_OK);
}

/* Levels that the firmware watched would interrupt for as long as they last. */
static void a_line_watched_for_levels_is_watched_for_edges_instead(void **state)
{
    (void)state;
    for (unsigned line = 4; line < 7; line++) {
        pl061_model_firmware();
        led->cell[0] = line;
        restart();
        ask(led, GPIO_WATCH, GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE, NULL);
        changes(led);
        drive(line, 1);
        drive(line, 0);
        assert_int_equal(changes(led), 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GPIO_CASES,
        TEST(nothing_of_others_is_touched_but_their_interrupts_end),
        TEST(a_line_that_other_hardware_drives_is_taken_at_its_owners_request),
        TEST(a_line_watched_for_levels_is_watched_for_edges_instead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
