/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware for harden.py: it stays at EL2, below the kernel at EL1, and answers
 * and counts the calls that are about speculation; the others it hands on to the
 * emulator's own. Loaded in place of the kernel, at 0x40080000. ANSWER is what
 * SMCCC_ARCH_FEATURES gives, VERSION is PSCI's; CONDUIT, the instruction, is put
 * into the tree, in which the emulator always says SMC. x1 to x3 are lost in each call.
 */
#define KERNEL        0x40200000
#define HCR_RW        (1 << 31)
#define HCR_TSC       (1 << 19) /* EL1's SMC comes here */
#define ESR_EC_SMC    0x17
#define SMC           0x00636d73 /* "smc" in memory */
#define HVC           0x00637668
#define TREE_WORDS    0x4000
#define SCTLR_RES1    0x30d00800
#define CPTR_EL2_RES1 0x33ff
#define SPSR_EL1H     0x3c5

    .globl  _start
_start:
    mov     x19, x0             /* the device tree */
    ldr     w4, =SMC
    ldr     w5, =CONDUIT
    mov     x2, #TREE_WORDS
1:  ldr     w3, [x0]
    cmp     w3, w4
    b.ne    2f
    str     w5, [x0]
2:  add     x0, x0, #4
    subs    x2, x2, #1
    b.ne    1b
    adr     x1, vectors
    msr     vbar_el2, x1
    ldr     x1, =(HCR_RW | HCR_TSC)
    msr     hcr_el2, x1
    ldr     x1, =SCTLR_RES1
    msr     sctlr_el1, x1
    mov     x1, #CPTR_EL2_RES1
    msr     cptr_el2, x1
    mov     x1, #3              /* EL1 has the timers */
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    mov     x1, #SPSR_EL1H
    msr     spsr_el2, x1
    ldr     x1, =KERNEL
    msr     elr_el2, x1
    isb
    mov     x0, x19
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    eret

    .macro  is function label
    ldr     w2, =\function
    cmp     w0, w2
    b.eq    \label
    .endm

    /* Counter n of the second page. */
    .macro  count n
    adr     x2, counters
    ldr     x3, [x2, #8 * \n]
    add     x3, x3, #1
    str     x3, [x2, #8 * \n]
    .endm

call:
    mrs     x2, esr_el2
    lsr     x2, x2, #26
    cmp     x2, #ESR_EC_SMC
    b.ne    1f
    mrs     x2, elr_el2         /* a trap returns to the instruction, a call behind it */
    add     x2, x2, #4
    msr     elr_el2, x2
1:
    is      0x80008000 workaround_1
    is      0x80007fff workaround_2
    is      0x80003fff workaround_3
    is      0x80000001 features
    is      0x80000000 smccc_version
    is      0x8400000a psci_features
    is      0x84000000 psci_version
    smc     #0
    b       back
workaround_1:
    count   0
    b       back
workaround_2:
    count   1
    str     x1, [x2, #8 * 4]    /* on or off */
    b       back
workaround_3:
    count   2
    b       back
features:
    count   3
    ldr     x0, =ANSWER
    b       back
psci_features:
    mov     x0, xzr
    b       back
smccc_version:
    ldr     x0, =0x10001
    b       back
psci_version:
    ldr     x0, =VERSION
back:
    ldr     x1, =0xbad1bad1bad1bad1
    mov     x2, x1
    mov     x3, x1
    eret

    .ltorg
    .balign 0x800
vectors:
    .org    vectors + 0x400     /* from a lower level, AArch64, synchronous */
    b       call
    .org    0x1000
counters:
    .zero   0x1000
