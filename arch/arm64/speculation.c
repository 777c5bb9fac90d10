/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spectre v2 and v4: what this core needs. Its ID registers say what it is not
 * affected by; of the rest the firmware says what is to be called.
 */
#include "speculation.h"

#define PFR0_CSV2_BIT 56 /* ID_AA64PFR0_EL1: 0 says nothing */
#define PFR1_SSBS_BIT 4  /* ID_AA64PFR1_EL1: PSTATE.SSBS is there, and is 0 everywhere */

static unsigned field(uint64_t id, unsigned low_bit)
{
    return (unsigned)(id >> low_bit) & 0xf;
}

static bool needs(const struct speculation_firmware *firmware, int32_t answer)
{
    return firmware->conduit != SMCCC_NONE && answer == 0;
}

struct speculation speculation_decide(const struct speculation_core *core,
                                      const struct speculation_firmware *firmware)
{
    return (struct speculation){
        .predictor_by_firmware = field(core->pfr0, PFR0_CSV2_BIT) == 0 &&
                                 needs(firmware, firmware->workaround_1),
        .store_by_firmware = field(core->pfr1, PFR1_SSBS_BIT) == 0 &&
                             needs(firmware, firmware->workaround_2),
    };
}
