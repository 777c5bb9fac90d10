/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry and exit. While a program runs, SP_EL1 points at its struct frame, so
 * an exception stores all registers straight into it, takes the core's stack,
 * which is empty, and calls C (event.c) with the frame and the core. C returns
 * the frame to resume. An exception in the kernel itself is the end: panic.c.
 */
#include "offsets.h"
#include "sysreg.h"

/* Order of the table: Arm ARM, exception vectors. panic.c knows it too. */

    /* At most 32 instructions; the C function is called from `event`. */
    .macro  entry_from_program function
    .balign 128
    stp     x0, x1, [sp, #OFFSET_X(0)]
    stp     x2, x3, [sp, #OFFSET_X(2)]
    stp     x4, x5, [sp, #OFFSET_X(4)]
    stp     x6, x7, [sp, #OFFSET_X(6)]
    stp     x8, x9, [sp, #OFFSET_X(8)]
    stp     x10, x11, [sp, #OFFSET_X(10)]
    stp     x12, x13, [sp, #OFFSET_X(12)]
    stp     x14, x15, [sp, #OFFSET_X(14)]
    stp     x16, x17, [sp, #OFFSET_X(16)]
    stp     x18, x19, [sp, #OFFSET_X(18)]
    stp     x20, x21, [sp, #OFFSET_X(20)]
    stp     x22, x23, [sp, #OFFSET_X(22)]
    stp     x24, x25, [sp, #OFFSET_X(24)]
    stp     x26, x27, [sp, #OFFSET_X(26)]
    stp     x28, x29, [sp, #OFFSET_X(28)]
    mrs     x9, sp_el0
    stp     x30, x9, [sp, #OFFSET_X(30)]
    mrs     x9, elr_el1
    mrs     x10, spsr_el1
    stp     x9, x10, [sp, #OFFSET_PC]
    mrs     x9, tpidr_el0
    str     x9, [sp, #OFFSET_TLS]
    mov     x0, sp
    mrs     x1, tpidr_el1
    ldr     x9, [x1, #CPU_STACK_TOP]
    mov     sp, x9
    adr     x9, \function
    b       event
    .endm

    /* Two registers to work with: nothing that runs later misses TPIDR(RO)_EL0. */
    .macro  entry_from_kernel index
    .balign 128
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    mov     x0, #\index
    b       panic
    .endm

    .macro  vector_table synchronous, interrupt, error
    entry_from_kernel 0             /* SP_EL0: never used by the kernel */
    entry_from_kernel 1
    entry_from_kernel 2
    entry_from_kernel 3
    entry_from_kernel 4             /* SP_EL1 */
    entry_from_kernel 5
    entry_from_kernel 6
    entry_from_kernel 7
    entry_from_program \synchronous
    entry_from_program \interrupt
    entry_from_program \interrupt   /* FIQ: the GIC's group 0, if firmware left it so */
    entry_from_program \error
    entry_from_kernel 12            /* AArch32 programs: no frame ever asks for one */
    entry_from_kernel 13
    entry_from_kernel 14
    entry_from_kernel 15
    .endm

    .section .text.vectors, "ax"
    .balign 2048
    .globl  vectors
vectors:
    vector_table event_sync, event_interrupt, event_error

    /*
     * x0 frame, x1 core, x9 the C function. Before C's first indirect branch the
     * branch history that the program made is cleared, where the core needs that
     * (speculation.c). C signs its return addresses with key B, which is on for C
     * alone: a program could have its own addresses signed by it. A core without
     * either gets here in three instructions more.
     */
event:
    ldp     x19, x20, [x1, #CPU_ENTRY_SCTLR]
    cbnz    x20, .Lhistory_clear
.Lhistory_is_clear:
    cbz     x19, 1f
    msr     sctlr_el1, x19
    isb
1:  mov     x29, xzr                /* back-traces end here */
    mov     x30, xzr
    blr     x9
    cbz     x19, resume
    bic     x19, x19, #SCTLR_ENIB
    msr     sctlr_el1, x19          /* the exception return makes it effective */
    b       resume

    /* x20: enum history, or above it how many rounds of taken branches. Changes x21, x22. */
.Lhistory_clear:
    cmp     x20, #HISTORY_SMC
    b.eq    3f
    b.lo    2f
1:  b       . + 4
    subs    x20, x20, #1
    b.ne    1b
    dsb     nsh                     /* nothing that follows was fetched by the old history */
    isb
    b       .Lhistory_is_clear
2:  cmp     x20, #HISTORY_HVC
    b.eq    4f
    hint    #22                     /* clearbhb */
    isb
    b       .Lhistory_is_clear
3:  mov     x21, x0                 /* SMC calling convention 1.1: x0 to x3 are lost */
    mov     x22, x1
    ldr     w0, =SMCCC_ARCH_WORKAROUND_3
    smc     #0
    b       5f
4:  mov     x21, x0
    mov     x22, x1
    ldr     w0, =SMCCC_ARCH_WORKAROUND_3
    hvc     #0
5:  mov     x0, x21
    mov     x1, x22
    b       .Lhistory_is_clear

    .globl  frame_resume
frame_resume:
    hint    #34                     /* bti c */
resume:
    mov     sp, x0
    ldr     x9, [sp, #OFFSET_TLS]
    msr     tpidr_el0, x9
    ldp     x9, x10, [sp, #OFFSET_PC]
    msr     elr_el1, x9
    msr     spsr_el1, x10
    ldp     x30, x9, [sp, #OFFSET_X(30)]
    msr     sp_el0, x9
    ldp     x2, x3, [sp, #OFFSET_X(2)]
    ldp     x4, x5, [sp, #OFFSET_X(4)]
    ldp     x6, x7, [sp, #OFFSET_X(6)]
    ldp     x8, x9, [sp, #OFFSET_X(8)]
    ldp     x10, x11, [sp, #OFFSET_X(10)]
    ldp     x12, x13, [sp, #OFFSET_X(12)]
    ldp     x14, x15, [sp, #OFFSET_X(14)]
    ldp     x16, x17, [sp, #OFFSET_X(16)]
    ldp     x18, x19, [sp, #OFFSET_X(18)]
    ldp     x20, x21, [sp, #OFFSET_X(20)]
    ldp     x22, x23, [sp, #OFFSET_X(22)]
    ldp     x24, x25, [sp, #OFFSET_X(24)]
    ldp     x26, x27, [sp, #OFFSET_X(26)]
    ldp     x28, x29, [sp, #OFFSET_X(28)]
    ldp     x0, x1, [sp, #OFFSET_X(0)]
    eret
    dsb     nsh                     /* nothing is guessed past the exit */
    isb

    /*
     * x0 index of the vector; the old x0 and x1 are in TPIDR_EL0 and
     * TPIDRRO_EL0. The stack pointer may be what is wrong, so all goes to the
     * emergency stack, from its top also when a panic itself came here.
     */
panic:
    mrs     x1, tpidr_el1
    ldr     x1, [x1, #CPU_EMERGENCY_TOP]
    sub     x1, x1, #FRAME_BYTES
    stp     x2, x3, [x1, #OFFSET_X(2)]
    stp     x4, x5, [x1, #OFFSET_X(4)]
    stp     x6, x7, [x1, #OFFSET_X(6)]
    stp     x8, x9, [x1, #OFFSET_X(8)]
    stp     x10, x11, [x1, #OFFSET_X(10)]
    stp     x12, x13, [x1, #OFFSET_X(12)]
    stp     x14, x15, [x1, #OFFSET_X(14)]
    stp     x16, x17, [x1, #OFFSET_X(16)]
    stp     x18, x19, [x1, #OFFSET_X(18)]
    stp     x20, x21, [x1, #OFFSET_X(20)]
    stp     x22, x23, [x1, #OFFSET_X(22)]
    stp     x24, x25, [x1, #OFFSET_X(24)]
    stp     x26, x27, [x1, #OFFSET_X(26)]
    stp     x28, x29, [x1, #OFFSET_X(28)]
    mrs     x2, tpidr_el0
    mrs     x3, tpidrro_el0
    stp     x2, x3, [x1, #OFFSET_X(0)]
    mov     x2, sp
    stp     x30, x2, [x1, #OFFSET_X(30)]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [x1, #OFFSET_PC]
    str     xzr, [x1, #OFFSET_TLS]
    mov     sp, x1
    mov     x1, x0
    mov     x0, sp
    mov     x29, xzr
    mov     x30, xzr
    b       panic_exception

    .ltorg

    /* The same, with each event recorded: trace.c says which of them a core has. */
    .balign 2048
    .globl  vectors_traced
vectors_traced:
    vector_table traced_sync, traced_interrupt, traced_error
