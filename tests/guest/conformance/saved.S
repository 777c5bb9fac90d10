/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls with all registers under control: call_NAME(struct registers *)
 * loads x0 to x30, does `svc`, and stores what came back. The stack pointer is
 * the one that is not loaded: it must be the same, or nothing here works.
 */
#include <thole/abi.h>

    .text

    .macro pair operation first second base
    \operation x\first, x\second, [\base, #(8 * \first)]
    .endm

    .macro saved name number
    .global call_\name
    .type call_\name, %function
call_\name:
    stp     x19, x20, [sp, #-112]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x0, [sp, #96]
    sub     sp, sp, #256
    pair    ldp, 2, 3, x0
    pair    ldp, 4, 5, x0
    pair    ldp, 6, 7, x0
    pair    ldp, 8, 9, x0
    pair    ldp, 10, 11, x0
    pair    ldp, 12, 13, x0
    pair    ldp, 14, 15, x0
    pair    ldp, 16, 17, x0
    pair    ldp, 18, 19, x0
    pair    ldp, 20, 21, x0
    pair    ldp, 22, 23, x0
    pair    ldp, 24, 25, x0
    pair    ldp, 26, 27, x0
    pair    ldp, 28, 29, x0
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    cmp     x30, x30                /* Z and C are set */
    svc     #\number
    pair    stp, 0, 1, sp
    pair    stp, 2, 3, sp
    pair    stp, 4, 5, sp
    pair    stp, 6, 7, sp
    pair    stp, 8, 9, sp
    pair    stp, 10, 11, sp
    pair    stp, 12, 13, sp
    pair    stp, 14, 15, sp
    pair    stp, 16, 17, sp
    pair    stp, 18, 19, sp
    pair    stp, 20, 21, sp
    pair    stp, 22, 23, sp
    pair    stp, 24, 25, sp
    pair    stp, 26, 27, sp
    pair    stp, 28, 29, sp
    mrs     x1, nzcv
    stp     x30, x1, [sp, #240]
    ldr     x0, [sp, #352]          /* the struct */
    mov     x2, #0
1:  ldr     x3, [sp, x2]
    str     x3, [x0, x2]
    add     x2, x2, #8
    cmp     x2, #256
    b.ne    1b
    add     sp, sp, #256
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     x19, x20, [sp], #112
    ret
    .endm

    saved   call 1
    saved   try_call 2
    saved   reply_recv 3
    saved   recv 4
    saved   try_recv 5
    saved   yield 6

    .section .note.GNU-stack, "", %progbits
