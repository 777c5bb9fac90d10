/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instructions of a program. Its thread enters as if a receive had
 * just returned: x0 is the status, x1 to x8 are its first message, sp is the
 * top of the stack. The message is kept in event_hand (event.h), whose first
 * member is a struct message; the rest of the start is C.
 */
    .section .text._start, "ax", %progbits
    .global _start
    .type _start, %function
_start:
    adrp    x9, event_hand
    add     x9, x9, :lo12:event_hand
    stp     x1, x2, [x9]
    stp     x3, x4, [x9, #16]
    stp     x5, x6, [x9, #32]
    stp     x7, x8, [x9, #48]
    mov     x29, xzr                // the end of the chain of frames
    mov     x30, xzr
    b       program_enter           // with the status in x0
    .size _start, . - _start

    .section .note.GNU-stack, "", %progbits
