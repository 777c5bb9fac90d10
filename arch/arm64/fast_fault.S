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
    and     w20, w4, #ESR_ABORT_STATUS_MASK
    cmp     x29, #ESR_CLASS_DATA_ABORT
    ccmp    w20, #ESR_STATUS_FIRST_OTHER, #CONDITION_C, eq
    b.hs    enter_event_sync
    enter_gate enter_event_sync
    ldrh    w20, [sp, #THREAD_ENDING]           /* and vital */
    ldr     x19, [sp, #THREAD_FAULT]
    cbz     x19, .Lfault_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x21, [x19, #ENDPOINT_HOME]     /* x21: the handler */
    cmp     x22, CORE
    ccmp    w20, #0, #0, eq
    b.ne    .Lfault_long
    mov     x28, sp
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
    b       .Lfault_told

    /* It has time of its own: the one that waited last is first. */
.Lfault_to_other_time:
    ldr     x23, [x19, #ENDPOINT_RECEIVERS]!
    cmp     x23, x19
    ldr     x22, [x19, #(ENDPOINT_ACTIVE - ENDPOINT_RECEIVERS)]!
    ccmp    x22, x19, #CONDITION_Z, eq
    b.eq    .Lfault_long
    sub     x21, x22, #THREAD_LINK_RECEIVE
    ldr     w23, [sp, #THREAD_FLAGS]
    ldr     w24, [x21, #THREAD_FLAGS]
    ldr     x20, [x21, #THREAD_TIME]            /* such a receiver has some */
    orr     w23, w23, w24
    ldp     x16, x26, [CORE, #CORE_READY_LEVELS] /* and interrupted */
    ldrb    w17, [x20, #SCHED_CONTEXT_PRIORITY]
    ldrb    w27, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w29, [CORE, #CORE_NUMBER]
    raise_to_ceiling 25, 17, 24
    lsr     x25, x16, x25
    tst     w23, #THREAD_FLAGS_MASK
    ccmp    w27, w29, #0, eq
    ccmp    x25, #0, #0, eq                     /* nobody as urgent is ready, */
    ccmp    x26, #0, #0, eq                     /* nor interrupted */
    read_clock
    compare_times
    b.le    .Lfault_long

    /* Nothing can fail any more: the handler runs on its time, the thread keeps its own. */
    account
    last_keeps_time
    ldp     x23, x24, [x22]
    str     x24, [x23, #8]
    str     x23, [x24]
    stp     xzr, xzr, [x22]
    str     xzr, [x21, #THREAD_TIME]
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent` */
    set_timer

.Lfault_told:
    stp     x27, x28, [x21, #THREAD_STATE]      /* and owes */
    mov     w26, #SENDER_FLAG_FAULTED
    mov     w27, #KIND_NUMBER_FAULT
    mov     w28, #(SENDER_STATE_IN_SERVICE | THREAD_STATE_CALLING << 8)
    strb    w26, [sp, #THREAD_FLAGS]
    strb    w27, [sp, #SENDER_KIND]
    sturh   w28, [sp, #THREAD_SENDER_STATE]
    save_rest stack=x6, where=x5
    ldr     x8, [sp, #(THREAD_FAULT + 8)]       /* the badge */
    stp     x2, x3, [sp, #THREAD_FAULT_WORD]
    str     x4, [sp, #(THREAD_FAULT_WORD + 16)]
    stp     x8, x21, [sp, #THREAD_BADGE]        /* and servant */
    mov     x7, #0
    mov     x1, #(KIND_NUMBER_FAULT << THOLE_TAG_KIND_SHIFT | 5)
    switch_thread
    leave_system_call

.Lfault_long:
    leave_gate
    b       enter_event_sync

    /*
     * It was a fault, and that thread goes on where it was: on time of its own, if this one
     * has some, too. w24 are its flags and its ceiling, x22 is this one's state.
     */
    .globl  fast_reply_fault
fast_reply_fault:
    ldr     x23, [x21, #THREAD_FAULT_WORD]
    and     w26, w24, #~THREAD_FLAGS_MASK       /* its ceiling, where it stands */
    mov     x28, sp
    tbz     x22, #THREAD_LENT_BIT, .Lreply_fault_to_other_time
    tst     x1, #TAG_LABEL                      /* THOLE_FAULT_RESUME is 0 */
    ccmp    x23, #FAULT_NUMBER_TIMEOUT, #CONDITION_Z, eq
    b.eq    fast_gives_up
    ldr     x10, [CORE, #CORE_RUNNING]
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    ldrb    w17, [x10, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 22, 17, 24
    lsr     x23, x16, x22
    lsr     x23, x23, #1                        /* equals go on waiting */
    cbnz    x23, fast_gives_up

    /* Nothing can fail any more: the handler waits, on the same time that thread goes on */
    str     x28, [x19, #ENDPOINT_WARM]
    b       .Lreply_fault_goes_on

.Lreply_fault_to_other_time:
    ldr     x20, [x21, #THREAD_TIME]
    cbz     x20, fast_gives_up
    ldp     x16, x27, [CORE, #CORE_READY_LEVELS] /* and interrupted */
    ldr     x30, [x20, #SCHED_CONTEXT_DYING_RING]
    ldrb    w17, [x20, #SCHED_CONTEXT_PRIORITY]
    ldrb    w12, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w22, [CORE, #CORE_NUMBER]
    raise_to_ceiling 29, 17, 24
    lsr     x24, x16, x29
    lsr     x24, x24, #1                        /* equals go on waiting */
    tst     x1, #TAG_LABEL
    ccmp    x23, #FAULT_NUMBER_TIMEOUT, #CONDITION_Z, eq
    ccmp    x30, #0, #0, ne
    ccmp    w12, w22, #0, eq
    ccmp    x24, #0, #0, eq
    ccmp    x27, #0, #0, eq
    read_clock
    compare_times
    b.le    fast_gives_up

    /* Nothing can fail any more: the handler waits, */
    account
    last_keeps_time
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
    stp     x27, xzr, [sp, #THREAD_STATE]       /* and owes */
    stp     x19, x8, [sp, #THREAD_RECEIVING_ON] /* and slots */
    save_rest
    /* and the thread that has faulted runs. */
    mov     w27, #KIND_NUMBER_CALL              /* and idle */
    stp     w26, w27, [x21, #THREAD_FLAGS]
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent`: it may be lent itself */
    str     xzr, [x21, #THREAD_SERVANT]
    strh    w27, [x21, #THREAD_STATE]
    resume_next
