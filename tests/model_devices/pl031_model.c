/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled PL031; section numbers are those of ARM DDI 0224. */
#include "pl031_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../drivers/rtc/pl031/clock.h"

struct pl031_model pl031_model;
#define model pl031_model

void pl031_model_power_on(uint32_t seconds)
{
    model = (struct pl031_model){.seconds = seconds};
}

static void compare(void)
{
    if (model.run && model.seconds == model.match)
        model.raised = 1;
}

void pl031_model_pass(uint32_t seconds)
{
    for (; seconds > 0 && model.run; seconds--) {
        model.seconds = model.loading ? model.load : model.seconds + 1;
        model.loading = false;
        compare();
    }
}

bool pl031_model_interrupt(void)
{
    return (model.raised & model.mask) != 0;
}

uint32_t clock_read(const struct clock *clock, enum clock_register which)
{
    (void)clock;
    pl031_model_pass(model.drift);
    switch (which) {
    case CLOCK_DATA:
        return model.seconds;
    case CLOCK_RUN:
        return model.run;
    case CLOCK_RAISED:
        return model.raised;
    default:
        break;
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

void clock_write(const struct clock *clock, enum clock_register which, uint32_t value)
{
    (void)clock;
    pl031_model_pass(model.drift);
    switch (which) {
    case CLOCK_MATCH:
        model.match = value;
        compare();
        return;
    case CLOCK_LOAD:
        model.load = value;
        model.loading = true;
        return;
    case CLOCK_RUN: /* 3.3.4: a clock that runs starts from 0 when it is started again */
        assert_int_equal(value, 1);
        assert_int_equal(model.run, 0);
        model.run = 1;
        return;
    case CLOCK_MASK:
        assert_true(value < 2);
        model.mask = value;
        return;
    case CLOCK_CLEAR:
        model.raised &= ~value;
        return;
    default:
        break;
    }
    fail_msg("write of register %#x", (unsigned)which);
}
