/* SPDX-License-Identifier: BSD-2-Clause */
/* How the short ways keep other cores away: by this core's gate (kernel/event.h). */
#pragma once

    /* \by is not 0, and has 16 bits. To `else` if the C part of the kernel must have it. */
    .macro  take_gate else, by=w29
    ldaxr   w30, [CORE]             /* CORE_GATE */
    cbnz    w30, \else
    stxr    w30, \by, [CORE]        /* GATE_TAKEN */
    cbnz    w30, \else
    .endm

    /* It may have been closed meanwhile, and stays so. */
    .macro  leave_gate
    stlrh   wzr, [CORE]
    .endm

    /* To `else` if other cores run. Changes \scratch. */
    .macro  check_alone else, scratch
    ldrh    \scratch, [CORE, #CORE_ALONE]
    cbz     \scratch, \else
    .endm
