/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FP/SIMD registers to and from memory, for fp.c: C code of the kernel is
 * compiled without them. x0 = struct fp_state; CPACR_EL1.FPEN traps nothing.
 */
#include "offsets.h"

    .section .text.fp, "ax"
    .globl  fp_save
fp_save:
    hint    #34                 /* bti c */
    stp     q0, q1, [x0, #FP_Q(0)]
    stp     q2, q3, [x0, #FP_Q(2)]
    stp     q4, q5, [x0, #FP_Q(4)]
    stp     q6, q7, [x0, #FP_Q(6)]
    stp     q8, q9, [x0, #FP_Q(8)]
    stp     q10, q11, [x0, #FP_Q(10)]
    stp     q12, q13, [x0, #FP_Q(12)]
    stp     q14, q15, [x0, #FP_Q(14)]
    stp     q16, q17, [x0, #FP_Q(16)]
    stp     q18, q19, [x0, #FP_Q(18)]
    stp     q20, q21, [x0, #FP_Q(20)]
    stp     q22, q23, [x0, #FP_Q(22)]
    stp     q24, q25, [x0, #FP_Q(24)]
    stp     q26, q27, [x0, #FP_Q(26)]
    stp     q28, q29, [x0, #FP_Q(28)]
    stp     q30, q31, [x0, #FP_Q(30)]
    mrs     x9, fpsr
    mrs     x10, fpcr
    add     x0, x0, #FP_STATUS
    stp     x9, x10, [x0]
    ret

    .globl  fp_load
fp_load:
    hint    #34                 /* bti c */
    add     x9, x0, #FP_STATUS
    ldp     x9, x10, [x9]
    msr     fpsr, x9
    msr     fpcr, x10
    ldp     q0, q1, [x0, #FP_Q(0)]
    ldp     q2, q3, [x0, #FP_Q(2)]
    ldp     q4, q5, [x0, #FP_Q(4)]
    ldp     q6, q7, [x0, #FP_Q(6)]
    ldp     q8, q9, [x0, #FP_Q(8)]
    ldp     q10, q11, [x0, #FP_Q(10)]
    ldp     q12, q13, [x0, #FP_Q(12)]
    ldp     q14, q15, [x0, #FP_Q(14)]
    ldp     q16, q17, [x0, #FP_Q(16)]
    ldp     q18, q19, [x0, #FP_Q(18)]
    ldp     q20, q21, [x0, #FP_Q(20)]
    ldp     q22, q23, [x0, #FP_Q(22)]
    ldp     q24, q25, [x0, #FP_Q(24)]
    ldp     q26, q27, [x0, #FP_Q(26)]
    ldp     q28, q29, [x0, #FP_Q(28)]
    ldp     q30, q31, [x0, #FP_Q(30)]
    ret
