/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The power management block of the BCM2835 and its successors, of it the watchdog and
 * the reset. No manual describes it: registers and bits are those that Linux' bindings
 * (brcm,bcm2835-pm) and drivers have, names Broadcom's. A reset of the machine is a
 * watchdog that runs out at once; to be switched off is a reset after which the
 * firmware finds the partition to boot from to be 63, and stops.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct pm {
    volatile uint32_t *base;
};

/* Byte offsets. What is written needs the password in [31:24]; otherwise nothing happens. */
enum pm_register {
    PM_RSTC = 0x1c, /* reset control: what a watchdog does that ran out */
    PM_RSTS = 0x20, /* reset status: why the last reset was; the firmware's partition */
    PM_WDOG = 0x24, /* [19:0]: what is left, in units of 1/65536 s */
};
#define PM_REGISTER_BYTES 0x28u

#define PM_SECONDS_MAX 15u /* whole seconds in 20 bits */

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t pm_read(const struct pm *pm, enum pm_register which);
void pm_write(const struct pm *pm, enum pm_register which, uint32_t value);

/*
 * Takes the device over: a watchdog that runs goes on. A driver before this one may
 * have died on the way to switching off; the next reset must be one again.
 */
void pm_start(const struct pm *pm);

/* Starts it, or feeds it; 1 to PM_SECONDS_MAX. */
void pm_watchdog_start(const struct pm *pm, uint32_t seconds);
void pm_watchdog_stop(const struct pm *pm);
bool pm_watchdog_runs(const struct pm *pm);
/* Thousandths of a second, rounded down; means something while it runs. */
uint32_t pm_watchdog_left(const struct pm *pm);

/* Was the machine's last reset a watchdog's? Also true after pm_reset. */
bool pm_watchdog_was_it(const struct pm *pm);

/* Return before it happens, some 150 microseconds later. */
void pm_reset(const struct pm *pm);
void pm_power_off(const struct pm *pm);
