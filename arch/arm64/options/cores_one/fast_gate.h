/* SPDX-License-Identifier: BSD-2-Clause */
/* There is no other core to be kept away: a gate is closed if what is to be done is C's, and never taken. */
#pragma once

    .macro  take_gate else, by
    ldr     w30, [CORE]             /* CORE_GATE */
    cbnz    w30, \else
    .endm

    .macro  leave_gate
    .endm

    .macro  check_alone else, scratch
    .endm
