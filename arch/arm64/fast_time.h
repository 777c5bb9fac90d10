/* SPDX-License-Identifier: BSD-2-Clause */
/* The short ways where another SchedContext goes on: accounting, the ready queue, the timer. */
#pragma once
#include "fast.h"

/*
 * Where another SchedContext goes on, time is accounted as in C. In the macros from here
 * on x10 is the one that ran, x20 the one that will, x16 the ready levels; x9 is the time.
 */

    /*
     * Of the one that ran x11 is left since its books, whose period ends at x12, and it ran for x13;
     * x14 of the other, which was at rest, whose period ends at x15. The clock is read once
     * after an exception, which it does not overtake.
     */
    .macro  read_clock
    mrs     x9, cntvct_el0
    ldp     x10, x11, [CORE, #CORE_RUNNING]
    sub     x13, x9, x11
    ldp     x11, x12, [x10, #SCHED_CONTEXT_REMAINING]
    ldp     x14, x15, [x20, #SCHED_CONTEXT_REMAINING]
    .endm

    /* If the flags say eq: does nothing end of either? Then they say gt. x11 is left of the one. */
    .macro  compare_times
    ccmp    x9, x12, #CONDITION_C, eq
    ccmp    x9, x15, #CONDITION_C, lo
    sub     x11, x11, x13
    ccmp    x11, #0, #CONDITION_Z, lo
    ccmp    x14, #0, #CONDITION_Z, gt
    .endm

    .macro  account
    str     x11, [x10, #SCHED_CONTEXT_REMAINING]
    stp     x20, x9, [CORE, #CORE_RUNNING]
    .endm

    /*
     * The timer's next: the end of x20's budget or turn, or what comes of deadlines. `alone`: nobody
     * as urgent as x20 is ready, and who is less is interrupted; else w\priority is x20's.
     * Changes x14, x15, x17.
     */
    .macro  set_timer who=among_others, priority=17
    add     x14, x14, x9
    cmn     x15, #1                             /* whole time, */
    .ifc    \who, among_others
    lsr     x17, x16, x\priority
    ccmp    x17, #0, #0, eq                     /* and nobody waits for a turn */
    .endif
    ldp     x17, x15, [CORE, #CORE_TIMER_SET]
    .ifc    \who, alone
    str     x17, [CORE, #CORE_TIMER_BEFORE]
    .endif
    ccmp    x15, x14, #0, ne                    /* if so, there are deadlines alone */
    csel    x14, x15, x14, lo
    cmp     x14, x17
    b.eq    1f
    str     x14, [CORE, #CORE_TIMER_SET]
    bl      fast_program_timer
1:
    .endm

    /* The thread SP, which is x28, too, keeps the time that it ran on, x10. */
    .macro  last_keeps_time
    str     x10, [sp, #THREAD_TIME]
    str     x28, [x10, #SCHED_CONTEXT_THREAD]
    .endm

    /* The thread SP, which ran on x10, waits behind all in the ready queue \level. Changes x12, x13 and x28. */
    .macro  enqueue_last level
    mov     x28, sp
    last_keeps_time
    strb    w\level, [x10, #SCHED_CONTEXT_LEVEL]
    add     x12, CORE, x\level, lsl #4
    ldr     x13, [x12, #CORE_READY + 8]
    add     x12, x12, #CORE_READY
    stp     x12, x13, [x10]
    str     x10, [x13]
    str     x10, [x12, #8]
    .endm

    /*
     * The thread SP, which ran on x10, is `interrupted`; who was it before waits in its queue.
     * Changes x12, x13, x16, x27, x28 and x30.
     */
    .macro  interrupt_last
    ldr     x27, [CORE, #CORE_INTERRUPTED]
    cbnz    x27, 5f
4:  mov     x12, sp
    stp     x10, x12, [CORE, #CORE_INTERRUPTED] /* and its thread */
    .endm

    .macro  interrupt_last_again
5:  bl      fast_queue_interrupted
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
    resume_this
    .endm

    /* w\to: the priority of a thread with these w\flags on time of priority w\priority. Changes w\flags. */
    .macro  raise_to_ceiling to, priority, flags
    lsr     w\flags, w\flags, #24
    cmp     w\priority, w\flags
    csel    w\to, w\priority, w\flags, hi
    .endm
