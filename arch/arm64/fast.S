/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways of what happens most. While the same SchedContext goes on: a call to a
 * server that waits without time of its own, its answer together with its next wait, a
 * fault of memory told to such a handler and that answer; and what needs only to be seen to
 * be nothing: a signal on top of another, a poll, a yield to nobody. Where another one
 * goes on: the interrupt of a device and a signal that wake such a server with time of their
 * own, the answers to them, a fault and its answer if the handler has time of its own, a yield
 * to an equal. Each does what kernel/ does (endpoint_call and the like, and all that follows
 * from them) when nothing else is to be done on the way; if anything is, it jumps to the long
 * way before it has changed anything. tests/model compares the two.
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
#include <thole/abi.h>

#include "esr.h"
#include "fast.h"

#define CORE x18

    /* w29 is not 0, and has 16 bits. To `else` if the C part of the kernel must have it. */
    .macro  enter_gate else
    mrs     CORE, tpidr_el1
    ldr     CORE, [CORE, #CPU_CORE]
    take_gate \else
    .endm

    .macro  take_gate else
    ldaxr   w30, [CORE]             /* CORE_GATE */
    cbnz    w30, \else
    stxr    w30, w29, [CORE]        /* GATE_TAKEN */
    cbnz    w30, \else
    .endm

    /* It may have been closed meanwhile, and stays so. */
    .macro  leave_gate
    stlrh   wzr, [CORE]
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

    /* `other` (the sender that will run or wait) and this thread: nothing special about either. */
    .macro  check_plain other, else
    ldr     w23, [sp, #THREAD_FLAGS]
    ldr     w24, [\other, #THREAD_FLAGS]
    orr     w25, w23, w24
    tst     w25, #THREAD_FLAGS_MASK
    b.ne    \else
    .endm

    /* Behind check_plain, which was left: is it FP/SIMD alone that is special about the two? */
    .macro  check_fp else
    tst     w25, #(THREAD_FLAGS_MASK & ~THREAD_FP_TURNS_MASK)
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

/*
 * Where another SchedContext goes on, time is accounted as in C. In the macros from here
 * on x10 is the one that ran, x20 the one that will, x16 the ready levels; x9 is the time.
 */

    /*
     * Does nothing end of the one that ran, nor of x20, which was at rest? Then x11 is left of the
     * one, x14 of the other, whose period ends at x15. The clock is read once after an exception,
     * which it does not overtake. Changes x12 and x13.
     */
    .macro  account_both else
    mrs     x9, cntvct_el0
    ldp     x10, x11, [CORE, #CORE_RUNNING]
    sub     x13, x9, x11
    ldp     x11, x12, [x10, #SCHED_CONTEXT_REMAINING]
    ldp     x14, x15, [x20, #SCHED_CONTEXT_REMAINING]
    cmp     x9, x12
    ccmp    x9, x15, #CONDITION_C, lo
    b.hs    \else                              /* a period has ended */
    subs    x11, x11, x13
    ccmp    x14, #0, #CONDITION_Z, gt
    b.le    \else
    .endm

    .macro  account
    str     x11, [x10, #SCHED_CONTEXT_REMAINING]
    stp     x20, x9, [CORE, #CORE_RUNNING]
    .endm

    /*
     * The timer's next: the end of x20's budget or turn, or the first deadline. `alone`: nobody
     * as urgent as x20 is ready, and who is less is interrupted. Changes x14, x15, x17.
     */
    .macro  set_timer who=among_others
    add     x14, x14, x9
    cmn     x15, #1                             /* whole time, */
    .ifc    \who, among_others
    ldrb    w17, [x20, #SCHED_CONTEXT_PRIORITY]
    lsr     x17, x16, x17
    ccmp    x17, #0, #0, eq                     /* and nobody waits for a turn */
    .endif
    csinv   x14, x14, xzr, ne
    ldp     x17, x15, [CORE, #CORE_TIMER_SET]
    .ifc    \who, alone
    str     x17, [CORE, #CORE_TIMER_BEFORE]
    .endif
    cbz     x15, 1f
    ldr     x15, [x15]
    cmp     x15, x14
    csel    x14, x15, x14, lo
1:  cmp     x14, x17
    b.eq    2f
    str     x14, [CORE, #CORE_TIMER_SET]
    bl      .Lprogram_timer
2:
    .endm

    /* The thread SP keeps the time that it ran on, x10. Changes \thread. */
    .macro  last_keeps_time thread
    mov     \thread, sp
    str     x10, [sp, #THREAD_TIME]
    str     \thread, [x10, #SCHED_CONTEXT_THREAD]
    .endm

    /* The thread SP, which ran on x10, waits behind all in the ready queue \level. Changes x12 and x13. */
    .macro  enqueue_last level
    last_keeps_time x12
    strb    w\level, [x10, #SCHED_CONTEXT_LEVEL]
    add     x12, CORE, x\level, lsl #4
    ldr     x13, [x12, #CORE_READY + 8]
    add     x12, x12, #CORE_READY
    stp     x12, x13, [x10]
    str     x10, [x13]
    str     x10, [x12, #8]
    .endm

    /*
     * The thread SP, which ran on x10, is `interrupted` at \level, above all that are ready;
     * who was it before waits in its queue. Changes x12, x13, x16, x27, x28 and x30.
     */
    .macro  interrupt_last level
    ldr     x27, [CORE, #CORE_INTERRUPTED]
    cbnz    x27, 5f
4:  ldr     x16, [CORE, #CORE_READY_LEVELS]
    mov     x13, #1
    lsl     x13, x13, x\level
    orr     x13, x13, x16
    mov     x12, sp
    stp     x13, x10, [CORE, #CORE_READY_LEVELS]
    stp     x12, x16, [CORE, #CORE_INTERRUPTED_THREAD]
    .endm

    .macro  interrupt_last_again
5:  bl      .Lqueue_interrupted
    b       4b
    .endm

    /* x20: the first in the ready queue \level, unless it dies. Changes x22. */
    .macro  find_first level, else
    add     x22, CORE, x\level, lsl #4
    ldr     x20, [x22, #CORE_READY]
    ldr     x22, [x20, #SCHED_CONTEXT_DYING_RING]
    cbnz    x22, \else
    .endm

    /* The SchedContext x20 leaves its ready queue, whose first it is. x12 and x13 are its neighbours. */
    .macro  unlink_next
    ldp     x12, x13, [x20]
    str     x13, [x12, #8]
    str     x12, [x13]
    stp     xzr, xzr, [x20]
    .endm

    /* The same; \level is that queue's. */
    .macro  dequeue_next level
    unlink_next
    cmp     x12, x13                            /* the queue's head, if it was the only one */
    b.ne    1f
    mov     x17, #1
    lsl     x17, x17, x\level
    bic     x16, x16, x17
1:  str     x16, [CORE, #CORE_READY_LEVELS]
    .endm

    /* All that \who had is in its frame: it goes on where it was. */
    .macro  resume_next who=x21
    switch_thread \who
    leave_gate
    b       resume_this
    .endm

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

    /* w\to: a thread's priority on time of priority w\to; w\flags, which is changed: its flags. */
    .macro  raise_to_ceiling to, flags
    lsr     w\flags, w\flags, #24
    cmp     w\to, w\flags
    csel    w\to, w\to, w\flags, hi
    .endm

    .section .text.vectors, "ax"

/* --- call -------------------------------------------------------------------- */

    .globl  fast_call
    .balign 64
fast_call:
    save_middle
    enter_gate long_way
    find_slot .Lcall_long
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #9
    cmp     w21, #(SLOT_TYPE_ENDPOINT | SLOT_RIGHT_SEND)
    b.ne    .Lcall_object
    sbfx    x17, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x21, [x17, #ENDPOINT_HOME]     /* x21: the server */
    cmp     x22, CORE
    b.ne    .Lcall_long
    cbz     x21, .Lcall_long
    check_plain x21, .Lcall_fp
    cmp     w24, w23                            /* the server's ceiling, and the caller's */
    b.lo    .Lcall_long
    tbnz    x1, #THOLE_TAG_CAP_BIT, .Lcall_brings

    /* Nothing can fail any more: the caller waits, */
.Lcall_plain:
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
    str     xzr, [x17, #ENDPOINT_WARM]
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
    b.ne    .Lcall_operation
    lsr     x21, x1, #THOLE_TAG_LABEL_SHIFT
    cmp     x21, #SIGNAL_LABEL
    b.ne    .Lcall_long
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

    /*
     * An operation on a kernel object. C does it, but most change nothing of who runs: then what
     * a call keeps has stayed where it was. On several cores C needs its lock first, for which
     * it cannot wait behind this gate.
     */
.Lcall_operation:
    mov     w22, #OPERATIONS_TYPES
    lsr     w22, w22, w21
    tbz     w22, #0, .Lcall_long
    lsr     x23, x1, #THOLE_TAG_LABEL_SHIFT
    cmp     x23, #OPERATIONS_LABELS
    b.hs    .Lcall_long
    bfi     w23, w21, #3, #3
    ldr     x22, =(OPERATIONS_LOW | OPERATIONS_HIGH << 32)
    lsr     x22, x22, x23
    tbz     x22, #0, .Lcall_long
    ldrh    w23, [CORE, #CORE_ALONE]
    cbz     w23, .Lcall_long
    str     x1, [sp, #FRAME_X(1)]
    ldp     x1, x22, [sp, #THREAD_TABLE]
    and     x22, x22, x0
    add     x1, x1, x22, lsl #5                 /* the slot; the words are where C has them */
    mov     x0, sp
    mov     x21, sp
    mov     x22, CORE
    mrs     x20, tpidr_el1
    ldp     x29, x19, [x20, #CPU_STACK_TOP]     /* and entry_sctlr */
    mov     sp, x29
    cbz     x19, 1f
    msr     sctlr_el1, x19
    isb
1:  mov     x29, xzr
    bl      kernel_operation
    mov     sp, x21
    mov     CORE, x22
    tbnz    w0, #OPERATION_ENDS_BIT, .Loperation_ends
    cbz     x19, 2f
    bic     x19, x19, #SCTLR_ENIB
    msr     sctlr_el1, x19
2:  lsl     x1, x0, #THOLE_TAG_LABEL_SHIFT
    return  0, tag=x1
.Loperation_ends:
    and     w2, w0, #~(1 << OPERATION_ENDS_BIT)
    save_rest
    b       operation_end

.Lcall_fp:
    check_fp .Lcall_long
    orr     w25, w24, #THREAD_FLAGS_MASK
    cmp     w25, w23
    b.lo    .Lcall_long
    tbz     x1, #THOLE_TAG_CAP_BIT, 1f
    bl      .Lbring_if_granted
1:  bl      fast_switch_fp
    b       .Lcall_plain

.Lcall_long:
    leave_gate
    b       long_way

.Lcall_brings:
    bl      .Lbring_if_granted
    b       .Lcall_plain

    /*
     * A message brings a capability (sender.c, transfer): a child of what x7 names, of the
     * thread SP, stands then in the slot that x21 named for it. Else the tag x1 does not say any
     * more that one comes. Where other cores may be at the same capabilities that needs the lock.
     * It is the last that can fail. Changes x9 to x16.
     */
.Lbring_if_granted:
    tbz     x19, #SLOT_RIGHT_GRANT_BIT, .Lbring_nothing
.Lbring:
    ldrh    w9, [CORE, #CORE_ALONE]
    cbz     w9, .Lcall_long
    ldp     x10, x11, [sp, #THREAD_TABLE]
    ldp     x13, x14, [x21, #THREAD_TABLE]
    ldr     w12, [x21, #THREAD_ARRIVAL]
    cmp     x7, x11
    ccmp    x12, x14, #CONDITION_HI, ls
    b.hi    .Lbring_nothing                     /* either is no slot */
    cbz     w12, .Lbring_nothing
    and     x11, x11, x7
    and     x14, x14, x12
    add     x10, x10, x11, lsl #5
    add     x13, x13, x14, lsl #5
    ldr     x14, [x13]
    ldp     x15, x16, [x10]                     /* object and badge */
    ldr     x9, [x10, #SLOT_NEXT]
    cbnz    x14, .Lbring_nothing                /* something is there */
    ubfx    x11, x15, #SLOT_TYPE_SHIFT, #8
    mov     w12, #SLOT_TYPES_NO_COPY
    lsr     w12, w12, w11
    tbnz    w12, #0, .Lbring_nothing
    tbnz    x9, #SLOT_ENDING_BIT, .Lcall_long   /* C refuses it, as what would be too deep */
    ubfx    x12, x9, #SLOT_TYPE_SHIFT, #8       /* its depth stands where the type does */
    cmp     w12, #SLOT_DEPTH_MAX
    b.eq    .Lcall_long
    cmp     w11, #SLOT_TYPE_FRAME               /* whose badge is where it is mapped */
    csel    x16, xzr, x16, eq
    add     w12, w12, #1
    mov     x14, x9
    bfi     x14, x12, #SLOT_TYPE_SHIFT, #16     /* and no flags */
    ubfx    x11, x10, #0, #SLOT_TYPE_SHIFT
    stp     x15, x16, [x13]
    stp     x14, x11, [x13, #SLOT_NEXT]         /* and prev */
    sbfx    x12, x9, #0, #SLOT_TYPE_SHIFT
    bfi     x9, x13, #0, #SLOT_TYPE_SHIFT
    str     x9, [x10, #SLOT_NEXT]
    mov     x7, #0
    cbz     x12, 1f
    ubfx    x14, x13, #0, #SLOT_TYPE_SHIFT
    str     x14, [x12, #SLOT_PREV]
1:  ret
.Lbring_nothing:
    and     x1, x1, #~(1 << THOLE_TAG_CAP_BIT)
    mov     x7, #0
    ret

    /* For other cores' short ways it has fired when they see its state: bits of before are taken then. */
.Lsignal_wake:
    mov     x29, x20
    deliver_event x19, .Lcall_long
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

/* --- reply_recv ------------------------------------------------------------------ */

    .globl  fast_reply_receive
    .balign 64
fast_reply_receive:
    save_middle
    enter_gate long_way
    find_slot .Lreply_long
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #8
    cmp     w21, #SLOT_TYPE_ENDPOINT
    b.ne    .Lreply_long
    tbz     x19, #SLOT_RIGHT_RECV_BIT, .Lreply_long
    sbfx    x19, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x23, [x19, #ENDPOINT_HOME]
    cmp     x22, CORE                           /* then it is open, and nobody is queued */
    ccmp    x23, #0, #0, eq                     /* if another waits, the list is for the long way */
    b.ne    .Lreply_long
    ldr     x21, [sp, #THREAD_OWES]             /* the caller */
    cbz     x21, .Lreply_long
    check_plain x21, .Lreply_special
    ldrb    w22, [sp, #THREAD_LENT]
    cbz     w22, .Lreply_long                   /* it ran on time of its own */
    ldr     x22, [CORE, #CORE_READY_LEVELS]
    cbnz    x22, .Lreply_others_ready
.Lreply_goes_on:
    tbnz    x1, #THOLE_TAG_CAP_BIT, .Lreply_brings

    /* Nothing can fail any more: the server waits, */
.Lreply_plain:
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

.Lreply_brings:
    bl      .Lbring
    b       .Lreply_plain

.Lreply_others_ready:
    find_more_urgent
    cbz     x22, .Lreply_goes_on
.Lreply_long:
    leave_gate
    b       long_way

    /* w25 are the flags of this thread and of the sender, which is no thread if that is said. */
.Lreply_special:
    and     w22, w25, #THREAD_FLAGS_MASK
    cmp     w22, #SENDER_FLAG_EVENT
    b.ne    .Lreply_no_event

    /*
     * What was received was an interrupt or a signal, which brought its time along: that is
     * free now, and who was interrupted goes on, or the most urgent of those that are ready.
     */
    ldr     w22, [x21, #SENDER_KIND]
    ldrb    w24, [sp, #THREAD_LENT]
    mov     w23, #KIND_NUMBER_INTERRUPT
    movk    w23, #(SENDER_STATE_IN_SERVICE << 8), lsl #16
    cmp     w22, w23                            /* has not fired again, nor others its line */
    ccmp    w24, #1, #0, eq
    b.ne    .Lreply_no_interrupt
    ldp     w24, w22, [x21, #INTERRUPT_LINE]    /* and owing */
    ldrh    w25, [CORE, #CORE_NUMBER]
    sub     w22, w22, #1
    cmp     w22, w25                            /* this core took it */
    b.ne    .Lreply_long
.Lreply_event_ends:
    ldp     x20, x27, [CORE, #CORE_INTERRUPTED] /* and its thread */
    ldr     x16, [CORE, #CORE_READY_BESIDE]
    cbz     x20, .Lreply_find_first
.Lreply_found:
    account_both .Lreply_long
    ldr     x22, [x10, #SCHED_CONTEXT_EVENT]
    ldr     x23, [x10, #SCHED_CONTEXT_WAITING]
    add     x25, x10, #SCHED_CONTEXT_WAITING
    cmp     x22, x21                            /* if not, whose time it was has died meanwhile */
    ccmp    x23, x25, #0, eq
    b.ne    .Lreply_long
    cbz     w24, .Lreply_signal

    /* Nothing can fail any more: the event is over, */
    strh    wzr, [x21, #THREAD_FIRED_AGAIN]     /* and idle */
    str     wzr, [x21, #INTERRUPT_OWING]
    mrs     x22, tpidr_el1
    ldr     x22, [x22, #CPU_INTERFACE]
    cbz     x22, .Lreply_gicv3
    str     w24, [x22, #GICC_DIR]
    /* the server waits, */
.Lreply_line_done:
    str     xzr, [x21, #THREAD_SERVANT]
    stp     xzr, xzr, [x10, #SCHED_CONTEXT_THREAD]
    mov     w22, #THREAD_STATE_RECEIVING
    mov     x28, sp
    str     w22, [sp, #THREAD_STATE]
    stp     xzr, x19, [sp, #THREAD_OWES]        /* and receiving_on */
    str     x8, [sp, #THREAD_SLOTS]
    str     x28, [x19, #ENDPOINT_WARM]
    save_rest
    /* and that thread runs, where it was. */
    account
    cbz     x27, .Lreply_dequeue
    stp     x16, xzr, [CORE, #CORE_READY_LEVELS] /* and interrupted */
    /*
     * Was the timer set for the first deadline, as it is since? It is if x10 is whole: nobody
     * waits for a turn of it. Then the other's budget, which rested, ends no sooner.
     */
    ldp     x22, x17, [CORE, #CORE_TIMER_BEFORE] /* and what is set */
    cmn     x12, #1
    ccmp    x22, x17, #0, eq
    b.eq    3f
    set_timer
3:  resume_next x27
.Lreply_dequeue:
    ldr     x21, [x20, #SCHED_CONTEXT_THREAD]
    dequeue_next 26
    b       .Lrun_next
.Lreply_find_first:
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    cbz     x16, .Lreply_long
    clz     x26, x16
    eor     x26, x26, #63
    find_first 26, .Lreply_long
    ldr     x23, [x20, #SCHED_CONTEXT_THREAD]
    ldr     w22, [x23, #THREAD_FLAGS]
    mov     x27, #0
    tst     w22, #THREAD_FLAGS_MASK
    b.eq    .Lreply_found
    b       .Lreply_long
    /* No interrupt that ends here. Of a signal there is no line. */
.Lreply_no_interrupt:
    cbz     w24, .Lreply_long
    and     w22, w22, #0xff
    mov     w24, #0
    cmp     w22, #KIND_NUMBER_SIGNAL
    b.eq    .Lreply_event_ends
    b       .Lreply_long
    /* Unless it is signalled again, by another core's short way, in this moment. */
.Lreply_signal:
    add     x25, x21, #THREAD_FIRED_AGAIN
    mov     w23, #(SENDER_STATE_IN_SERVICE << 8)
1:  ldxrh   w22, [x25]
    cmp     w22, w23
    b.ne    .Lreply_long
    stxrh   w22, wzr, [x25]
    cbz     w22, .Lreply_line_done
    b       1b
.Lreply_gicv3:
    msr     s3_0_c12_c11_1, x24                 /* ICC_DIR_EL1 */
    isb
    b       .Lreply_line_done

    /*
     * It was a fault, and that thread goes on where it was: on time of its own, if this one
     * has some, too. w24 are its flags and its ceiling.
     */
.Lreply_fault:
    lsr     x22, x1, #THOLE_TAG_LABEL_SHIFT
    ldr     x23, [x21, #THREAD_FAULT_WORD]
    cmp     x22, #THOLE_FAULT_RESUME
    ccmp    x23, #FAULT_NUMBER_TIMEOUT, #CONDITION_Z, eq
    b.eq    .Lreply_long
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    ldr     x10, [CORE, #CORE_RUNNING]
    ldrb    w22, [sp, #THREAD_LENT]
    cbz     w22, .Lreply_fault_to_other_time
    ldrb    w22, [x10, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 22, 24
    lsr     x23, x16, x22
    lsr     x23, x23, #1                        /* equals go on waiting */
    cbnz    x23, .Lreply_long

    /* Nothing can fail any more: the handler waits, on the same time that thread goes on */
    mov     x28, sp
    str     x28, [x19, #ENDPOINT_WARM]
    b       .Lreply_fault_goes_on

.Lreply_fault_to_other_time:
    ldr     x20, [x21, #THREAD_TIME]
    cbz     x20, .Lreply_long
    ldr     x22, [x20, #SCHED_CONTEXT_DYING_RING]
    ldrb    w23, [x20, #SCHED_CONTEXT_CORE]
    ldrh    w25, [CORE, #CORE_NUMBER]
    cmp     x22, #0
    ccmp    w23, w25, #0, eq
    b.ne    .Lreply_long
    ldrb    w22, [x20, #SCHED_CONTEXT_PRIORITY]
    raise_to_ceiling 22, 24
    lsr     x23, x16, x22
    lsr     x23, x23, #1
    cbnz    x23, .Lreply_long
    account_both .Lreply_long

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

    /* w22 is special about the two. A fault that was told to a thread of which nothing is? */
.Lreply_no_event:
    cmp     w22, #SENDER_FLAG_FAULTED
    b.eq    .Lreply_fault

    /* As above, but the registers of FP/SIMD change hands, too. */
    check_fp .Lreply_long
    ldrb    w22, [sp, #THREAD_LENT]
    cbz     w22, .Lreply_long
    ldr     x22, [CORE, #CORE_READY_LEVELS]
    cbnz    x22, 3f
1:  tbz     x1, #THOLE_TAG_CAP_BIT, 2f
    bl      .Lbring
2:  bl      fast_switch_fp
    b       .Lreply_plain
3:  find_more_urgent
    cbz     x22, 1b
    b       .Lreply_long

/* --- try_recv, yield: when there is nothing to do ---------------------------------- */

    .globl  fast_try_receive
    .balign 16
fast_try_receive:
    enter_gate no_short_way
    find_slot .Ltry_long, x9, x10
    ubfx    x11, x9, #SLOT_TYPE_SHIFT, #8
    cmp     w11, #SLOT_TYPE_ENDPOINT
    b.ne    .Ltry_long
    tbz     x9, #SLOT_RIGHT_RECV_BIT, .Ltry_long
    cbnz    w8, .Ltry_long                      /* something is to be set aside */
    ldr     x10, [sp, #THREAD_OWES]
    cbnz    x10, .Ltry_long
    sbfx    x9, x9, #0, #SLOT_TYPE_SHIFT
    ldr     x10, [x9, #ENDPOINT_HOME]
    cmp     x10, CORE                           /* nobody is queued */
    b.ne    .Ltry_long
    return  STATUS_NUMBER_WOULD_WAIT, restore_last

    .globl  fast_yield
    .balign 16
fast_yield:
    enter_gate no_short_way
    ldr     x9, [CORE, #CORE_READY_LEVELS]
    cbz     x9, 1f
    ldr     x10, [CORE, #CORE_RUNNING]
    ldrb    w10, [x10, #SCHED_CONTEXT_PRIORITY]
    ldrb    w11, [sp, #THREAD_CEILING]
    cmp     w10, w11
    csel    w10, w10, w11, hi
    lsr     x9, x9, x10
    cbnz    x9, .Lyield_to_equal
1:  return  0, restore_last

.Ltry_long:
    leave_gate
    b       no_short_way

    /* w10 is the level: nobody more urgent is ready. */
.Lyield_to_equal:
    save_middle
    mov     w26, w10
    ldr     x9, [CORE, #CORE_INTERRUPTED]
    cbnz    x9, .Lcall_long                     /* who is never an equal: if so, C must see it */
    find_first 26, .Lcall_long
    account_both .Lcall_long
    ldr     x21, [x20, #SCHED_CONTEXT_THREAD]
    check_plain x21, .Lcall_long

    /* Nothing can fail any more: this one waits behind that one, */
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    enqueue_last 26
    unlink_next
    wait_with_nothing
    /* and that one runs, where it was. */
    account

    /* x21 was ready, on x20: it goes on where it was. */
.Lrun_next:
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent`: it may be lent itself */
    str     xzr, [x21, #THREAD_TIME]
    strh    w27, [x21, #THREAD_STATE]
.Lgo_on_next:
    set_timer
.Lresume_next:
    resume_next

/* --- A fault of memory ------------------------------------------------------------------ */

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

/* --- The interrupt of a device -------------------------------------------------------- */

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

    /* x27 is `interrupted`, and is to be the first of those ready at its level. Changes x12, x13, x16 and x28. */
.Lqueue_interrupted:
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

    /* x14: when, or never. Changes x15. */
.Lprogram_timer:
    cmn     x14, #1
    b.eq    1f
    msr     cntv_cval_el0, x14
    mov     x15, #CNTV_CTL_ON
    msr     cntv_ctl_el0, x15
    isb
    ret
1:  mov     x15, #CNTV_CTL_SILENT
    msr     cntv_ctl_el0, x15
    isb
    ret

/* --- FP/SIMD registers -------------------------------------------------------------- */

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

    .globl  fast_end
fast_end:
