/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of the address space. It is added to at boot, and changed once
 * more when boot is over: no table is written after the first program runs.
 */
#pragma once
#include "kernel/boot.h"
#include "layout.h"

/* head.S, with translation off: tables for the image, and boot_translation. */
void boot_map(void);

/* What turns translation on: head.S loads it, for other cores with translation off. */
struct translation {
    uint64_t ttbr0, ttbr1, mair, tcr, sctlr;
};
extern struct translation boot_translation;

/* Another core, with translation on by boot_translation: what is its own. */
void kernel_map_join(void);

/* Why a core cannot use the kernel's tables, or NULL. */
const char *kernel_map_check(void);

/* Maps the stacks of a core, between their guards, to memory of their size. */
void kernel_map_stacks(struct core_stacks *at, paddr_t memory);

/* Maps irq_line to memory for so many lines; those that are not there read as nobody's. */
void kernel_map_lines(unsigned count, paddr_t memory);

/* The image lies there; the identity mapping goes away. Called first with translation on. */
void kernel_map_enter(paddr_t image);

/* The image with .bss and stacks, in physical memory. */
struct region kernel_map_image(void);

/* Of it what only boots, and what more cores and tables would need: init's. After all maps. */
void kernel_map_spare(struct region spare[BOOT_SPARE_MAX], unsigned cores_running);

/*
 * Maps [address, address + bytes), grown to pages, read-only at the same offset
 * from TREE_WINDOW's page. Callable again with more bytes. NULL if too much.
 */
const void *kernel_map_tree(paddr_t address, uint64_t bytes);

/* The first `bytes` of registers, device-nGnRE. Refuses what the window has no room for. */
volatile void *kernel_map_device(const struct region *registers, uint64_t bytes);

/* All RAM, writable, but for the image's text and read-only data. Refuses what cannot be. */
void kernel_map_ram(const struct region *ram, unsigned count);

/* What TTBR0 points at when no program's root does: it maps nothing. */
paddr_t kernel_map_empty_root(void);

/*
 * kernel_space.c: boot is over. Unmaps what only boots, on all cores, and runs the first thread. On
 * the stack of events: that of boot goes.
 */
_Noreturn void kernel_space_leave_boot(struct thread *init);
