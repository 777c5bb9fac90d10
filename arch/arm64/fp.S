/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FP/SIMD registers to and from memory, for fp.c: C code of the kernel is
 * compiled without them. x0 = struct fp_state; CPACR_EL1.FPEN traps nothing.
 */
#include "fast.h"

    .section .text.fp, "ax"
    .globl  fp_save
fp_save:
    hint    #34                 /* bti c */
    save_fp x0, x9, x10
    ret

    .globl  fp_load
fp_load:
    hint    #34                 /* bti c */
    restore_fp x0, x9, x10
    ret
