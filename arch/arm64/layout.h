/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things lie in the kernel's half of the address space (TTBR1, 48 bits),
 * and the symbols of kernel.ld that bound the image. Assembly may include it.
 *
 *   0xffff800000000000  all RAM that the tree names, at this plus its address
 *   0xffffffff80000000  the kernel's image; then, where kernel.ld says, what takes memory
 *                       when it is known how much: the cores' stacks, and the lines
 *   0xffffffffc0001000  the device tree's bytes, read-only
 *   0xffffffffd0000000  registers of the kernel's own devices
 */
#pragma once
#include "option_cores.h"

#define PAGE_BYTES         4096
#define BLOCK_BYTES        0x200000
#define DIRECT_MAP_BASE    0xffff800000000000
#define DIRECT_MAP_BYTES   0x7f8000000000 /* the last 512 GiB are the image's and the windows' */
#define KERNEL_BASE        0xffffffff80000000
#define KERNEL_MAX_BYTES   0x1000000 /* kernel.ld asserts it */
#define TABLES_EARLY       16        /* translation tables that can be made with translation off */
#define TREE_WINDOW        0xffffffffc0001000 /* a page past a block: never mapped by blocks */
#define TREE_MAX_BYTES     0x400000  /* what an emulator pads a handed tree to, twice over */
#define DEVICE_WINDOW      0xffffffffd0000000
#define DEVICE_WINDOW_END  0xfffffffff0000000

#define BOOT_STACK_BYTES      8192 /* until init runs: the tree is read there */
#define STACK_BYTES           4096
#define EMERGENCY_STACK_BYTES 4096

#ifndef __ASSEMBLER__
#include <stdint.h>

/*
 * An overflow of either stack, or an underflow, meets a page that is not mapped.
 * Those of boot are in the image, and go with what only boots. Each core's own take memory,
 * without the guards.
 */
struct boot_stacks {
    uint8_t guard_below[PAGE_BYTES];
    uint8_t stack[BOOT_STACK_BYTES];
    uint8_t guard_between[PAGE_BYTES];
    uint8_t emergency[EMERGENCY_STACK_BYTES];
    uint8_t guard_above[PAGE_BYTES];
} __attribute__((aligned(PAGE_BYTES)));

struct core_stacks {
    uint8_t guard_below[PAGE_BYTES];
    uint8_t stack[STACK_BYTES];
    uint8_t guard_between[PAGE_BYTES];
    uint8_t emergency[EMERGENCY_STACK_BYTES];
    uint8_t guard_above[PAGE_BYTES];
} __attribute__((aligned(PAGE_BYTES)));

extern struct boot_stacks boot_stacks;
extern struct core_stacks core_stacks[CORES_MAX]; /* by struct cpu's index */

extern char image_start[], text_end[], rodata_end[], image_end[];
extern char boot_start[], boot_text_end[], boot_end[], boot_bss[];
extern char init_image_start[], init_image_end[];
#endif
