/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt of a device and a signal, if they wake a server without time of its own, on time
 * of theirs; and a signal on top of another.
 */
#include <thole/abi.h>

#include "fast_time.h"

    /*
     * The event \sender fires, on time of its own (x20, x22 the endpoint) that is free, of this
     * core and more urgent than what runs, for x21, a thread that waits without time. The flags
     * say eq if all is as it is to be until here. Of a time's word the highest byte is the
     * priority, the lowest the core. Changes x23 to x27 too.
     */
    .macro  deliver_event sender, else
    ldp     x23, x21, [x22, #ENDPOINT_HOME]
    ccmp    x23, CORE, #0, eq
    ldp     x24, x25, [x20, #SCHED_CONTEXT_THREAD]
    ccmp    x24, #0, #0, eq                     /* another has it? */
    ccmp    x25, #0, #0, eq
    ccmp    x21, #0, #CONDITION_Z, eq
    b.eq    \else
    read_clock
    ldr     w23, [sp, #THREAD_FLAGS]
    ldr     w24, [x21, #THREAD_FLAGS]
    ldr     w25, [x20, #SCHED_CONTEXT_WORD]
    ldr     w26, [x10, #SCHED_CONTEXT_WORD]
    orr     w24, w23, w24
    eor     w27, w25, w26                       /* of another core? What runs is of this. */
    orr     w24, w24, w27
    tst     w24, #THREAD_FLAGS_MASK
    orr     w23, w23, #THREAD_FLAGS_MASK
    compare_times
    ccmp    w25, w26, #0, gt
    ccmp    w25, w23, #0, hi                    /* if the thread's ceiling alone is above, it is C's */
    b.ls    \else
    .endm

    /* And so it does: x1 to x3 are what it says. Who ran goes on when there is time again. */
    .macro  deliver_to_driver sender, where=anywhere
    account
    interrupt_last
    ldr     w27, [CORE, #CORE_RUNS_LENT]
    ldr     x8, [\sender, #THREAD_BADGE]
    str     \sender, [x20, #SCHED_CONTEXT_EVENT]
    str     x21, [\sender, #THREAD_SERVANT]
    str     xzr, [x22, #ENDPOINT_WARM]
    stp     x27, \sender, [x21, #THREAD_STATE]  /* and owes */
    set_timer alone
    .ifc    \where, in_system_call
    wait_with_nothing
    .else
    save_rest
    .endif
    switch_thread
    mov     x4, #0
    mov     x5, #0
    mov     x6, #0
    mov     x7, #0
    leave_system_call
    interrupt_last_again
    .endm

    .section .text.vectors, "ax"

    /*
     * A signal that adds to what has fired already: it is delivered when that is done
     * with. Bits may come from other cores' short ways at the same time.
     */
    .globl  fast_signal
fast_signal:
    cmp     w21, #(SLOT_TYPE_NOTIFICATION | SLOT_RIGHT_SEND)
    b.ne    fast_operation
    lsr     x21, x1, #THOLE_TAG_LABEL_SHIFT
    cmp     x21, #SIGNAL_LABEL
    b.ne    fast_gives_up
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT
    add     x17, x19, #THREAD_FIRED_AGAIN       /* and state, by which another core may end the service */
1:  ldaxrh  w21, [x17]
    lsr     w23, w21, #8
    cbz     w23, .Lsignal_wake                  /* idle: it fires */
    orr     w21, w21, #1
    stxrh   w23, w21, [x17]
    cbnz    w23, 1b
    add     x19, x19, #NOTIFICATION_BITS
1:  ldxr    x21, [x19]
    orr     x21, x21, x20
    stxr    w22, x21, [x19]
    cbnz    w22, 1b
    return  0

    /* For other cores' short ways it has fired when they see its state: bits of before are taken then. */
.Lsignal_wake:
    mov     x29, x20
    ldp     x20, x22, [x19, #EVENT_TIME]        /* and endpoint */
    cbz     x20, fast_gives_up
    deliver_event x19, fast_gives_up
    add     x28, x19, #NOTIFICATION_BITS
1:  ldxr    x27, [x28]
    stxr    w30, xzr, [x28]
    cbnz    w30, 1b
    orr     x2, x27, x29
    mov     x3, #0
    mov     x1, #(KIND_NUMBER_SIGNAL << THOLE_TAG_KIND_SHIFT | 1)
    mov     w27, #(SENDER_STATE_IN_SERVICE << 8)
    stlrh   w27, [x17]                          /* fired_again and state */
    deliver_to_driver x19, in_system_call

    /*
     * All registers are saved; x0 is the struct cpu, x1 the controller's interface. It is more
     * urgent than what runs, and its driver waits.
     */
    .globl  fast_interrupt_gicv3
fast_interrupt_gicv3:
    mov     w3, #1
    take_gate enter_event_interrupt, w3
    mrs     x2, s3_0_c12_c12_0                  /* ICC_IAR1_EL1 */
    dsb     sy                                  /* it is seen before what it leads to */
    b       .Linterrupt_acknowledged

    .globl  fast_interrupt
    .balign 64
fast_interrupt:
    mov     w3, #1
    take_gate enter_event_interrupt, w3
    ldr     w2, [x1, #GICC_IAR]
.Linterrupt_acknowledged:
    cmp     w2, #GIC_LINES_END                  /* an SGI has the sender's core in it, */
    b.hs    .Linterrupt_long
    ldr     x4, [x0, #CPU_LINES]
    ldr     x4, [x4, x2, lsl #3]
    cbz     x4, .Linterrupt_long                /* and is nobody's, like the timer */
    ldr     w5, [x4, #SENDER_KIND]
    ldp     x20, x22, [x4, #EVENT_TIME]         /* and endpoint */
    cbz     x20, .Linterrupt_long
    cmp     w5, #KIND_NUMBER_INTERRUPT          /* idle, and others do not share its line */
    deliver_event x4, .Linterrupt_long

    /* Nothing can fail any more: the line falls silent until the driver's reply, */
    cbz     x1, .Linterrupt_gicv3_drop
    str     w2, [x1, #GICC_EOIR]
.Linterrupt_dropped:
    ldr     x5, [CORE, #(CORE_TOOK + SENDER_KIND - SENDER_FLAGS)]
    str     x5, [x4, #SENDER_KIND]              /* to owing */
    mov     x1, #(KIND_NUMBER_INTERRUPT << THOLE_TAG_KIND_SHIFT | 2)
    deliver_to_driver x4                        /* x2 is the line; x3, how many times, is 1 */
.Linterrupt_gicv3_drop:
    msr     s3_0_c12_c12_1, x2                  /* ICC_EOIR1_EL1 */
    isb
    b       .Linterrupt_dropped

    /* C takes it from there: what has been acknowledged is not asked for again. */
.Linterrupt_long:
    orr     w2, w2, #(1 << GIC_TAKEN_BIT)
    str     w2, [x0, #CPU_TAKEN]
    leave_gate
    b       enter_event_interrupt

    /*
     * x27 is `interrupted`, and is to be the first of those ready at its level. Changes x12,
     * x13, x16 and x28.
     */
    .globl  fast_queue_interrupted
fast_queue_interrupted:
    ldr     x28, [CORE, #CORE_INTERRUPTED_THREAD]
    ldrb    w16, [x27, #SCHED_CONTEXT_PRIORITY]
    ldrb    w12, [x28, #THREAD_CEILING]
    cmp     w16, w12
    csel    w16, w16, w12, hi
    str     x27, [x28, #THREAD_TIME]
    str     x28, [x27, #SCHED_CONTEXT_THREAD]
    strb    w16, [x27, #SCHED_CONTEXT_LEVEL]
    mov     x28, #1
    lsl     x28, x28, x16
    add     x12, CORE, x16, lsl #4
    ldr     x13, [x12, #CORE_READY]!
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    orr     x16, x16, x28
    stp     x13, x12, [x27]
    str     x27, [x13, #8]
    str     x27, [x12]
    str     x16, [CORE, #CORE_READY_LEVELS]
    ret
