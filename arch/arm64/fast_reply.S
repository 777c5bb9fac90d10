/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_recv: a server without time of its own answers a call and waits again; or an interrupt
 * or a signal, whose time ends with that. The answer to a fault is in fast_fault.S.
 */
#include <thole/abi.h>

#include "fast_time.h"

    .section .text.vectors, "ax"

    .globl  fast_reply_receive
    .balign 64
fast_reply_receive:
    save_middle
    enter_gate long_way, x17                    /* the controller's interface */
    find_slot fast_gives_up
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #8
    cmp     w21, #SLOT_TYPE_ENDPOINT
    b.ne    fast_gives_up
    tbz     x19, #SLOT_RIGHT_RECV_BIT, fast_gives_up
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x23, [x19, #ENDPOINT_HOME]
    cmp     x22, CORE                           /* then it is open, and nobody is queued */
    ccmp    x23, #0, #0, eq                     /* if another waits, the list is for the long way */
    b.ne    fast_gives_up
    ldr     x21, [sp, #THREAD_OWES]             /* the caller */
    cbz     x21, fast_gives_up
    ldp     x23, x22, [sp, #THREAD_FLAGS]       /* and whether it runs on lent time */
    ldp     x24, x26, [x21, #SENDER_FLAGS]      /* an event's kind and state, too, and its line */
    orr     w25, w23, w24
    ands    w27, w25, #THREAD_FLAGS_MASK
    b.ne    .Lreply_special
    tbz     x22, #THREAD_LENT_BIT, fast_gives_up /* it ran on time of its own */
    ldr     x22, [CORE, #CORE_READY_LEVELS]
    cbnz    x22, .Lreply_others_ready
.Lreply_goes_on:
    tbnz    x1, #THOLE_TAG_CAP_BIT, .Lreply_brings

    /* Nothing can fail any more: the server waits, */
.Lreply_plain:
    mov     w27, #THREAD_STATE_RECEIVING
    mov     x28, sp
    stp     x27, xzr, [sp, #THREAD_STATE]       /* and owes */
    stp     x19, x8, [sp, #THREAD_RECEIVING_ON] /* and slots */
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

.Lreply_brings:
    bl      fast_bring
    b       .Lreply_plain

.Lreply_others_ready:
    find_more_urgent
    cbz     x22, .Lreply_goes_on
    b       fast_gives_up

    /* w27 is special about this thread and the sender, which is no thread if that is said. */
.Lreply_special:
    cmp     w27, #SENDER_FLAG_EVENT
    b.ne    .Lreply_no_event

    /*
     * What was received was an interrupt or a signal, which brought its time along: that is
     * free now, and who was interrupted goes on, or the most urgent of those that are ready.
     */
    tbz     x22, #THREAD_LENT_BIT, fast_gives_up
    ldp     x27, x28, [CORE, #CORE_TOOK]
    cmp     x24, x27                            /* has not fired again, nor others its line */
    ccmp    w26, w28, #0, eq                    /* this core took it */
    b.ne    .Lreply_no_interrupt
    lsr     x24, x26, #32                       /* the line */
.Lreply_event_ends:
    ldp     x20, x27, [CORE, #CORE_INTERRUPTED] /* and its thread */
    cbz     x20, .Lreply_find_first
.Lreply_found:
    read_clock
    ldr     x22, [x10, #SCHED_CONTEXT_EVENT]
    cmp     x22, x21                            /* if not, it runs on its own, or whose it was has died */
    compare_times
    b.le    fast_gives_up
    cbz     w24, .Lreply_signal

    /* Nothing can fail any more: the event is over, */
    stur    wzr, [x21, #THREAD_FIRED_AGAIN]     /* idle, and owing */
    cbz     x17, .Lreply_gicv3
    str     w24, [x17, #GICC_DIR]
    /* the server waits, */
.Lreply_line_done:
    str     xzr, [x21, #THREAD_SERVANT]
    stp     xzr, xzr, [x10, #SCHED_CONTEXT_THREAD]
    mov     w22, #THREAD_STATE_RECEIVING
    mov     x28, sp
    stp     x22, xzr, [sp, #THREAD_STATE]       /* and owes */
    stp     x19, x8, [sp, #THREAD_RECEIVING_ON] /* and slots */
    str     x28, [x19, #ENDPOINT_WARM]
    save_rest
    /* and that thread runs, where it was. */
    account
    cbz     x27, .Lreply_dequeue
    str     xzr, [CORE, #CORE_INTERRUPTED]
    /*
     * Was the timer set for the first deadline, as it is since? It is if x10 is whole: nobody
     * waits for a turn of it. Then the other's budget, which rested, ends no sooner.
     */
    ldp     x22, x17, [CORE, #CORE_TIMER_BEFORE] /* and what is set */
    cmn     x12, #1
    ccmp    x22, x17, #0, eq
    b.eq    3f
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    ldrb    w17, [x20, #SCHED_CONTEXT_PRIORITY]
    set_timer
3:  resume_next x27
.Lreply_dequeue:
    ldr     x21, [x20, #SCHED_CONTEXT_THREAD]
    dequeue_next 26
    b       fast_run_next
.Lreply_find_first:
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    cbz     x16, fast_gives_up
    clz     x26, x16
    eor     x26, x26, #63
    find_first 26, fast_gives_up
    ldr     x23, [x20, #SCHED_CONTEXT_THREAD]
    ldr     w22, [x23, #THREAD_FLAGS]
    mov     x27, #0
    tst     w22, #THREAD_FLAGS_MASK
    b.eq    .Lreply_found
    b       fast_gives_up
    /* No interrupt that ends here. Of a signal there is no line. */
.Lreply_no_interrupt:
    ubfx    x22, x24, #KIND_SHIFT, #8
    mov     w24, #0
    cmp     w22, #KIND_NUMBER_SIGNAL
    b.eq    .Lreply_event_ends
    b       fast_gives_up
    /* Unless it is signalled again, by another core's short way, in this moment. */
.Lreply_signal:
    add     x25, x21, #THREAD_FIRED_AGAIN
    mov     w23, #(SENDER_STATE_IN_SERVICE << 8)
1:  ldxrh   w22, [x25]
    cmp     w22, w23
    b.ne    fast_gives_up
    stxrh   w22, wzr, [x25]
    cbz     w22, .Lreply_line_done
    b       1b
.Lreply_gicv3:
    msr     s3_0_c12_c11_1, x24                 /* ICC_DIR_EL1 */
    isb
    b       .Lreply_line_done

.Lreply_no_event:
    cmp     w27, #SENDER_FLAG_FAULTED
    b.eq    fast_reply_fault

    /* As above, but the registers of FP/SIMD change hands, too. */
    check_fp fast_gives_up
    tbz     x22, #THREAD_LENT_BIT, fast_gives_up
    ldr     x22, [CORE, #CORE_READY_LEVELS]
    cbnz    x22, 3f
1:  tbz     x1, #THOLE_TAG_CAP_BIT, 2f
    bl      fast_bring
2:  bl      fast_switch_fp
    b       .Lreply_plain
3:  find_more_urgent
    cbz     x22, 1b
    b       fast_gives_up
