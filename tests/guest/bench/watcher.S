/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver of the PL031 clock (TRM DDI 0224): sets its alarm a second ahead, and
 * when the interrupt comes says how many ticks of the counter later its first
 * instruction ran, in WATCH_WORD of the page that it shares with main. It is a
 * helper_function; the argument is the endpoint's slot.
 */
#include "watcher.h"

#define DATA  0x00
#define MATCH 0x04
#define MASK  0x10
#define CLEAR 0x1c

    .text
    .global watch_clock
    .type watch_clock, %function
watch_clock:
    mov     x19, x0
    ldr     x20, =WATCH_DEVICE
    ldr     x21, =WATCH_SHARED
    mov     w9, #1
    str     w9, [x20, #MASK]
again:
    mov     w9, #1
    str     w9, [x20, #CLEAR]
    ldr     x10, [x21, #WATCH_PAUSE]    /* so that each is at another moment */
1:  subs    x10, x10, #1
    b.hi    1b
    ldr     w9, [x20, #DATA]
    add     w9, w9, #1
    mrs     x22, cntvct_el0
    str     w9, [x20, #MATCH]           /* from here it takes a second */
    str     x22, [x21, #WATCH_SET]
    mov     x0, x19
    mov     x1, xzr
    mov     x8, xzr
    svc     #3                          /* reply_recv */
    mrs     x9, cntvct_el0
    sub     x9, x9, x22
    str     x9, [x21, #WATCH_TICKS]
    ldr     x10, [x21, #WATCH_COUNT]
    add     x10, x10, #1
    str     x10, [x21, #WATCH_COUNT]
    b       again
    .size watch_clock, . - watch_clock

    .section .note.GNU-stack, "", %progbits
