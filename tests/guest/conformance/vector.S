/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fp_fill_and_compare(seed, rounds): fills v0 to v31 and FPCR's rounding mode,
 * lets others run, and compares, so many times. Returns 0, or how many of the
 * comparisons failed.
 */
    .text

    .global fp_fill_and_compare
    .type fp_fill_and_compare, %function
fp_fill_and_compare:
    stp     x29, x30, [sp, #-64]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    mov     x19, x0
    mov     x20, x1
    mov     x21, #0
    and     x22, x0, #3
    lsl     x22, x22, #22           /* FPCR.RMode */
1:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x9, x19, #\n
    dup     v\n\().2d, x9
    .endr
    msr     fpcr, x22
    svc     #6                      /* yield */
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    add     x9, x19, #\n
    mov     x10, v\n\().d[0]
    mov     x11, v\n\().d[1]
    cmp     x9, x10
    cinc    x21, x21, ne
    cmp     x9, x11
    cinc    x21, x21, ne
    .endr
    mrs     x9, fpcr
    cmp     x9, x22
    cinc    x21, x21, ne
    subs    x20, x20, #1
    b.ne    1b
    msr     fpcr, xzr
    mov     x0, x21
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

    .section .note.GNU-stack, "", %progbits
