/* SPDX-License-Identifier: BSD-2-Clause */
/* The block's registers. Each write is the password and 24 bits, whatever was read before. */
#include "pm.h"

#define PASSWORD 0x5a000000u
#define VALUE    0x00ffffffu

/* PM_RSTC: what the watchdog does, and the value after a reset, in which it does nothing. */
#define RSTC_WRCFG      (3u << 4)
#define RSTC_WRCFG_FULL (2u << 4)
#define RSTC_RESET      0x102u

/*
 * PM_RSTS: reasons, each in three kinds of depth, of which every other bit is also one of
 * the partition's. HADWRF is "had a full reset by the watchdog", and no partition's.
 */
#define RSTS_PARTITION      0x555u
#define RSTS_PARTITION_HALT 0x555u /* 63 */
#define RSTS_HADWRF         (1u << 5)

#define WDOG_TIME         0xfffffu
#define TICKS_PER_SECOND  65536u
#define TICKS_TO_RESET_IN 10u
#define MS_PER_SECOND     1000u

static void write_value(const struct pm *pm, enum pm_register which, uint32_t value)
{
    pm_write(pm, which, PASSWORD | (value & VALUE));
}

/* The time first: a watchdog must not run on what is left of an earlier one. */
static void run(const struct pm *pm, uint32_t ticks)
{
    write_value(pm, PM_WDOG, ticks & WDOG_TIME);
    write_value(pm, PM_RSTC, (pm_read(pm, PM_RSTC) & ~RSTC_WRCFG) | RSTC_WRCFG_FULL);
}

static void forget_halt(const struct pm *pm)
{
    uint32_t status = pm_read(pm, PM_RSTS);
    if ((status & RSTS_PARTITION) == RSTS_PARTITION_HALT)
        write_value(pm, PM_RSTS, status & ~RSTS_PARTITION);
}

void pm_start(const struct pm *pm)
{
    forget_halt(pm);
}

void pm_watchdog_start(const struct pm *pm, uint32_t seconds)
{
    run(pm, seconds * TICKS_PER_SECOND);
}

void pm_watchdog_stop(const struct pm *pm)
{
    write_value(pm, PM_RSTC, RSTC_RESET);
}

bool pm_watchdog_runs(const struct pm *pm)
{
    return (pm_read(pm, PM_RSTC) & RSTC_WRCFG) == RSTC_WRCFG_FULL;
}

uint32_t pm_watchdog_left(const struct pm *pm)
{
    uint64_t ticks = pm_read(pm, PM_WDOG) & WDOG_TIME;
    return (uint32_t)(ticks * MS_PER_SECOND / TICKS_PER_SECOND);
}

bool pm_watchdog_was_it(const struct pm *pm)
{
    return pm_read(pm, PM_RSTS) & RSTS_HADWRF;
}

void pm_reset(const struct pm *pm)
{
    forget_halt(pm);
    run(pm, TICKS_TO_RESET_IN);
}

/* Not beside the last reset's reasons: QEMU compares all twelve bits, the firmware the partition. */
void pm_power_off(const struct pm *pm)
{
    write_value(pm, PM_RSTS, RSTS_PARTITION_HALT);
    run(pm, TICKS_TO_RESET_IN);
}
