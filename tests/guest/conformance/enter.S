/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a helper begins: its first message is in x1 to x8, and at the stack
 * pointer lies what to call, and with what (struct launch in thread.c). What the
 * function returns is the thread's exit code.
 */
#include <thole/abi.h>

    .text
    .global helper_enter
    .type helper_enter, %function
helper_enter:
    sub     sp, sp, #64
    stp     x1, x2, [sp]
    stp     x3, x4, [sp, #16]
    stp     x5, x6, [sp, #32]
    stp     x7, x8, [sp, #48]
    ldp     x9, x0, [sp, #64]
    mov     x1, sp
    mov     x29, xzr
    mov     x30, xzr
    blr     x9
1:  svc     #7                      /* exit */
    b       1b
    .size helper_enter, . - helper_enter

    .section .note.GNU-stack, "", %progbits
