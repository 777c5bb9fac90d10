/* SPDX-License-Identifier: BSD-2-Clause */
/* Uses the FP registers: all other code of this program keeps to the general ones. */
    .text
    .global float_touch
    .type float_touch, %function
float_touch:
    fmov    d0, #1.0
    fmov    d31, #2.0
    ret
    .size float_touch, . - float_touch

    .section .note.GNU-stack, "", %progbits
