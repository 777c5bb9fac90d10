/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry and exit. While a program runs, SP_EL1 points at its struct thread, so
 * an exception stores all registers straight into it, takes the core's stack,
 * which is empty, and calls C (event.c) with the thread and the core. C returns
 * the thread to resume. What happens most has short ways of its own (fast.h).
 * An exception in the kernel itself is the end: panic.c.
 */
#include <thole/abi.h>

#include "vectors.h"

    /* As entry_from_program; the interrupt of a device has a short way. */
    .macro  interrupt_with_short_way function
    .balign 128
interrupt_with_short_way_\@:
    save_upper
    save_lower
    mrs     x0, tpidr_el1
    ldp     CORE, x1, [x0, #CPU_CORE]           /* and interface */
    cbnz    x1, fast_interrupt
    b       fast_interrupt_gicv3
    .endm

    /*
     * The same, but for system calls that are known: four have short ways, and none of
     * them keeps x9 to x18. All else may be a fault, which has one too.
     */
    .macro  entry_with_short_ways function
    .balign 128
entry_with_short_ways_\@:
    save_last
    mrs     x29, esr_el1
    mov     w30, #ESR_WORD_SVC64
    sub     w29, w29, w30
    cmp     w29, #SYSCALL_NUMBER_CALL
    b.eq    fast_call
    cmp     w29, #SYSCALL_NUMBER_REPLY_RECV
    b.eq    fast_reply_receive
    cmp     w29, #SYSCALL_NUMBER_TRY_RECV
    b.eq    fast_try_receive
    cmp     w29, #SYSCALL_NUMBER_YIELD
    b.eq    fast_yield
    b.hi    1f
    cbnz    w29, no_short_way                   /* 0 is none */
1:  save_middle
    save_lower
    b       fast_fault
    .endm

    /* An entry for what cannot be has room for 28 instructions more: these are in it. */
    .section .text.vectors, "ax"
    .balign 2048
    .globl  vectors
vectors:
    entry_from_kernel 0             /* SP_EL0: never used by the kernel */
    enter   event_sync
    entry_from_kernel 1
    enter   event_interrupt
    entry_from_kernel 2
    enter   event_error
    entry_from_kernel 3
    entry_from_kernel 4             /* SP_EL1 */
    entry_from_kernel 5
    entry_from_kernel 6
    .globl  thread_run
    .globl  resume
thread_run:
    hint    #34                     /* bti c */
resume:
    mov     sp, x0
    resume_this
    entry_from_kernel 7
    /*
     * x0 index of the vector; the old x0 and x1 are in TPIDR_EL0 and
     * TPIDRRO_EL0. The stack pointer may be what is wrong, so all goes to the
     * emergency stack, from its top also when a panic itself came here.
     */
    .globl  panic
panic:
    mrs     x1, tpidr_el1
    ldr     x1, [x1, #CPU_EMERGENCY_TOP]
    sub     x1, x1, #FRAME_BYTES
    stp     x2, x3, [x1, #OFFSET_X(2)]
    stp     x4, x5, [x1, #OFFSET_X(4)]
    stp     x6, x7, [x1, #OFFSET_X(6)]
    stp     x8, x9, [x1, #OFFSET_X(8)]
    stp     x10, x11, [x1, #OFFSET_X(10)]
    stp     x12, x13, [x1, #OFFSET_X(12)]
    stp     x14, x15, [x1, #OFFSET_X(14)]
    stp     x16, x17, [x1, #OFFSET_X(16)]
    stp     x18, x19, [x1, #OFFSET_X(18)]
    stp     x20, x21, [x1, #OFFSET_X(20)]
    stp     x22, x23, [x1, #OFFSET_X(22)]
    b       panic_goes_on
    entry_with_short_ways event_sync
    interrupt_with_short_way event_interrupt
    entry_from_program event_interrupt  /* FIQ: the GIC's group 0, if firmware left it so */
    entry_from_program event_error
    entry_from_kernel 12            /* AArch32 programs: no frame ever asks for one */
panic_goes_on:
    stp     x24, x25, [x1, #OFFSET_X(24)]
    stp     x26, x27, [x1, #OFFSET_X(26)]
    stp     x28, x29, [x1, #OFFSET_X(28)]
    mrs     x2, tpidr_el0
    mrs     x3, tpidrro_el0
    stp     x2, x3, [x1, #OFFSET_X(0)]
    mov     x2, sp
    stp     x30, x2, [x1, #OFFSET_X(30)]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [x1, #OFFSET_PC]
    str     xzr, [x1, #OFFSET_TLS]
    mov     sp, x1
    mov     x1, x0
    mov     x0, sp
    mov     x29, xzr
    mov     x30, xzr
    b       panic_exception
    entry_from_kernel 13
    .globl  fp_save
fp_save:
    hint    #34                 /* bti c */
    save_fp x0, x9, x10
    ret
    entry_from_kernel 14
    .globl  fp_load
fp_load:
    hint    #34                 /* bti c */
    restore_fp x0, x9, x10
    ret
    entry_from_kernel 15
    .globl  boot_leave
boot_leave:
    hint    #34                     /* bti c */
    mov     sp, x1
    mov     x29, xzr
    mov     x30, xzr
    b       kernel_space_leave_boot

    /* A system call that is known; x19 to x30 are saved, and x9 to x18 need not be. */
    .globl  no_short_way
no_short_way:
    save_middle
    .globl  long_way
long_way:
    stp     x0, x1, [sp, #FRAME_X(0)]
    stp     x2, x3, [sp, #FRAME_X(2)]
    stp     x4, x5, [sp, #FRAME_X(4)]
    stp     x6, x7, [sp, #FRAME_X(6)]
    str     x8, [sp, #FRAME_X(8)]
    begin_c
    ldr     x0, [x20, #CPU_CORE]
    mrs     x1, esr_el1
    and     w1, w1, #ESR_IMMEDIATE_MASK
    bl      kernel_syscall
.Lsystem_call_ends:
    cbz     x0, 2f
    ldr     x1, [x0, #FRAME_STEP]
    ldrb    w2, [x20, #CPU_STEPPING]
    cmp     x1, x2
    b.ne    2f
1:  end_c
    b       resume
2:  mov     x1, x0                  /* nobody, or who is stepped */
    mov     x0, x20
    bl      event_end
    b       1b

    /* An operation that a short way began (fast.h): x19 and x20 are as above, w2 is the result. */
    .globl  operation_end
operation_end:
    mov     x1, sp
    ldr     x3, [x20, #CPU_STACK_TOP]
    mov     sp, x3
    ldr     x0, [x20, #CPU_CORE]
    bl      kernel_operation_end
    b       .Lsystem_call_ends

    .ltorg
