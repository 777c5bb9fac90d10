/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registers_store: where a thread begins whose registers were all written. It
 * stores them in registers_seen, in the order of THREAD_WRITE_REGISTERS, and
 * ends. The first register saved frees the one that addresses the array; it
 * lies on the stack meanwhile.
 */
    .text

    .macro put first second
    stp     x\first, x\second, [x0, #(8 * \first)]
    .endm

    .global registers_store
    .type registers_store, %function
registers_store:
    stp     x0, x1, [sp, #-16]
    adr     x1, registers_store
    adrp    x0, registers_seen
    add     x0, x0, :lo12:registers_seen
    str     x1, [x0, #(8 * 32)]
    mrs     x1, nzcv
    str     x1, [x0, #(8 * 33)]
    mrs     x1, tpidr_el0
    str     x1, [x0, #(8 * 34)]
    mov     x1, sp
    str     x1, [x0, #(8 * 31)]
    ldr     x1, [sp, #-8]
    put     2, 3
    put     4, 5
    put     6, 7
    put     8, 9
    put     10, 11
    put     12, 13
    put     14, 15
    put     16, 17
    put     18, 19
    put     20, 21
    put     22, 23
    put     24, 25
    put     26, 27
    put     28, 29
    str     x30, [x0, #(8 * 30)]
    ldr     x2, [sp, #-16]
    stp     x2, x1, [x0]
    svc     #7                      /* exit */

    .section .note.GNU-stack, "", %progbits
