/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thermometer in the BCM2711's monitor for adaptive voltage scaling (AVS). No manual
 * describes it: the register and its bits are those of Linux' binding
 * brcm,bcm2711-thermal and its driver. The node of the sensor has no registers: they are
 * its parent's, brcm,bcm2711-avs-monitor.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct avs {
    volatile uint32_t *base;
};

/* Byte offsets. Nothing is ever written. */
enum avs_register {
    AVS_RO_TEMP_STATUS = 0x200,
};
#define AVS_REGISTER_BYTES 0x204u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t avs_read(const struct avs *avs, enum avs_register which);

/* Thousandths of a degree Celsius; false: there is no valid value. */
bool avs_temperature(const struct avs *avs, int32_t *thousandths);
