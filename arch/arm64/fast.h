/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways of what happens most: fast_call.S, fast_reply.S (an answer together with the
 * next wait), fast_event.S (interrupts and signals), fast_fault.S, fast_yield.S (and a poll),
 * and what they share, fast_cap.S (capabilities) and fast_fp.S. Some need no clock, for the
 * same SchedContext goes on; the others include fast_time.h. Each does what kernel/ does
 * (endpoint_call and the like, and all that follows from them) when nothing else is to be done
 * on the way; if anything is, it jumps to the long way before it has changed anything.
 * tests/model compares the two.
 *
 * On the way in, SP is the thread. Of a system call x29 and x30 are saved, and w29 is its number.
 * No system call keeps x9 to x18; those that need more save x19 to x28 first. x0 to x8 are the
 * caller's. Of faults and interrupts x0 to x30 are saved.
 *
 * Who is interrupted for a thread that an event wakes is in no queue until C enters (kernel/core.h,
 * core_settle) or that thread is interrupted itself.
 *
 * Other cores are kept away by this core's gate (kernel/event.h), and by the endpoint: only
 * the short ways of its home touch it. All else belongs to this core: the thread that runs,
 * who waits at the endpoint or for the answer, time of this core, its ready queue and timer. A
 * Notification alone may be signalled by another core's short way at the same moment.
 *
 * If the same SchedContext goes on, nothing is accounted and no clock is read; nor is a ready
 * queue looked at on a call, since that lowers no priority. What a program chose as an index is
 * masked, so nothing is fetched past its table under speculation.
 */
#pragma once
#include "entry.h"
#include "fast_gate.h"

    /* w29 is not 0, and has 16 bits. To `else` if the C part of the kernel must have it. */
    .macro  enter_gate else, interface
    mrs     CORE, tpidr_el1
    .ifb    \interface
    ldr     CORE, [CORE, #CPU_CORE]
    .else
    ldp     CORE, \interface, [CORE, #CPU_CORE]
    .endif
    take_gate \else
    .endm

    /* Into two registers, object and badge of the slot that x0 names. */
    .macro  find_slot else, object=x19, badge=x20
    ldp     \object, \badge, [sp, #THREAD_TABLE]
    cmp     x0, \badge
    b.hi    \else
    and     \badge, \badge, x0
    add     \object, \object, \badge, lsl #5
    ldp     \object, \badge, [\object]
    .endm

    /* `other` (the sender that will run or wait) and this thread: what is special about them is in w27. */
    .macro  look_for_special other
    ldr     w23, [sp, #THREAD_FLAGS]
    ldr     w24, [\other, #THREAD_FLAGS]
    orr     w25, w23, w24
    ands    w27, w25, #THREAD_FLAGS_MASK
    .endm

    .macro  check_plain other, else
    look_for_special \other
    b.ne    \else
    .endm

    /* Behind check_plain, which was left: is it FP/SIMD alone that is special about the two? */
    .macro  check_fp else
    tst     w27, #(THREAD_FLAGS_MASK & ~THREAD_FP_TURNS_MASK)
    b.ne    \else
    .endm

    /* \to is loaded in place of SP: its registers follow. Changes x22 to x25. */
    .macro  switch_thread to=x21
    ldr     x22, [\to, #THREAD_SPACE_WORD]
    ldr     x23, [CORE, #CORE_SPACE]
    stp     \to, \to, [CORE, #CORE_CURRENT]
    stp     x22, x23, [CORE, #CORE_SPACE]
    msr     ttbr0_el1, x22          /* the exception return makes it effective */
    mov     sp, \to
    .endm

    /* x22: of the ready levels in it those above the caller's, whose flags w24 are. Changes x25, x26. */
    .macro  find_more_urgent
    ldr     x25, [CORE, #CORE_RUNNING]
    ldrb    w25, [x25, #SCHED_CONTEXT_PRIORITY]
    lsr     w26, w24, #24
    cmp     w25, w26
    csel    w25, w25, w26, hi
    lsr     x22, x22, x25
    lsr     x22, x22, #1                        /* equals go on waiting */
    .endm

    /* What no system call keeps. */
    .macro  clear_scratch
    mov     x9, #0
    mov     x10, #0
    mov     x11, #0
    mov     x12, #0
    mov     x13, #0
    mov     x14, #0
    mov     x15, #0
    mov     x16, #0
    mov     x17, #0
    mov     x18, #0
    .endm

    /* The thread SP goes on later, with a status of 0 and nothing else. Changes x22 to x25. */
    .macro  wait_with_nothing
    save_rest dropped
    stp     xzr, xzr, [sp, #FRAME_X(0)]
    stp     xzr, xzr, [sp, #FRAME_X(2)]
    stp     xzr, xzr, [sp, #FRAME_X(4)]
    stp     xzr, xzr, [sp, #FRAME_X(6)]
    stp     xzr, xzr, [sp, #FRAME_X(8)]
    stp     xzr, xzr, [sp, #FRAME_X(10)]
    stp     xzr, xzr, [sp, #FRAME_X(12)]
    stp     xzr, xzr, [sp, #FRAME_X(14)]
    stp     xzr, xzr, [sp, #FRAME_X(16)]
    str     xzr, [sp, #FRAME_X(18)]
    .endm

    /* Into a program that waited in a system call: x1 to x8 are the message. */
    .macro  leave_system_call
    restore_rest
    and     x24, x24, #~PSTATE_FLAGS
    msr     spsr_el1, x24
    leave_gate
    restore_upper
    mov     x0, #0
    clear_scratch
    leave
    .endm

    /* Back into the program that called: a status, or an answer without words, whose tag is x1 if it has one. */
    .macro  return status, restore=restore_upper, tag=no
    mrs     x9, spsr_el1
    and     x9, x9, #~PSTATE_FLAGS
    msr     spsr_el1, x9
    leave_gate
    \restore
    mov     x0, #\status
    .ifc    \tag, no
    mov     x1, #0
    .endif
    mov     x2, #0
    mov     x3, #0
    mov     x4, #0
    mov     x5, #0
    mov     x6, #0
    mov     x7, #0
    mov     x8, #0
    clear_scratch
    leave
    .endm
