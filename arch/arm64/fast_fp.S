/* SPDX-License-Identifier: BSD-2-Clause */
/* FP/SIMD registers, in a call or an answer. */
#include <thole/abi.h>

#include "fast.h"

    .section .text.vectors, "ax"

    /*
     * Of SP they are saved, of x21 loaded, each if it has turns left (kernel/object/thread.h),
     * whose flags w23 and w24 are. Before switch_thread, when nothing can fail any more.
     * Changes x22 and x25 to x28.
     */
    .globl  fast_switch_fp
fast_switch_fp:
    tst     w23, #THREAD_FP_TURNS_MASK
    b.eq    2f
    add     x22, sp, #THREAD_FP
    save_fp x22, x27, x28
1:  ubfx    w25, w24, #THREAD_FP_TURNS_SHIFT, #8
    subs    w25, w25, #1
    b.ls    3f
    strb    w25, [x21, #THREAD_FP_TURNS]
    add     x22, x21, #THREAD_FP
    restore_fp x22, x27, x28
    ret
2:  mov     x22, #CPACR_OPEN
    msr     cpacr_el1, x22
    isb
    b       1b
3:  strb    wzr, [x21, #THREAD_FP_TURNS]    /* it has none, or tries without */
    msr     cpacr_el1, xzr
    ret
