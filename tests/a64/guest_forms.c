/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts of forms.h, one word each, in order.
 */
#include "forms.h"

#define ASSEMBLE(word, text) text "\n\t"
__asm__(".section .rodata.forms, \"a\"\n\t"
        ".arch armv8.5-a\n\t" /* knows bti and csdb by name */
        ".globl forms\n"
        "forms:\n\t" A64_FORMS(ASSEMBLE) ".globl forms_end\n"
        "forms_end:\n\t"
        ".previous\n");
