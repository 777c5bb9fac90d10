/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching the machine off and on again, through the firmware (PSCI, DEN0022).
 * A machine without PSCI is left waiting, and says so.
 */
#include "kernel/arch.h"
#include "kernel/print.h"
#include "machine.h"
#include "sysreg.h"

#define PSCI_SYSTEM_OFF   0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

static enum psci_method method;

void psci_start(const struct platform *platform)
{
    method = platform->psci;
}

/* SMC calling convention (DEN0028): the firmware may change x0 to x17. */
#define PSCI_CALL(instruction, function)                                               \
    do {                                                                               \
        register uint64_t x0 __asm__("x0") = (function);                               \
        __asm__ volatile(instruction " #0"                                             \
                         : "+r"(x0)                                                    \
                         :                                                             \
                         : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", \
                           "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory"); \
    } while (0)

static void psci_call(uint32_t function)
{
    if (method == PSCI_HVC)
        PSCI_CALL("hvc", function);
    else if (method == PSCI_SMC)
        PSCI_CALL("smc", function);
}

static _Noreturn void stay(const char *what)
{
    kernel_print("kernel: this machine has no firmware call to %s: it waits for your hand\n", what);
    for (;;)
        wait_for_interrupt();
}

_Noreturn void arch_power_off(void)
{
    psci_call(PSCI_SYSTEM_OFF);
    stay("switch it off");
}

_Noreturn void arch_reset(void)
{
    psci_call(PSCI_SYSTEM_RESET);
    stay("reset it");
}
