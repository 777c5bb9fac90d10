/* SPDX-License-Identifier: BSD-2-Clause */
/* A fault of memory, told to a handler that waits, with or without time of its own, and its answer. */
#include <thole/abi.h>

#include "esr.h"
#include "fast_time.h"

    .section .text.vectors, "ax"

    /* All registers are saved. What is no such fault is C's. */
    .globl  fast_fault
    .balign 16
fast_fault:
    mrs     x4, esr_el1
    lsr     x29, x4, #ESR_CLASS_SHIFT
    cmp     x29, #ESR_CLASS_DATA_ABORT
    b.ne    enter_event_sync
    and     w20, w4, #ESR_ABORT_STATUS_MASK
    cmp     w20, #ESR_STATUS_FIRST_OTHER
    b.hs    enter_event_sync
    enter_gate enter_event_sync
    ldrh    w20, [sp, #THREAD_ENDING]           /* and vital */
    cbnz    w20, .Lfault_long
    ldr     x19, [sp, #THREAD_FAULT]
    cbz     x19, .Lfault_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x21, [x19, #ENDPOINT_HOME]     /* x21: the handler */
    cmp     x22, CORE
    b.ne    .Lfault_long
    mrs     x3, far_el1
    bic     w2, w4, w4, lsr #(ESR_ABORT_CM_BIT - ESR_ABORT_WNR_BIT)
    ubfx    w2, w2, #ESR_ABORT_WNR_BIT, #1
    add     w2, w2, #FAULT_NUMBER_READ
    cbz     x21, .Lfault_to_other_time
    check_plain x21, .Lfault_long
    cmp     w24, w23                            /* the handler's ceiling, and that of the thread */
    b.lo    .Lfault_long

    /* Nothing can fail any more: the handler runs on the thread's time. */
    ldr     w27, [CORE, #CORE_RUNS_LENT]
    str     xzr, [x19, #ENDPOINT_WARM]
    str     w27, [x21, #THREAD_STATE]
    b       .Lfault_told

    /* It has time of its own: the one that waited last is first. */
.Lfault_to_other_time:
    ldr     x23, [x19, #ENDPOINT_RECEIVERS]!
    cmp     x23, x19
    ldr     x22, [x19, #(ENDPOINT_ACTIVE - ENDPOINT_RECEIVERS)]!
    ccmp    x22, x19, #CONDITION_Z, eq
    b.eq    .Lfault_long
    sub     x21, x22, #THREAD_LINK_RECEIVE
    check_plain x21, .Lfault_long
    ldr     x20, [x21, #THREAD_TIME]
    ldrb    w25, [x20, #SCHED_CONTEXT_PRIORITY]
    ldrb    w27, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w26, [CORE, #CORE_NUMBER]
    cmp     w26, w27
    b.ne    .Lfault_long
    raise_to_ceiling 25, 24
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    lsr     x26, x16, x25
    cbnz    x26, .Lfault_long                   /* others as urgent are ready */
    account_both .Lfault_long

    /* Nothing can fail any more: the handler runs on its time, the thread keeps its own. */
    account
    last_keeps_time x28
    ldp     x23, x24, [x22]
    str     x24, [x23, #8]
    str     x23, [x24]
    stp     xzr, xzr, [x22]
    str     xzr, [x21, #THREAD_TIME]
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent` */
    str     w27, [x21, #THREAD_STATE]
    set_timer

.Lfault_told:
    ldr     x20, [sp, #(THREAD_FAULT + 8)]      /* the badge */
    mov     x28, sp
    str     x28, [x21, #THREAD_OWES]
    mov     w26, #SENDER_FLAG_FAULTED
    mov     w27, #KIND_NUMBER_FAULT
    mov     w28, #(SENDER_STATE_IN_SERVICE | THREAD_STATE_CALLING << 8)
    strb    w26, [sp, #THREAD_FLAGS]
    strb    w27, [sp, #SENDER_KIND]
    sturh   w28, [sp, #THREAD_SENDER_STATE]
    save_rest
    stp     x2, x3, [sp, #THREAD_FAULT_WORD]
    str     x4, [sp, #(THREAD_FAULT_WORD + 16)]
    stp     x20, x21, [sp, #THREAD_BADGE]       /* and servant */
    mov     x8, x20
    mov     x5, x23                             /* of save_rest: where, */
    mov     x6, x22                             /* and its stack */
    mov     x7, #0
    mov     x1, #(KIND_NUMBER_FAULT << THOLE_TAG_KIND_SHIFT | 5)
    switch_thread
    leave_system_call

.Lfault_long:
    leave_gate
    b       enter_event_sync

    /*
     * It was a fault, and that thread goes on where it was: on time of its own, if this one
     * has some, too. w24 are its flags and its ceiling.
     */
    .globl  fast_reply_fault
fast_reply_fault:
    lsr     x22, x1, #THOLE_TAG_LABEL_SHIFT
    ldr     x23, [x21, #THREAD_FAULT_WORD]
    cmp     x22, #THOLE_FAULT_RESUME
    ccmp    x23, #FAULT_NUMBER_TIMEOUT, #CONDITION_Z, eq
    b.eq    fast_gives_up
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    ldr     x10, [CORE, #CORE_RUNNING]
    ldrb    w22, [sp, #THREAD_LENT]
    cbz     w22, .Lreply_fault_to_other_time
    ldrb    w22, [x10, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 22, 24
    lsr     x23, x16, x22
    lsr     x23, x23, #1                        /* equals go on waiting */
    cbnz    x23, fast_gives_up

    /* Nothing can fail any more: the handler waits, on the same time that thread goes on */
    mov     x28, sp
    str     x28, [x19, #ENDPOINT_WARM]
    b       .Lreply_fault_goes_on

.Lreply_fault_to_other_time:
    ldr     x20, [x21, #THREAD_TIME]
    cbz     x20, fast_gives_up
    ldr     x22, [x20, #SCHED_CONTEXT_DYING_RING]
    ldrb    w23, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w25, [CORE, #CORE_NUMBER]
    cmp     x22, #0
    ccmp    w23, w25, #0, eq
    b.ne    fast_gives_up
    ldrb    w22, [x20, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 22, 24
    lsr     x23, x16, x22
    lsr     x23, x23, #1
    cbnz    x23, fast_gives_up
    account_both fast_gives_up

    /* Nothing can fail any more: the handler waits, */
    account
    last_keeps_time x28
    add     x22, x19, #ENDPOINT_ACTIVE
    ldr     x23, [x22]
    add     x25, sp, #THREAD_LINK_RECEIVE
    stp     x23, x22, [x25]
    str     x25, [x23, #8]
    str     x25, [x22]
    str     xzr, [x21, #THREAD_TIME]
    set_timer
.Lreply_fault_goes_on:
    mov     w27, #THREAD_STATE_RECEIVING
    str     w27, [sp, #THREAD_STATE]
    stp     xzr, x19, [sp, #THREAD_OWES]        /* and receiving_on */
    str     x8, [sp, #THREAD_SLOTS]
    save_rest
    /* and the thread that has faulted runs. */
    mov     w27, #KIND_NUMBER_CALL
    strb    w27, [x21, #SENDER_KIND]
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent`: it may be lent itself */
    strb    wzr, [x21, #THREAD_FLAGS]
    strb    wzr, [x21, #THREAD_SENDER_STATE]
    strh    w27, [x21, #THREAD_STATE]
    str     xzr, [x21, #THREAD_SERVANT]
    resume_next
