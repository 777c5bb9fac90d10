/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on kernel objects, and capabilities in messages. The last of the short ways. */
#include <thole/abi.h>

#include "fast.h"

    .section .text.vectors, "ax"

    /*
     * An operation on a kernel object. C does it, but most change nothing of who runs: then what
     * a call keeps has stayed where it was. On several cores C needs its lock first, for which
     * it cannot wait behind this gate.
     */
    .globl  fast_operation
fast_operation:
    mov     w22, #OPERATIONS_TYPES
    lsr     w22, w22, w21
    tbz     w22, #0, fast_gives_up
    lsr     x23, x1, #THOLE_TAG_LABEL_SHIFT
    cmp     x23, #OPERATIONS_LABELS
    b.hs    fast_gives_up
    bfi     w23, w21, #3, #3
    ldr     x22, =(OPERATIONS_LOW | OPERATIONS_HIGH << 32)
    lsr     x22, x22, x23
    tbz     x22, #0, fast_gives_up
    check_alone fast_gives_up, w23
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

    /*
     * A message brings a capability (sender.c, transfer): a child of what x7 names, of the
     * thread SP, stands then in the slot that x21 named for it. Else the tag x1 does not say any
     * more that one comes. Where other cores may be at the same capabilities that needs the lock.
     * It is the last that can fail. Changes x9 to x16.
     */
    .globl  fast_bring_if_granted
fast_bring_if_granted:
    tbz     x19, #SLOT_RIGHT_GRANT_BIT, .Lbring_nothing
    .globl  fast_bring
fast_bring:
    check_alone fast_gives_up, w9
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
    tbnz    x9, #SLOT_ENDING_BIT, fast_gives_up /* C refuses it, as what would be too deep */
    ubfx    x12, x9, #SLOT_TYPE_SHIFT, #8       /* its depth stands where the type does */
    cmp     w12, #SLOT_DEPTH_MAX
    b.eq    fast_gives_up
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

    .globl  fast_end
fast_end:
