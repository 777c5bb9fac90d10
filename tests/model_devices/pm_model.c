/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled block. A write without the password is a driver's mistake, and fails the test. */
#include "pm_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/power/bcm2835-pm/pm.h"

#define WRCFG          0x30u
#define FULL_RESET     0x20u
#define AFTER_RESET    0x102u
#define HADPOR         (1u << 12)
#define HADWRF         (1u << 5)
#define PARTITION_BITS 6
#define PARTITION_MASK 0x555u
#define PARTITION_HALT 63u
#define TICKS_A_SECOND 65536u

static struct {
    uint32_t control, status, time, lie;
    bool lies;
    enum pm_model_machine machine;
} model;

void pm_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    model.control = AFTER_RESET;
    model.status = HADPOR;
}

uint32_t pm_model_partition(void)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < PARTITION_BITS; i++)
        number |= (model.status >> 2 * i & 1) << i;
    return number;
}

void pm_model_set_partition(uint32_t number)
{
    model.status &= ~PARTITION_MASK;
    for (unsigned i = 0; i < PARTITION_BITS; i++)
        model.status |= (number >> i & 1) << 2 * i;
}

static void run_out(void)
{
    model.machine = pm_model_partition() == PARTITION_HALT ? PM_MODEL_HALTED : PM_MODEL_WAS_RESET;
}

void pm_model_pass(uint32_t ms)
{
    uint64_t ticks = (uint64_t)ms * TICKS_A_SECOND / 1000;
    if ((model.control & WRCFG) != FULL_RESET || model.machine != PM_MODEL_RUNS)
        return;
    if (ticks >= model.time)
        run_out();
    model.time = ticks < model.time ? model.time - (uint32_t)ticks : 0;
}

enum pm_model_machine pm_model_machine(void)
{
    return model.machine;
}

void pm_model_boot(void)
{
    assert_int_equal(model.machine, PM_MODEL_WAS_RESET);
    model.machine = PM_MODEL_RUNS;
    model.control = AFTER_RESET;
    model.time = 0;
    model.status = (model.status & PARTITION_MASK) | HADWRF;
}

void pm_model_lie(uint32_t value)
{
    model.lies = true;
    model.lie = value;
}

uint32_t pm_read(const struct pm *pm, enum pm_register which)
{
    (void)pm;
    if (model.lies)
        return model.lie;
    switch (which) {
    case PM_RSTC:
        return model.control;
    case PM_RSTS:
        return model.status;
    case PM_WDOG:
        return model.time;
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

void pm_write(const struct pm *pm, enum pm_register which, uint32_t value)
{
    (void)pm;
    assert_int_equal(value >> 24, 0x5a);
    value &= 0xffffff;
    switch (which) {
    case PM_RSTC:
        model.control = value;
        return;
    case PM_RSTS:
        model.status = value;
        return;
    case PM_WDOG:
        assert_int_equal(value & ~0xfffffu, 0);
        model.time = value;
        return;
    }
    fail_msg("write of register %#x", (unsigned)which);
}
