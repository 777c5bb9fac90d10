/* SPDX-License-Identifier: BSD-2-Clause */
#include "marks.h"

    .text
#define MARK(name)                     \
    .global mark_##name;               \
    .type mark_##name, %function;      \
mark_##name:                           \
    ret;                               \
    .size mark_##name, . - mark_##name;
MARKS(MARK)

    .section .note.GNU-stack, "", %progbits
