/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching the machine off and on again through the firmware (PSCI, DEN0022), and
 * what else it is asked for by the same instruction. A machine without PSCI that must
 * not go on is left waiting, and says so.
 */
#include "harden.h"
#include "kernel/arch.h"
#include "kernel/print.h"
#include "machine.h"
#include "psci.h"
#include "sysreg.h"

#define PSCI_SYSTEM_OFF   0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

enum psci_method psci_method;

void psci_use(enum psci_method method)
{
    psci_method = method;
}

/* SMC calling convention (DEN0028): the firmware may change x0 to x17. */
#define PSCI_CALL(instruction)                                                         \
    __asm__ volatile(instruction " #0"                                                 \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                          \
                     :                                                                 \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", \
                       "x14", "x15", "x16", "x17", "memory")

int32_t psci_call(uint32_t function, uint64_t first, uint64_t second)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = first;
    register uint64_t x2 __asm__("x2") = second;
    register uint64_t x3 __asm__("x3") = 0;

    if (psci_method == PSCI_HVC)
        PSCI_CALL("hvc");
    else if (psci_method == PSCI_SMC)
        PSCI_CALL("smc");
    return (int32_t)x0;
}

void smccc_call(uint32_t function, uint64_t argument)
{
    psci_call(function, argument, 0);
}

void harden_leave(const struct cpu *cpu)
{
    if (cpu->leave_by_firmware)
        smccc_call(SMCCC_ARCH_WORKAROUND_1, 0);
}

static _Noreturn void stay(const char *what)
{
    kernel_print("kernel: this machine has no firmware call to %s: it waits for your hand\n", what);
    for (;;)
        wait_for_interrupt();
}

void arch_try_power_off(void)
{
    psci_call(PSCI_SYSTEM_OFF, 0, 0);
}

void arch_try_reset(void)
{
    psci_call(PSCI_SYSTEM_RESET, 0, 0);
}

_Noreturn void arch_power_off(void)
{
    arch_try_power_off();
    stay("switch it off");
}

_Noreturn void arch_reset(void)
{
    arch_try_reset();
    stay("reset it");
}
