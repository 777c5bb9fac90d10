/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where other cores enter, in the state in which the first did (head.S), and in the same
 * page. It stays when boot is over, for a core may come late.
 */
#include "layout.h"
#include "offsets.h"
#include "sysreg.h"

    .section .head, "ax"

    /*
     * A core finds its struct cpu by its affinity, and waits there until it is
     * its turn: a loader may have released all at once. One that the tree does
     * not name stays here. Nothing is stored while the caches are off.
     */
    .globl  core_entry
core_entry:
    msr     DAIFSet, #0xf
    mrs     x9, CurrentEL
    cmp     x9, #CURRENT_EL_EL2
    b.lo    1f
    bl      el2_leave
1:  msr     SPSel, #1
    isb
    mrs     x9, mpidr_el1
    ldr     x10, =MPIDR_AFFINITY
    and     x9, x9, x10
    adrp    x10, cpus
    add     x10, x10, :lo12:cpus
    ldr     x11, =cpus
    mov     x12, #CORES_MAX
2:  ldr     x13, [x10, #CPU_AFFINITY]
    cmp     x13, x9
    b.eq    4f
    add     x10, x10, #CPU_BYTES
    add     x11, x11, #CPU_BYTES
    subs    x12, x12, #1
    b.ne    2b
3:  wfi
    b       3b
4:  ldr     x13, [x10, #CPU_MAY_START]
    cbnz    x13, 5f
    wfe
    b       4b
5:  ldr     x10, =core_high
    b       translate

core_high:
    hint    #36                 /* bti j */
    ldr     x9, [x11, #CPU_STACK_TOP]
    mov     sp, x9
    mov     x19, x11
    mov     x29, xzr
    mov     x30, xzr
    mov     x0, x19
    bl      core_claim
    mov     x0, x19
    bl      core_setup          /* there while the core is awaited, as it has claimed */
    mov     x1, x0
    mov     x0, x19
    mov     x30, xzr
    b       core_main

    .ltorg
