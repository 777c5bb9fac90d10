/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that fault at a known instruction, NAME_at. Each is a
 * helper_function; x0 is its argument and, unless the handler writes it, what it
 * returns in the end. NAME_after is where a handler may send it instead.
 */
    .text

    .macro faulty name
    .global \name, \name\()_at
    .type \name, %function
\name:
    .endm

    faulty fault_read
fault_read_at:
    ldr     x0, [x0]
    ret

    faulty fault_write
    mov     x9, #77
fault_write_at:
    str     x9, [x0]
    mov     x0, x9
    ret

    /* The program counter itself is wrong then: fault_jump_at stands for nothing. */
    faulty fault_jump
    str     x30, [sp, #-16]!
    blr     x0
    .global fault_jump_after
fault_jump_after:
    ldr     x30, [sp], #16
fault_jump_at:
    ret

    faulty fault_syscall
fault_syscall_at:
    svc     #99
    ret

    faulty fault_instruction
fault_instruction_at:
    udf     #0
    ret

    faulty fault_break
fault_break_at:
    brk     #0x1234
    ret

    /* Adds up to 10, an instruction at a time. */
    faulty fault_steps
fault_steps_at:
    mov     x0, #1
    add     x0, x0, #2
    add     x0, x0, #3
    add     x0, x0, #4
    ret

    /* The number of a call; what it asks for is in the registers, which the handler writes. */
    faulty fault_calls
fault_calls_at:
    svc     #1
    mov     x9, #5
    ret

    .section .note.GNU-stack, "", %progbits
