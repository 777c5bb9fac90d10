/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt of a device and a signal, if they wake a server without time of its own, on time
 * of theirs; and a signal on top of another.
 */
#include <thole/abi.h>

#include "fast_time.h"

    /*
     * The event \sender fires, on time of its own that is free, of this core and more urgent than
     * what runs, for a thread that waits without time: x22 the endpoint, x21 the thread, x20 the
     * time, w26 the level of what runs. With `checked` the flags say whether all is as it is to
     * be until here. Changes x23 to x25 and x27 too.
     */
    .macro  deliver_event sender, else, checked
    ldr     x20, [\sender, #SENDER_TIME]
    ldr     x22, [\sender, #SENDER_ENDPOINT]    /* with time there always is one */
    cbz     x20, \else
    sbfx    x20, x20, #0, #SLOT_TYPE_SHIFT
    sbfx    x22, x22, #0, #SLOT_TYPE_SHIFT
    ldp     x23, x21, [x22, #ENDPOINT_HOME]
    .ifb    \checked
    cmp     x23, CORE
    .else
    ccmp    x23, CORE, #0, eq
    .endif
    ldp     x24, x25, [x20, #SCHED_CONTEXT_THREAD]
    ccmp    x24, #0, #0, eq                    /* another has it? */
    ccmp    x25, #0, #0, eq
    ldrb    w24, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w25, [CORE, #CORE_NUMBER]
    ccmp    w24, w25, #0, eq
    b.ne    \else
    cbz     x21, \else
    check_plain x21, \else
    account_both \else
    ldrb    w25, [x20, #SCHED_CONTEXT_PRIORITY]
    ldrb    w26, [x10, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 26, 23
    cmp     w25, w26                            /* if the thread's ceiling alone is above, it is C's */
    b.ls    \else
    .endm

    /* And so it does: x1 to x3 are what it says. Who ran goes on when there is time again. */
    .macro  deliver_to_driver sender, where=anywhere
    account
    interrupt_last 26
    ldr     w27, [CORE, #CORE_RUNS_LENT]
    ldr     x8, [\sender, #THREAD_BADGE]
    str     \sender, [x20, #SCHED_CONTEXT_EVENT]
    str     x21, [\sender, #THREAD_SERVANT]
    str     xzr, [x22, #ENDPOINT_WARM]
    str     w27, [x21, #THREAD_STATE]
    str     \sender, [x21, #THREAD_OWES]
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

    /* All registers are saved. It is more urgent than what runs, and its driver waits. */
    .globl  fast_interrupt
    .balign 64
fast_interrupt:
    mov     w29, #1
    mrs     x0, tpidr_el1
    ldp     CORE, x1, [x0, #CPU_CORE]           /* and interface */
    take_gate enter_event_interrupt
    cbz     x1, .Linterrupt_gicv3
    ldr     w2, [x1, #GICC_IAR]
.Linterrupt_acknowledged:
    sub     w4, w2, #GIC_SPI_FIRST_LINE         /* with the sender's core in it an SGI is no such line */
    cmp     w4, #(GIC_LINES_END - GIC_SPI_FIRST_LINE)
    b.hs    .Linterrupt_long                    /* the kernel's own, or a core's */
    ldr     x4, [CORE, #CORE_LINES]
    ldr     x4, [x4, x2, lsl #3]
    cbz     x4, .Linterrupt_long
    ldr     w5, [x4, #SENDER_KIND]
    cmp     w5, #KIND_NUMBER_INTERRUPT          /* idle, and others do not share its line */
    deliver_event x4, .Linterrupt_long, checked

    /* Nothing can fail any more: the line falls silent until the driver's reply, */
    cbz     x1, .Linterrupt_gicv3_drop
    str     w2, [x1, #GICC_EOIR]
.Linterrupt_dropped:
    ldrh    w5, [CORE, #CORE_NUMBER]
    ldr     x6, [x4, #INTERRUPT_FIRED]
    add     w5, w5, #1
    str     w5, [x4, #INTERRUPT_OWING]
    str     xzr, [x4, #INTERRUPT_FIRED]
    mov     w5, #(SENDER_STATE_IN_SERVICE << 8)
    strh    w5, [x4, #THREAD_FIRED_AGAIN]
    add     x3, x6, #1                          /* behind the line: how many times */
    mov     x1, #(KIND_NUMBER_INTERRUPT << THOLE_TAG_KIND_SHIFT | 2)
    deliver_to_driver x4
.Linterrupt_gicv3:
    mrs     x2, s3_0_c12_c12_0                  /* ICC_IAR1_EL1 */
    dsb     sy                                  /* it is seen before what it leads to */
    b       .Linterrupt_acknowledged
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
    add     x12, CORE, x16, lsl #4
    ldr     x13, [x12, #CORE_READY]!
    stp     x13, x12, [x27]
    str     x27, [x13, #8]
    str     x27, [x12]
    ret
