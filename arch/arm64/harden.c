/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Return addresses signed with a key of this core and boot, and what is called
 * against speculation. Why key B, and why it is off
 * while a program runs: docs/decisions/0007-kernel-signs-with-key-b.md.
 */
#include "harden.h"
#include "kernel/print.h"
#include "machine.h"
#include "random.h"

static bool core_signs(void)
{
    return (read_id_aa64isar1_el1() & (ISAR1_APA | ISAR1_API)) != 0 ||
           (read_id_aa64isar2_el1() & ISAR2_APA3) != 0;
}

static bool core_has_landing_pads(void)
{
    return id_field(read_id_aa64pfr1_el1(), PFR1_BTI_BIT) != 0;
}

/* vectors.S turns it on and off with this; nothing is signed until a program runs. */
static void start_signing(struct cpu *cpu)
{
    if (!core_signs())
        return;
    write_apibkeylo_el1(random_word());
    write_apibkeyhi_el1(random_word());
    cpu->entry_sctlr = read_sctlr_el1() | SCTLR_ENIB;
}

static struct speculation decide(void)
{
    struct speculation_firmware firmware = smccc_ask();
    struct speculation_core core = {
        .pfr0 = read_id_aa64pfr0_el1(),
        .pfr1 = read_id_aa64pfr1_el1(),
    };

    return speculation_decide(&core, &firmware);
}

void harden_core_start(struct cpu *cpu)
{
    struct speculation speculation = decide();

    start_signing(cpu);
    cpu->leave_by_firmware = speculation.predictor_by_firmware;
    if (speculation.store_by_firmware)
        smccc_call(SMCCC_ARCH_WORKAROUND_2, 1);
}

void harden_print(const struct cpu *cpu)
{
    kernel_print("kernel: PAN %s, landing pads %s, signed returns %s\n",
                 harden_has_pan() ? "yes" : "no", core_has_landing_pads() ? "yes" : "no",
                 cpu->entry_sctlr != 0 ? "yes" : "no");
}
