/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From EL2 to EL1. EL2 is left such that nothing at EL1 traps to it: nobody is
 * there to answer. Registers that only newer cores have go by their encoding.
 * Runs with translation off; returns at EL1. Changes x9 and x10.
 */
#include "sysreg.h"

#define ICC_SRE_EL2  S3_4_C12_C9_5
#define ICH_HCR_EL2  S3_4_C12_C11_0
#define HCRX_EL2     S3_4_C1_C2_2
#define HFGRTR_EL2   S3_4_C1_C1_4
#define HFGWTR_EL2   S3_4_C1_C1_5
#define HFGITR_EL2   S3_4_C1_C1_6
#define HDFGRTR_EL2  S3_4_C3_C1_4
#define HDFGWTR_EL2  S3_4_C3_C1_5

/* Low bits of fields of ID registers */
#define DFR0_PMUVER  8
#define PFR0_GIC     24
#define MMFR0_FGT    56
#define MMFR1_HCX    40

    .section .head, "ax"
    .globl el2_leave
el2_leave:
    /*
     * First HCR_EL2: with E2H, which a loader may have set, the registers below
     * would have another layout, and SCTLR_EL1 would be EL2's.
     */
    ldr     x9, =(HCR_RW | HCR_APK | HCR_API)
    msr     hcr_el2, x9
    isb
    ldr     x9, =SCTLR_RES1
    msr     sctlr_el1, x9
    mov     x9, #CPTR_EL2_RES1
    msr     cptr_el2, x9
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mov     x9, #(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN)
    msr     cnthctl_el2, x9
    msr     cntvoff_el2, xzr
    mrs     x9, midr_el1
    msr     vpidr_el2, x9
    mrs     x9, mpidr_el1
    msr     vmpidr_el2, x9

    /* All event counters are EL1's: MDCR_EL2.HPMN = PMCR_EL0.N */
    mrs     x9, id_aa64dfr0_el1
    ubfx    x9, x9, #DFR0_PMUVER, #4
    mov     x10, xzr
    cbz     x9, 1f
    cmp     x9, #0xf            /* not Arm's PMU */
    b.eq    1f
    mrs     x10, pmcr_el0
    ubfx    x10, x10, #11, #5
1:  msr     mdcr_el2, x10

    /* GICv3: EL1 may use the system registers, and no virtual interrupts. */
    mrs     x9, id_aa64pfr0_el1
    ubfx    x9, x9, #PFR0_GIC, #4
    cbz     x9, 2f
    mrs     x9, ICC_SRE_EL2
    orr     x9, x9, #ICC_SRE_SRE
    orr     x9, x9, #ICC_SRE_ENABLE
    msr     ICC_SRE_EL2, x9
    isb
    mrs     x9, ICC_SRE_EL2     /* stays 0 where EL3 withholds it */
    tbz     x9, #0, 2f
    msr     ICH_HCR_EL2, xzr
2:
    /* Fine-grained traps. */
    mrs     x9, id_aa64mmfr0_el1
    ubfx    x9, x9, #MMFR0_FGT, #4
    cbz     x9, 3f
    msr     HFGRTR_EL2, xzr
    msr     HFGWTR_EL2, xzr
    msr     HFGITR_EL2, xzr
    msr     HDFGRTR_EL2, xzr
    msr     HDFGWTR_EL2, xzr
3:  mrs     x9, id_aa64mmfr1_el1
    ubfx    x9, x9, #MMFR1_HCX, #4
    cbz     x9, 4f
    msr     HCRX_EL2, xzr
4:
    mov     x9, #(SPSR_DAIF | SPSR_EL1H)
    msr     spsr_el2, x9
    msr     elr_el2, x30
    eret

    .ltorg
