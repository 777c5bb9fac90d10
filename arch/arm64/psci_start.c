/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware is asked at boot: to start cores (PSCI), and what it knows of speculation. */
#include "machine.h"
#include "psci.h"
#include "sysreg.h"

#define PSCI_VERSION      0x84000000u
#define PSCI_FEATURES     0x8400000au
#define PSCI_CPU_ON       0xc4000003u /* with 64-bit arguments */

#define PSCI_1_0  0x10000 /* the first with PSCI_FEATURES */
#define SMCCC_1_1 0x10001 /* the first with SMCCC_ARCH_FEATURES */
#define SMCCC_VERSION       0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u

/* Below PSCI 1.0 SMCCC_VERSION must not even be called. */
static bool has_arch_calls(void)
{
    return psci_method != PSCI_NONE && psci_call(PSCI_VERSION, 0, 0) >= PSCI_1_0 &&
           psci_call(PSCI_FEATURES, SMCCC_VERSION, 0) >= 0 &&
           psci_call(SMCCC_VERSION, 0, 0) >= SMCCC_1_1;
}

struct speculation_firmware smccc_ask(void)
{
    if (!has_arch_calls())
        return (struct speculation_firmware){.conduit = SMCCC_NONE};
    return (struct speculation_firmware){
        .conduit = psci_method == PSCI_HVC ? SMCCC_HVC : SMCCC_SMC,
        .workaround_1 = psci_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1, 0),
        .workaround_2 = psci_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2, 0),
    };
}

const char *psci_core_on(uint64_t affinity, paddr_t entry)
{
    static const char *const errors[] = {
        NULL,
        "the firmware answers NOT_SUPPORTED",
        "the firmware answers INVALID_PARAMETERS",
        "the firmware answers DENIED",
        "the firmware answers ALREADY_ON",
        "the firmware answers ON_PENDING",
        "the firmware answers INTERNAL_FAILURE",
        "the firmware answers NOT_PRESENT",
        "the firmware answers DISABLED",
        "the firmware answers INVALID_ADDRESS",
    };
    int32_t error;

    if (psci_method == PSCI_NONE)
        return "the device tree has no PSCI to start it by";
    error = -psci_call(PSCI_CPU_ON, affinity, entry.value);
    if (error < 0 || (size_t)error >= sizeof errors / sizeof errors[0])
        return "the firmware gives an answer that PSCI does not know";
    return errors[error];
}
