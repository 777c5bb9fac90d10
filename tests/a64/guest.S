/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a batch of cases (batch.h) on the machine, its RAM mapped where it is. Each runs
 * at EL1 on SP_EL0, so that its exception, most often a brk, finds SP_EL1, which
 * points at the case: all registers are stored where they came from.
 */
#include "batch.h"

#define SCTLR_M_SA      0x30d00809  /* and RES1: translation on, SP must be aligned */
#define TCR_39_BITS     0x200803519 /* TTBR0: 4 KiB pages, write-back, to 40 bits; no TTBR1 */
#define BLOCK_NORMAL    0x701       /* AttrIndx 0, inner shareable, accessed */
#define CPACR_FPEN      (3 << 20)
#define SYSTEM_OFF      0x84000008  /* PSCI */

    .macro  each_pair operation
    \operation x2, x3, [sp, #CASE_X(2)]
    \operation x4, x5, [sp, #CASE_X(4)]
    \operation x6, x7, [sp, #CASE_X(6)]
    \operation x8, x9, [sp, #CASE_X(8)]
    \operation x10, x11, [sp, #CASE_X(10)]
    \operation x12, x13, [sp, #CASE_X(12)]
    \operation x14, x15, [sp, #CASE_X(14)]
    \operation x16, x17, [sp, #CASE_X(16)]
    \operation x18, x19, [sp, #CASE_X(18)]
    \operation x20, x21, [sp, #CASE_X(20)]
    \operation x22, x23, [sp, #CASE_X(22)]
    \operation x24, x25, [sp, #CASE_X(24)]
    \operation x26, x27, [sp, #CASE_X(26)]
    \operation x28, x29, [sp, #CASE_X(28)]
    .endm

    .macro  each_vector operation
    .irp    pair, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    one_pair \operation, \pair, (\pair + 1)
    .endr
    .endm

    .altmacro
    .macro  one_pair operation, first, second
    one_pair_of \operation, \first, %second
    .endm
    .macro  one_pair_of operation, first, second
    \operation q\first, q\second, [x0, #(\first * 16)]
    .endm

    .text
    .globl  start
start:
    mov     x0, #0xff               /* attribute 0: normal, write-back */
    msr     mair_el1, x0
    ldr     x0, =TCR_39_BITS
    msr     tcr_el1, x0
    adr     x0, table
    msr     ttbr0_el1, x0
    isb
    tlbi    vmalle1
    dsb     nsh
    ldr     x0, =SCTLR_M_SA
    msr     sctlr_el1, x0
    mov     x0, #CPACR_FPEN
    msr     cpacr_el1, x0
    adr     x0, vectors
    msr     vbar_el1, x0
    isb
    ldr     x0, =BATCH_CASES
    mov     sp, x0

case_start:
    ldr     x0, =BATCH_START
    ldp     x1, x2, [x0, #BATCH_COUNT]
    cmp     x1, x2
    b.eq    off
    add     x0, sp, #CASE_Q(0)
    each_vector ldp
    ldr     x0, [sp, #CASE_SCTLR]
    ldr     x1, =SCTLR_M_SA
    orr     x0, x0, x1
    msr     sctlr_el1, x0
    ldp     x0, x1, [sp, #CASE_PC]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x30, x0, [sp, #CASE_X(30)]
    msr     sp_el0, x0
    each_pair ldp
    ldp     x0, x1, [sp, #CASE_X(0)]
    eret

case_end:
    each_pair stp
    mrs     x0, sp_el0
    stp     x30, x0, [sp, #CASE_X(30)]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #CASE_PC]
    mrs     x0, esr_el1
    mrs     x1, far_el1
    stp     x0, x1, [sp, #CASE_ESR]
    add     x0, sp, #CASE_Q(0)
    each_vector stp
    add     sp, sp, #CASE_BYTES
    ldr     x0, =BATCH_START
    ldr     x1, [x0, #BATCH_DONE]
    add     x1, x1, #1
    str     x1, [x0, #BATCH_DONE]
    b       case_start

    /* The header says how far it came. */
off:
    ldr     w0, =SYSTEM_OFF
    hvc     #0
    b       off
    .ltorg

    .balign 2048
vectors:
    stp     x0, x1, [sp, #CASE_X(0)]
    b       case_end
    .rept   15
    .balign 128
    b       off
    .endr

    /* The second GiB, where RAM is; table 1 of a walk that begins there. */
    .balign 4096
table:
    .quad   0, BATCH_RAM | BLOCK_NORMAL
    .fill   510, 8, 0
