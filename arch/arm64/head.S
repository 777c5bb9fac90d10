/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instructions: the arm64 Image header, then from wherever the loader
 * put us (any 2 MiB aligned address, EL2 or EL1, translation and data caches
 * off, x0 = device tree) to arch_main at the address the image is linked at.
 * Position independent up to `high`. It all lies in the one page that is also mapped
 * at its physical address while translation is turned on. Other cores enter in the same
 * state, and go on here: core_entry.S.
 */
#include "layout.h"
#include "offsets.h"
#include "sysreg.h"

/* Flags of the header: little endian, 4 KiB pages, anywhere in memory. */
#define IMAGE_PAGES_4K (1 << 1)
#define IMAGE_ANYWHERE (1 << 3)

    .section .head.image, "ax"
    .globl image_start
image_start:
    b       start
    .word   0
    .quad   0                   /* offset from a 2 MiB boundary */
    .quad   image_bytes         /* with .bss, which holds boot tables and stacks */
    .quad   IMAGE_PAGES_4K | IMAGE_ANYWHERE
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .word   0

start:
    msr     DAIFSet, #0xf
    mov     x19, x0             /* the device tree */
    mrs     x9, CurrentEL
    cmp     x9, #CURRENT_EL_EL2
    b.lo    at_el1
    bl      el2_leave
at_el1:
    msr     SPSel, #1
    isb
    mrs     x20, cntvct_el0     /* when the kernel was entered */

    /*
     * With the caches off our stores go to memory. Lines of .bss that somebody
     * left behind would later hide or overwrite them: drop them before, and
     * what was fetched meanwhile after. Tables are cleared when they are made.
     */
    bl      bss_invalidate
    adrp    x9, bss_start
    add     x9, x9, :lo12:bss_start
    adrp    x10, boot_tables
1:  stp     xzr, xzr, [x9]
    stp     xzr, xzr, [x9, #16]
    stp     xzr, xzr, [x9, #32]
    stp     xzr, xzr, [x9, #48]
    add     x9, x9, #64
    cmp     x9, x10
    b.lo    1b

    adrp    x9, boot_stacks
    add     sp, x9, #STACK_TOP_OFFSET
    mov     x29, xzr
    mov     x30, xzr
    bl      boot_map
    bl      bss_invalidate
    adrp    x22, image_start
    ldr     x11, =cpus
    ldr     x10, =high

    /* Translation on: x11 the core's struct cpu, x10 where to go on, both as linked. */
    .globl  translate
translate:
    adrp    x9, boot_translation
    add     x9, x9, :lo12:boot_translation
    ldp     x12, x13, [x9, #TRANSLATION_TTBR0]
    msr     ttbr0_el1, x12
    msr     ttbr1_el1, x13
    ldp     x12, x13, [x9, #TRANSLATION_MAIR]
    msr     mair_el1, x12
    msr     tcr_el1, x13
    ldr     x12, [x9, #TRANSLATION_SCTLR]
    ldr     x9, =vectors
    msr     vbar_el1, x9
    msr     tpidr_el1, x11
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    msr     sctlr_el1, x12
    isb
    br      x10

high:
    hint    #36                 /* bti j */
    ldr     x9, [x11, #CPU_STACK_TOP]
    mov     sp, x9
    mov     x0, x19
    mov     x1, x20
    mov     x2, x22             /* where the image lies */
    mov     x29, xzr
    mov     x30, xzr
    b       arch_main

/*
 * Drops all lines of .bss and of the tables that may be made now. A first line that .data
 * shares is not lost: nothing is stored there before translation is on. Changes x9-x11.
 */
bss_invalidate:
    mrs     x9, ctr_el0
    ubfx    x9, x9, #16, #4     /* CTR_EL0.DminLine: log2 of words in a line */
    mov     x11, #4
    lsl     x11, x11, x9
    adrp    x9, bss_start
    add     x9, x9, :lo12:bss_start
    adrp    x10, boot_tables
    add     x10, x10, #(TABLES_EARLY * PAGE_BYTES / 4096), lsl #12
1:  dc      ivac, x9
    add     x9, x9, x11
    cmp     x9, x10
    b.lo    1b
    dsb     sy
    ret

    .ltorg
