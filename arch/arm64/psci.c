/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching the machine off and on again, and cores on, through the firmware
 * (PSCI, DEN0022), and what else it can be asked by the same instruction. A
 * machine without PSCI is left waiting, and says so.
 */
#include "kernel/arch.h"
#include "kernel/print.h"
#include "machine.h"
#include "sysreg.h"

#define PSCI_VERSION      0x84000000u
#define PSCI_FEATURES     0x8400000au
#define PSCI_CPU_ON       0xc4000003u /* with 64-bit arguments */
#define PSCI_SYSTEM_OFF   0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

#define PSCI_1_0  0x10000 /* the first with PSCI_FEATURES */
#define SMCCC_1_1 0x10001 /* the first with SMCCC_ARCH_FEATURES */
#define SMCCC_VERSION       0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u

static enum psci_method method;

void psci_start(const struct platform *platform)
{
    method = platform->psci;
}

/* SMC calling convention (DEN0028): the firmware may change x0 to x17. */
#define PSCI_CALL(instruction)                                                         \
    __asm__ volatile(instruction " #0"                                                 \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                          \
                     :                                                                 \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", \
                       "x14", "x15", "x16", "x17", "memory")

static int32_t psci_call(uint32_t function, uint64_t first, uint64_t second)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = first;
    register uint64_t x2 __asm__("x2") = second;
    register uint64_t x3 __asm__("x3") = 0;

    if (method == PSCI_HVC)
        PSCI_CALL("hvc");
    else if (method == PSCI_SMC)
        PSCI_CALL("smc");
    return (int32_t)x0;
}

/* Below PSCI 1.0 SMCCC_VERSION must not even be called. */
static bool has_arch_calls(void)
{
    return method != PSCI_NONE && psci_call(PSCI_VERSION, 0, 0) >= PSCI_1_0 &&
           psci_call(PSCI_FEATURES, SMCCC_VERSION, 0) >= 0 &&
           psci_call(SMCCC_VERSION, 0, 0) >= SMCCC_1_1;
}

struct speculation_firmware smccc_ask(void)
{
    if (!has_arch_calls())
        return (struct speculation_firmware){.conduit = SMCCC_NONE};
    return (struct speculation_firmware){
        .conduit = method == PSCI_HVC ? SMCCC_HVC : SMCCC_SMC,
        .workaround_1 = psci_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1, 0),
        .workaround_2 = psci_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2, 0),
        .workaround_3 = psci_call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3, 0),
    };
}

void smccc_call(uint32_t function, uint64_t argument)
{
    psci_call(function, argument, 0);
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

    if (method == PSCI_NONE)
        return "the device tree has no PSCI to start it by";
    error = -psci_call(PSCI_CPU_ON, affinity, entry.value);
    if (error < 0 || (size_t)error >= sizeof errors / sizeof errors[0])
        return "the firmware gives an answer that PSCI does not know";
    return errors[error];
}

static _Noreturn void stay(const char *what)
{
    kernel_print("kernel: this machine has no firmware call to %s: it waits for your hand\n", what);
    for (;;)
        wait_for_interrupt();
}

_Noreturn void arch_power_off(void)
{
    psci_call(PSCI_SYSTEM_OFF, 0, 0);
    stay("switch it off");
}

_Noreturn void arch_reset(void)
{
    psci_call(PSCI_SYSTEM_RESET, 0, 0);
    stay("reset it");
}
