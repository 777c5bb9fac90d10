/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways of what happens most: a call to a server that waits without time of
 * its own, its answer together with its next wait, and what needs only to be seen to be
 * nothing: a signal on top of another, a poll, a yield. Each does what kernel/ does
 * (endpoint_call and the like, and all that follows from them), when
 * nothing else is to be done on the way; if anything is, it jumps to the long way
 * before it has changed anything. tests/model compares the two.
 *
 * On the way in, SP is the thread, x19 to x30 are saved and free, x0 to x18 are the
 * caller's. Other cores are kept away by this core's gate (kernel/event.h), and by
 * the endpoint: only the short ways of its home touch it. All else belongs to this
 * core, because it belongs to the thread that runs, to who waits at the endpoint, or
 * to who waits for the answer.
 *
 * Nothing is accounted, and no clock is read: the same SchedContext goes on. No ready
 * queue is looked at on a call, since it lowers no priority. What a program chose as
 * an index is masked, so nothing is fetched past its table under speculation.
 */
#include <thole/abi.h>

#include "fast.h"

#define CORE x29

    /* x19: the system call's number. To `else` if the C part of the kernel must have it. */
    .macro  enter_gate else
    mrs     CORE, tpidr_el1
    ldr     CORE, [CORE, #CPU_CORE]
    ldaxr   w30, [CORE]             /* CORE_GATE */
    cbnz    w30, \else
    stxr    w30, w19, [CORE]        /* GATE_TAKEN: the number of the call is not 0 */
    cbnz    w30, \else
    .endm

    /* It may have been closed meanwhile, and stays so. */
    .macro  leave_gate
    stlrh   wzr, [CORE]
    .endm

    /* x19, x20: object and badge of the slot that x0 names. Changes x21. */
    .macro  find_slot else
    ldp     x19, x20, [sp, #THREAD_TABLE]
    cmp     x0, x20
    b.hi    \else
    and     x20, x20, x0
    add     x19, x19, x20, lsl #5
    ldp     x19, x20, [x19]
    .endm

    /* `other` (the sender that will run or wait) and this thread: nothing special about either. */
    .macro  check_plain other, else
    ldr     w23, [sp, #THREAD_FLAGS]
    ldr     w24, [\other, #THREAD_FLAGS]
    orr     w25, w23, w24
    tst     w25, #THREAD_FLAGS_MASK
    b.ne    \else
    .endm

    /* x21 is loaded in place of SP: its registers follow. Changes x22 to x25. */
    .macro  switch_thread
    ldr     x22, [x21, #THREAD_SPACE_WORD]
    ldr     x23, [CORE, #CORE_SPACE]
    stp     x21, x21, [CORE, #CORE_CURRENT]
    stp     x22, x23, [CORE, #CORE_SPACE]
    msr     ttbr0_el1, x22          /* the exception return makes it effective */
    mov     sp, x21
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

    /* Back into the program that called: a status, or an answer without words. */
    .macro  return status
    mrs     x24, spsr_el1
    and     x24, x24, #~PSTATE_FLAGS
    msr     spsr_el1, x24
    leave_gate
    restore_upper
    mov     x0, #\status
    mov     x1, #0
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

    .section .text.vectors, "ax"

/* --- call -------------------------------------------------------------------- */

    .globl  fast_call
    .balign 64
fast_call:
    enter_gate long_way
    tbnz    x1, #THOLE_TAG_CAP_BIT, .Lcall_long
    find_slot .Lcall_long
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #9
    cmp     w21, #(SLOT_TYPE_ENDPOINT | SLOT_RIGHT_SEND)
    b.ne    .Lcall_object
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x21, [x19, #ENDPOINT_HOME]     /* x21: the server */
    cmp     x22, CORE
    b.ne    .Lcall_long
    cbz     x21, .Lcall_long
    check_plain x21, .Lcall_long
    cmp     w24, w23                            /* the server's ceiling, and the caller's */
    b.lo    .Lcall_long

    /* Nothing can fail any more: the caller waits, */
    mov     w27, #(SENDER_STATE_IN_SERVICE | THREAD_STATE_CALLING << 8)
    mov     x28, sp
    sturh   w27, [sp, #THREAD_SENDER_STATE]
    stp     x20, x21, [sp, #THREAD_BADGE]       /* and servant */
    bfi     x8, x0, #0, #32                     /* the slot that it calls, for who asks */
    str     x8, [sp, #THREAD_SLOTS]
    mov     x8, x20
    save_rest
    /* and the server runs, on the same time: kernel/core.h, core_settle. */
    ldr     w27, [CORE, #CORE_RUNS_LENT]
    str     xzr, [x19, #ENDPOINT_WARM]
    str     w27, [x21, #THREAD_STATE]
    str     x28, [x21, #THREAD_OWES]
    and     x1, x1, #TAG_KEPT
    orr     x1, x1, #TAG_KIND_CALL
    switch_thread
    leave_system_call

    /*
     * A signal that adds to what has fired already: it is delivered when that is done
     * with. Bits may come from other cores' short ways at the same time.
     */
.Lcall_object:
    cmp     w21, #(SLOT_TYPE_NOTIFICATION | SLOT_RIGHT_SEND)
    b.ne    .Lcall_long
    lsr     x21, x1, #THOLE_TAG_LABEL_SHIFT
    cmp     x21, #SIGNAL_LABEL
    b.ne    .Lcall_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT
    ldrb    w21, [x19, #THREAD_SENDER_STATE]
    cbz     w21, .Lcall_long                    /* idle: it fires */
    mov     w21, #1
    strb    w21, [x19, #THREAD_FIRED_AGAIN]
    add     x19, x19, #NOTIFICATION_BITS
1:  ldxr    x21, [x19]
    orr     x21, x21, x20
    stxr    w22, x21, [x19]
    cbnz    w22, 1b
    return  0

.Lcall_long:
    leave_gate
    b       long_way

/* --- reply_recv ------------------------------------------------------------------ */

    .globl  fast_reply_receive
    .balign 64
fast_reply_receive:
    enter_gate long_way
    tbnz    x1, #THOLE_TAG_CAP_BIT, .Lreply_long
    find_slot .Lreply_long
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #8
    cmp     w21, #SLOT_TYPE_ENDPOINT
    b.ne    .Lreply_long
    tbz     x19, #SLOT_RIGHT_RECV_BIT, .Lreply_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x23, [x19, #ENDPOINT_HOME]
    cmp     x22, CORE                           /* then it is open, and nobody is queued */
    b.ne    .Lreply_long
    cbnz    x23, .Lreply_long                   /* another waits: the list is for the long way */
    ldr     x21, [sp, #THREAD_OWES]             /* the caller */
    cbz     x21, .Lreply_long
    check_plain x21, .Lreply_long
    ldrb    w22, [sp, #THREAD_LENT]
    cbz     w22, .Lreply_long                   /* it ran on time of its own */
    ldr     x22, [CORE, #CORE_READY_LEVELS]
    cbnz    x22, .Lreply_others_ready
.Lreply_goes_on:

    /* Nothing can fail any more: the server waits, */
    mov     w27, #THREAD_STATE_RECEIVING
    mov     x28, sp
    str     w27, [sp, #THREAD_STATE]
    stp     xzr, x19, [sp, #THREAD_OWES]        /* and receiving_on */
    str     x8, [sp, #THREAD_SLOTS]
    str     x28, [x19, #ENDPOINT_WARM]
    mov     x8, #0
    save_rest
    /* and the caller runs, on the time it had lent. */
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent`: it may be lent itself */
    strb    wzr, [x21, #THREAD_SENDER_STATE]
    strh    w27, [x21, #THREAD_STATE]
    str     xzr, [x21, #THREAD_SERVANT]
    and     x1, x1, #TAG_KEPT
    switch_thread
    leave_system_call

    /* x22 the levels, w24 the caller's ceiling and flags: is any of them more urgent? */
.Lreply_others_ready:
    ldr     x23, [CORE, #CORE_RUNNING]
    ldrb    w23, [x23, #SCHED_CONTEXT_PRIORITY]
    lsr     w24, w24, #24
    cmp     w23, w24
    csel    w23, w23, w24, hi
    lsr     x22, x22, x23
    lsr     x22, x22, #1                        /* equals go on waiting */
    cbz     x22, .Lreply_goes_on
.Lreply_long:
    leave_gate
    b       long_way

/* --- try_recv, yield: when there is nothing to do ---------------------------------- */

    .globl  fast_try_receive
    .balign 64
fast_try_receive:
    enter_gate long_way
    find_slot .Lreply_long
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #8
    cmp     w21, #SLOT_TYPE_ENDPOINT
    b.ne    .Lreply_long
    tbz     x19, #SLOT_RIGHT_RECV_BIT, .Lreply_long
    cbnz    w8, .Lreply_long                    /* something is to be set aside */
    ldr     x20, [sp, #THREAD_OWES]
    cbnz    x20, .Lreply_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT
    ldr     x20, [x19, #ENDPOINT_HOME]
    cmp     x20, CORE                           /* no call is queued, and no event that has time */
    b.ne    .Lreply_long
    ldr     x20, [x19, #ENDPOINT_TIMELESS]
    add     x19, x19, #ENDPOINT_TIMELESS
    cmp     x19, x20
    b.ne    .Lreply_long
    return  STATUS_NUMBER_WOULD_WAIT

    .globl  fast_yield
    .balign 64
fast_yield:
    enter_gate long_way
    ldr     x19, [CORE, #CORE_READY_LEVELS]
    cbz     x19, 1f
    ldr     x20, [CORE, #CORE_RUNNING]
    ldrb    w20, [x20, #SCHED_CONTEXT_PRIORITY]
    ldrb    w21, [sp, #THREAD_CEILING]
    cmp     w20, w21
    csel    w20, w20, w21, hi
    lsr     x19, x19, x20
    cbnz    x19, .Lreply_long                   /* an equal waits */
1:  return  0

    .globl  fast_end
fast_end:
