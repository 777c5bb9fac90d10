/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of a table of vectors, and the way into C and back, for both tables: vectors.S, and
 * vectors_traced.S. Order of a table: Arm ARM, exception vectors. panic.c knows it too. Each
 * entry has a label: what lies before it is not its own.
 */
#pragma once
#include "entry.h"
#include "esr.h"

    /* At most 32 instructions. */
    .macro  entry_from_program function
    .balign 128
entry_\function\()_\@:
    save_upper
    save_lower
    b       enter_\function
    .endm

    .macro  entry_from_kernel index
    .balign 128
entry_from_kernel_\@:
    msr     tpidr_el0, x0
    msr     tpidrro_el0, x1
    mov     x0, #\index
    b       panic
    .endm

    /*
     * Into C: x0 the thread, x20 this core. C signs its return addresses with key B,
     * which is on for C alone: a program could have its own addresses signed by it.
     * No indirect branch is taken in C either, so it does not matter what the program
     * has taught the core of them (docs/decisions/0009-no-indirect-branches.md).
     */
    .macro  begin_c
    save_rest
    mrs     x20, tpidr_el1
    mov     x0, sp
    ldp     x1, x19, [x20, #CPU_STACK_TOP]      /* and entry_sctlr */
    mov     sp, x1
    cbz     x19, 1f
    msr     sctlr_el1, x19
    isb
1:  mov     x29, xzr                /* back-traces end here */
    .endm

    .macro  end_c
    cbz     x19, resume
    bic     x19, x19, #SCTLR_ENIB
    msr     sctlr_el1, x19          /* the exception return makes it effective */
    .endm

    /* x0 to x30 are saved. C says whom to resume. */
    .macro  enter function
    .globl  enter_\function
enter_\function:
    begin_c
    mov     x1, x20
    bl      \function
    end_c
    b       resume
    .endm

    .macro  vectors_from_kernel first
    entry_from_kernel \first
    entry_from_kernel (\first + 1)
    entry_from_kernel (\first + 2)
    entry_from_kernel (\first + 3)
    .endm
