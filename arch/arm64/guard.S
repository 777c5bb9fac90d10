/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What code with a stack protector asks for: the guard, which stands between a
 * function's arrays and its return address, and whom to call when it changed. That
 * stack is not to be trusted: a breakpoint goes to the emergency stack (panic.c).
 */
#include "esr.h"

    .section .text.guard, "ax"
    .globl  __stack_chk_fail
__stack_chk_fail:
    hint    #34                 /* bti c */
    brk     #BREAKPOINT_GUARD

    .section .data.guard, "aw"
    .balign 8
    .globl  __stack_chk_guard
    .globl  stack_guard
__stack_chk_guard:
stack_guard:
    .quad   0x5468006f6c65ff0a  /* until there is a random one: harden.h */
