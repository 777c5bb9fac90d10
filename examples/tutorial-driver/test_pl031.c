/* SPDX-License-Identifier: BSD-2-Clause */
/* The device's half of the driver against a modelled PL031 that compares for equality. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pl031.h"

/* What the device holds. Each read of the seconds makes them go on by `drift`. */
static struct {
    uint32_t seconds, match, control, mask, raw, drift;
} model;

static const struct pl031 rtc;

static void tick(uint32_t seconds)
{
    for (; seconds > 0; seconds--)
        if (++model.seconds == model.match)
            model.raw = 1;
}

uint32_t pl031_read(const struct pl031 *clock, enum pl031_register which)
{
    (void)clock;
    switch (which) {
    case RTCDR:
        tick(model.drift);
        return model.seconds;
    case RTCCR:
        return model.control;
    case RTCRIS:
        return model.raw;
    default:
        return 0;
    }
}

void pl031_write(const struct pl031 *clock, enum pl031_register which, uint32_t value)
{
    (void)clock;
    switch (which) {
    case RTCMR:
        model.match = value;
        model.raw |= value == model.seconds;
        break;
    case RTCCR:
        model.control = value;
        break;
    case RTCIMSC:
        model.mask = value;
        break;
    case RTCICR:
        model.raw &= ~value;
        break;
    default:
        fail();
    }
}

static int reset(void **state)
{
    (void)state;
    model.seconds = 1000;
    model.match = model.control = model.mask = model.raw = model.drift = 0;
    return 0;
}

static int interrupts(void)
{
    return (model.raw & model.mask) != 0;
}

static void a_clock_that_stands_still_is_started(void **state)
{
    (void)state;
    pl031_start(&rtc);
    assert_int_equal(model.control, 1);
    assert_int_equal(pl031_seconds(&rtc), 1000);
}

static void an_alarm_left_by_the_driver_before_is_gone_after_start(void **state)
{
    (void)state;
    pl031_alarm(&rtc, 1001);
    tick(1);
    assert_true(interrupts());
    pl031_start(&rtc);
    assert_false(interrupts());
}

static void an_alarm_interrupts_at_its_second(void **state)
{
    (void)state;
    pl031_alarm(&rtc, 1003);
    tick(2);
    assert_false(interrupts());
    tick(1);
    assert_true(interrupts());
    pl031_quiet(&rtc);
    assert_false(interrupts());
}

static void an_alarm_for_now_or_before_interrupts_within_a_second(void **state)
{
    (void)state;
    for (uint32_t when = 990; when <= 1000; when++) {
        reset(NULL);
        pl031_alarm(&rtc, when);
        tick(1);
        assert_true(interrupts());
    }
}

static void an_alarm_is_not_missed_when_seconds_pass_while_it_is_set(void **state)
{
    (void)state;
    model.drift = 1;
    pl031_alarm(&rtc, 1000);
    tick(1);
    assert_true(interrupts());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_clock_that_stands_still_is_started, reset),
        cmocka_unit_test_setup(an_alarm_left_by_the_driver_before_is_gone_after_start, reset),
        cmocka_unit_test_setup(an_alarm_interrupts_at_its_second, reset),
        cmocka_unit_test_setup(an_alarm_for_now_or_before_interrupts_within_a_second, reset),
        cmocka_unit_test_setup(an_alarm_is_not_missed_when_seconds_pass_while_it_is_set, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
