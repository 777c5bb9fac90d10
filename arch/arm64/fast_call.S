/* SPDX-License-Identifier: BSD-2-Clause */
/* A call to a server that waits without time of its own. What else is called, goes on in other files. */
#include <thole/abi.h>

#include "fast.h"

    .section .text.vectors, "ax"

    .globl  fast_call
    .balign 64
fast_call:
    save_middle
    enter_gate long_way
    find_slot fast_gives_up
    ubfx    x21, x19, #SLOT_TYPE_SHIFT, #9
    cmp     w21, #(SLOT_TYPE_ENDPOINT | SLOT_RIGHT_SEND)
    b.ne    fast_signal
    sbfx    x17, x19, #0, #SLOT_TYPE_SHIFT      /* the endpoint */
    ldp     x22, x21, [x17, #ENDPOINT_HOME]     /* x21: the server */
    cmp     x22, CORE
    b.ne    fast_gives_up
    cbz     x21, fast_gives_up
    check_plain x21, .Lcall_fp
    cmp     w24, w23                            /* the server's ceiling, and the caller's */
    b.lo    fast_gives_up
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
    stp     x27, x28, [x21, #THREAD_STATE]      /* and owes */
    and     x1, x1, #TAG_KEPT
    orr     x1, x1, #TAG_KIND_CALL
    switch_thread
    leave_system_call

.Lcall_fp:
    check_fp fast_gives_up
    orr     w25, w24, #THREAD_FLAGS_MASK
    cmp     w25, w23
    b.lo    fast_gives_up
    tbz     x1, #THOLE_TAG_CAP_BIT, 1f
    bl      fast_bring_if_granted
1:  bl      fast_switch_fp
    b       .Lcall_plain

.Lcall_brings:
    bl      fast_bring_if_granted
    b       .Lcall_plain

    /* Nothing has changed yet: it is C's. */
    .globl  fast_gives_up
fast_gives_up:
    leave_gate
    b       long_way
