/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A step of fuzz.c: one instruction or loop with every register chosen, the
 * stack pointer too. After it no register is known to hold anything: x18, zero
 * after a system call, is the one by which the others are stored.
 */
#include "fuzz.h"

    .macro  address register, symbol
    adrp    \register, \symbol
    add     \register, \register, :lo12:\symbol
    .endm

    .macro  vectors op
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
               22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \op     q\n, [x18, #FUZZ_V + 16 * \n]
    .endr
    .endm

    /* All but x18, by which the others are found. */
    .macro  general op
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, \
               23, 24, 25, 26, 27, 28, 29, 30
    \op     x\n, [x18, #FUZZ_X + 8 * \n]
    .endr
    .endm

    .text
    .global fuzz_step
    .type fuzz_step, %function
fuzz_step:
    address x18, saved
    stp     x19, x20, [x18]
    stp     x21, x22, [x18, #16]
    stp     x23, x24, [x18, #32]
    stp     x25, x26, [x18, #48]
    stp     x27, x28, [x18, #64]
    stp     x29, x30, [x18, #80]
    mov     x9, sp
    mrs     x10, tpidr_el0
    stp     x9, x10, [x18, #96]
    address x9, fuzz_loads_float
    ldr     x9, [x9]
    address x18, fuzz_in
    cbz     x9, 1f
    vectors ldr
    ldp     x9, x10, [x18, #FUZZ_FPCR]
    msr     fpcr, x9
    msr     fpsr, x10
1:  ldp     x9, x10, [x18, #FUZZ_SP]
    mov     sp, x9
    msr     tpidr_el0, x10
    ldr     x9, [x18, #FUZZ_FLAGS]
    msr     nzcv, x9
    general ldr
    br      x16

after_syscall:
    cbnz    x18, x18_wrong
after:
    address x18, fuzz_out
    general str
    mov     x9, sp
    mrs     x10, tpidr_el0
    stp     x9, x10, [x18, #FUZZ_SP]
    mrs     x9, nzcv
    str     x9, [x18, #FUZZ_FLAGS]
    address x9, fuzz_keeps_float
    ldr     x9, [x9]
    cbz     x9, 1f
    vectors str
    mrs     x9, fpcr
    mrs     x10, fpsr
    stp     x9, x10, [x18, #FUZZ_FPCR]
1:  address x18, saved
    ldp     x19, x20, [x18]
    ldp     x21, x22, [x18, #16]
    ldp     x23, x24, [x18, #32]
    ldp     x25, x26, [x18, #48]
    ldp     x27, x28, [x18, #64]
    ldp     x29, x30, [x18, #80]
    ldp     x9, x10, [x18, #96]
    mov     sp, x9
    msr     tpidr_el0, x10
    ret

after_spin:
    address x0, fuzz_in             // x0 is 0, and may be anything now
    sub     x0, x0, x18
    cbz     x0, after
x18_wrong:
    address x18, fuzz_x18_wrong
    str     x18, [x18]
    b       after
    .size fuzz_step, . - fuzz_step

    .global fuzz_spin
    .type fuzz_spin, %function
fuzz_spin:
    sub     x0, x0, #1
    cbnz    x0, fuzz_spin
    b       after_spin
    .size fuzz_spin, . - fuzz_spin

/* A table of steps, each some instructions and the way back. */
    .macro  step back, text:vararg
    .pushsection .text
9:  \text
    b       \back
    .popsection
    .quad   9b
    .endm

    .section .rodata
    .balign 8
    .global fuzz_syscalls, fuzz_misdeeds, fuzz_misdeed_count
fuzz_syscalls:
    .quad   0
    .irp    n, 1, 2, 3, 4, 5, 6
    step    after_syscall, svc #\n
    .endr
fuzz_misdeeds:
    step    after, ldr x1, [x0]
    step    after, str x1, [x0]
    step    after, ldrb w1, [x0, #1]
    step    after, ldxr x1, [x0]
    step    after, ldp x1, x2, [x0, #-8]
    step    after, stlr x1, [x0]
    step    after, dc zva, x0
    step    after, dc civac, x0
    step    after, ic ivau, x0
    step    after, br x0
    step    after, ldr x1, [sp]
    step    after, str x1, [sp, #-16]
    step    after, svc #0
    step    after, svc #7
    step    after, svc #8
    step    after, svc #0x101
    step    after, svc #0xffff
    step    after, .inst 0
    step    after, brk #7
    step    after, hlt #0
    step    after, hvc #0
    step    after, smc #0
    step    after, eret
    step    after, msr daifset, #15
    step    after, mrs x1, sctlr_el1
    step    after, msr ttbr0_el1, x0
    step    after, msr tpidrro_el0, x0
    step    after, msr spsel, #1
    step    after, mrs x1, cntpct_el0
    step    after, tlbi vmalle1is
    step    after, wfi
    step    after, wfe
    .set    misdeeds, (. - fuzz_misdeeds) / 8
fuzz_misdeed_count:
    .quad   misdeeds

    .bss
    .balign 16
saved:
    .skip   112

    .section .note.GNU-stack, "", %progbits
