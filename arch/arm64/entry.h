/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry and exit, for assembly: what vectors.S and the short ways (fast.h) both save
 * and restore. SP is the thread. THREAD_FRAME is such that x19 begins a cache line,
 * and what is kept over a system call takes two.
 */
#pragma once
#include "offsets.h"
#include "sysreg.h"

#define CORE x18 /* of the short ways */

#define FRAME_X(n)   (THREAD_FRAME + OFFSET_X(n))
#define FRAME_SP     (THREAD_FRAME + OFFSET_SP)     /* and the program counter */
#define FRAME_PSTATE (THREAD_FRAME + OFFSET_PSTATE) /* and TPIDR_EL0 */
#define FRAME_STEP   (THREAD_FRAME + OFFSET_STEP)

    .macro  save_lower
    stp     x0, x1, [sp, #FRAME_X(0)]
    stp     x2, x3, [sp, #FRAME_X(2)]
    stp     x4, x5, [sp, #FRAME_X(4)]
    stp     x6, x7, [sp, #FRAME_X(6)]
    stp     x8, x9, [sp, #FRAME_X(8)]
    stp     x10, x11, [sp, #FRAME_X(10)]
    stp     x12, x13, [sp, #FRAME_X(12)]
    stp     x14, x15, [sp, #FRAME_X(14)]
    stp     x16, x17, [sp, #FRAME_X(16)]
    str     x18, [sp, #FRAME_X(18)]
    .endm

    /* What a system call keeps, in two parts: some short ways need no more than the first. */
    .macro  save_last
    stp     x29, x30, [sp, #FRAME_X(29)]
    .endm

    .macro  save_middle
    stp     x19, x20, [sp, #FRAME_X(19)]
    stp     x21, x22, [sp, #FRAME_X(21)]
    stp     x23, x24, [sp, #FRAME_X(23)]
    stp     x25, x26, [sp, #FRAME_X(25)]
    stp     x27, x28, [sp, #FRAME_X(27)]
    .endm

    .macro  save_upper
    save_middle
    save_last
    .endm

    .macro  restore_last
    ldp     x29, x30, [sp, #FRAME_X(29)]
    .endm

    .macro  restore_upper
    ldp     x19, x20, [sp, #FRAME_X(19)]
    ldp     x21, x22, [sp, #FRAME_X(21)]
    ldp     x23, x24, [sp, #FRAME_X(23)]
    ldp     x25, x26, [sp, #FRAME_X(25)]
    ldp     x27, x28, [sp, #FRAME_X(27)]
    ldp     x29, x30, [sp, #FRAME_X(29)]
    .endm

    /* Without the flags, if a system call is over and keeps none. Changes x24, x25 and those named. */
    .macro  save_rest flags=kept, stack=x22, where=x23
    mrs     \stack, sp_el0
    mrs     \where, elr_el1
    mrs     x24, spsr_el1
    mrs     x25, tpidr_el0
    .ifnc   \flags, kept
    and     x24, x24, #~PSTATE_FLAGS
    .endif
    stp     \stack, \where, [sp, #FRAME_SP]
    stp     x24, x25, [sp, #FRAME_PSTATE]
    .endm

    /* All but SPSR_EL1, which is in x24 then. Changes x22 to x25. */
    .macro  restore_rest
    ldp     x22, x23, [sp, #FRAME_SP]
    ldp     x24, x25, [sp, #FRAME_PSTATE]
    msr     sp_el0, x22
    msr     elr_el1, x23
    msr     tpidr_el0, x25
    .endm

    /* Into the program, where its frame says. */
    .macro  resume_this
    restore_rest
    msr     spsr_el1, x24
    restore_upper
    ldp     x2, x3, [sp, #FRAME_X(2)]
    ldp     x4, x5, [sp, #FRAME_X(4)]
    ldp     x6, x7, [sp, #FRAME_X(6)]
    ldp     x8, x9, [sp, #FRAME_X(8)]
    ldp     x10, x11, [sp, #FRAME_X(10)]
    ldp     x12, x13, [sp, #FRAME_X(12)]
    ldp     x14, x15, [sp, #FRAME_X(14)]
    ldp     x16, x17, [sp, #FRAME_X(16)]
    ldr     x18, [sp, #FRAME_X(18)]
    ldp     x0, x1, [sp, #FRAME_X(0)]
    leave
    .endm

    /* FP/SIMD registers to or from a struct fp_state; CPACR_EL1.FPEN traps nothing. */
    .macro  save_fp base, status, control
    stp     q0, q1, [\base, #FP_Q(0)]
    stp     q2, q3, [\base, #FP_Q(2)]
    stp     q4, q5, [\base, #FP_Q(4)]
    stp     q6, q7, [\base, #FP_Q(6)]
    stp     q8, q9, [\base, #FP_Q(8)]
    stp     q10, q11, [\base, #FP_Q(10)]
    stp     q12, q13, [\base, #FP_Q(12)]
    stp     q14, q15, [\base, #FP_Q(14)]
    stp     q16, q17, [\base, #FP_Q(16)]
    stp     q18, q19, [\base, #FP_Q(18)]
    stp     q20, q21, [\base, #FP_Q(20)]
    stp     q22, q23, [\base, #FP_Q(22)]
    stp     q24, q25, [\base, #FP_Q(24)]
    stp     q26, q27, [\base, #FP_Q(26)]
    stp     q28, q29, [\base, #FP_Q(28)]
    stp     q30, q31, [\base, #FP_Q(30)]
    mrs     \status, fpsr
    mrs     \control, fpcr
    stp     \status, \control, [\base, #FP_STATUS]
    .endm

    .macro  restore_fp base, status, control
    ldp     \status, \control, [\base, #FP_STATUS]
    msr     fpsr, \status
    msr     fpcr, \control
    ldp     q0, q1, [\base, #FP_Q(0)]
    ldp     q2, q3, [\base, #FP_Q(2)]
    ldp     q4, q5, [\base, #FP_Q(4)]
    ldp     q6, q7, [\base, #FP_Q(6)]
    ldp     q8, q9, [\base, #FP_Q(8)]
    ldp     q10, q11, [\base, #FP_Q(10)]
    ldp     q12, q13, [\base, #FP_Q(12)]
    ldp     q14, q15, [\base, #FP_Q(14)]
    ldp     q16, q17, [\base, #FP_Q(16)]
    ldp     q18, q19, [\base, #FP_Q(18)]
    ldp     q20, q21, [\base, #FP_Q(20)]
    ldp     q22, q23, [\base, #FP_Q(22)]
    ldp     q24, q25, [\base, #FP_Q(24)]
    ldp     q26, q27, [\base, #FP_Q(26)]
    ldp     q28, q29, [\base, #FP_Q(28)]
    ldp     q30, q31, [\base, #FP_Q(30)]
    .endm

    .macro  leave
    eret
    dsb     nsh                     /* nothing is guessed past the exit */
    isb
    .endm
