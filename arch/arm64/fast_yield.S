/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A poll and a yield when there is nothing to do, and a yield to an equal; and what others need
 * for a thread that was ready.
 */
#include <thole/abi.h>

#include "fast_time.h"

    .section .text.vectors, "ax"

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
    cbnz    x9, fast_gives_up                   /* who is never an equal: if so, C must see it */
    find_first 26, fast_gives_up
    ldr     x21, [x20, #SCHED_CONTEXT_THREAD]
    look_for_special x21
    read_clock
    compare_times
    b.le    fast_gives_up

    /* Nothing can fail any more: this one waits behind that one, */
    ldr     x16, [CORE, #CORE_READY_LEVELS]
    enqueue_last 26
    unlink_next
    wait_with_nothing
    /* and that one runs, where it was. */
    account

    /* x21 was ready, on x20: it goes on where it was. */
    .globl  fast_run_next
fast_run_next:
    ldrh    w27, [CORE, #CORE_RUNS_LENT]        /* but for `lent`: it may be lent itself */
    str     xzr, [x21, #THREAD_TIME]
    strh    w27, [x21, #THREAD_STATE]
    ldrb    w17, [x20, #SCHED_CONTEXT_PRIORITY]
    set_timer
    resume_next

    /* x14: when, or never. Changes x15. */
    .globl  fast_program_timer
fast_program_timer:
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
