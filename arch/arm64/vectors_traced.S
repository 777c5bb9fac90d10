/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The second table of vectors: as vectors.S has it, without short ways, and with each event
 * recorded (event_traced.c). trace.c says which of them a core has.
 */
#include "vectors.h"

    .section .text.vectors_traced, "ax"
    .balign 2048
    .globl  vectors_traced
vectors_traced:
    entry_from_kernel 0
    enter   traced_sync
    entry_from_kernel 1
    enter   traced_interrupt
    entry_from_kernel 2
    enter   traced_error
    entry_from_kernel 3
    vectors_from_kernel 4
    entry_from_program traced_sync
    entry_from_program traced_interrupt
    entry_from_program traced_interrupt
    entry_from_program traced_error
    vectors_from_kernel 12
