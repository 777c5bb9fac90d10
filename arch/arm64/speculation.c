/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spectre v2, v4 and BHB: what this core needs. Its ID registers say what it is
 * not affected by; of the rest the firmware says what is to be called. Only for
 * the branch history there is a measure that needs no firmware: a loop of taken
 * branches that pushes the program's out, or an instruction.
 */
#include "speculation.h"

/* MIDR_EL1: implementer and part number */
#define MIDR_PART(midr) ((midr) >> 24 << 12 | ((midr) >> 4 & 0xfff))
#define ARM_PART(part)  (0x41ULL << 12 | (part))

#define PFR0_CSV2_BIT    56 /* ID_AA64PFR0_EL1: 0 says nothing, 1 to 2 v2, 3 BHB too */
#define PFR1_SSBS_BIT    4  /* ID_AA64PFR1_EL1: PSTATE.SSBS is there, and is 0 everywhere */
#define MMFR1_ECBHB_BIT  60 /* ID_AA64MMFR1_EL1: the history does not cross exception levels */
#define ISAR2_CLRBHB_BIT 28 /* ID_AA64ISAR2_EL1: CLEARBHB */
#define CSV2_BHB         3

/* Arm, "Spectre-BHB: Speculative Target Reuse Attacks": rounds that fill the history. */
static const struct {
    uint16_t part;
    uint16_t rounds;
} loops[] = {
    {0xd07, 8},   /* Cortex-A57 */
    {0xd08, 8},   /* Cortex-A72 */
    {0xd0b, 24},  /* Cortex-A76 */
    {0xd0c, 24},  /* Neoverse N1 */
    {0xd0d, 24},  /* Cortex-A77 */
    {0xd0e, 24},  /* Cortex-A76AE */
    {0xd40, 32},  /* Neoverse V1 */
    {0xd41, 32},  /* Cortex-A78 */
    {0xd42, 32},  /* Cortex-A78AE */
    {0xd44, 32},  /* Cortex-X1 */
    {0xd47, 32},  /* Cortex-A710 */
    {0xd48, 32},  /* Cortex-X2 */
    {0xd49, 32},  /* Neoverse N2 */
    {0xd4b, 32},  /* Cortex-A78C */
    {0xd4c, 32},  /* Cortex-X1C */
    {0xd4d, 38},  /* Cortex-A715 */
    {0xd4e, 132}, /* Cortex-X3 */
    {0xd4f, 132}, /* Neoverse V2 */
};

static unsigned field(uint64_t id, unsigned low_bit)
{
    return (unsigned)(id >> low_bit) & 0xf;
}

static unsigned rounds_of(uint64_t midr)
{
    for (unsigned index = 0; index < sizeof loops / sizeof loops[0]; index++)
        if (MIDR_PART(midr & 0xffffffff) == ARM_PART(loops[index].part))
            return loops[index].rounds;
    return 0;
}

static bool needs(const struct speculation_firmware *firmware, int32_t answer)
{
    return firmware->conduit != SMCCC_NONE && answer == 0;
}

static uint64_t history(const struct speculation_core *core,
                        const struct speculation_firmware *firmware)
{
    unsigned rounds = rounds_of(core->midr);

    if (field(core->pfr0, PFR0_CSV2_BIT) >= CSV2_BHB || field(core->mmfr1, MMFR1_ECBHB_BIT) != 0)
        return HISTORY_KEPT;
    if (field(core->isar2, ISAR2_CLRBHB_BIT) != 0)
        return HISTORY_BY_INSTRUCTION;
    if (rounds != 0)
        return rounds;
    if (needs(firmware, firmware->workaround_3))
        return firmware->conduit == SMCCC_HVC ? HISTORY_HVC : HISTORY_SMC;
    return HISTORY_KEPT;
}

struct speculation speculation_decide(const struct speculation_core *core,
                                      const struct speculation_firmware *firmware)
{
    return (struct speculation){
        .predictor_by_firmware = field(core->pfr0, PFR0_CSV2_BIT) == 0 &&
                                 needs(firmware, firmware->workaround_1),
        .store_by_firmware = field(core->pfr1, PFR1_SSBS_BIT) == 0 &&
                             needs(firmware, firmware->workaround_2),
        .history = history(core, firmware),
    };
}
