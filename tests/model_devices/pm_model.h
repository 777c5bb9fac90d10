/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A power management block for host tests, and the firmware's part in it: a watchdog
 * that runs down, what the machine does when it has run out, and why the next boot
 * is told that there was a reset. One device; the driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum pm_model_machine {
    PM_MODEL_RUNS,
    PM_MODEL_WAS_RESET,
    PM_MODEL_HALTED
};

/* As after power-on, the machine running. */
void pm_model_power_on(void);
/* Time passes. */
void pm_model_pass(uint32_t ms);
enum pm_model_machine pm_model_machine(void);
/* After PM_MODEL_WAS_RESET: the machine has started again; of the registers what a reset leaves. */
void pm_model_boot(void);
/* The partition that the firmware will boot from after a reset. */
void pm_model_set_partition(uint32_t number);
uint32_t pm_model_partition(void);
/* All registers read as this, whatever was written; writes go on to work. */
void pm_model_lie(uint32_t value);
