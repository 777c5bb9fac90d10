/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware for cores.py: the emulator's cores are off until PSCI starts them, so
 * this starts them into loops that poll, as firmware without PSCI does, and goes
 * on to the kernel. Loaded in place of it, at 0x40080000. Core n polls word n of
 * the table in the second page; from 4 on, all poll word 4.
 */
#define PSCI_CPU_ON 0xc4000003
#define KERNEL      0x40200000
#define CORES       8
#define SHARED      4

    .globl  _start
_start:
    mov     x19, x0             /* the device tree */
    mov     x20, #1
1:  ldr     w0, =PSCI_CPU_ON
    mov     x1, x20
    adr     x2, hold
    mov     x3, x20
    mrs     x4, CurrentEL
    tbz     x4, #3, 2f
    smc     #0
    b       3f
2:  hvc     #0
3:  add     x20, x20, #1
    cmp     x20, #CORES
    b.lo    1b
    mov     x0, x19
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    ldr     x4, =KERNEL
    br      x4

    /* x0: which core, as the call of the firmware said */
hold:
    cmp     x0, #SHARED
    b.lo    4f
    mov     x0, #SHARED
4:  adr     x1, table
    add     x1, x1, x0, lsl #3
5:  wfe
    ldr     x2, [x1]
    cbz     x2, 5b
    br      x2

    .ltorg
    .org    0x1000
table:
    .zero   0x1000
