/* SPDX-License-Identifier: BSD-2-Clause */
/* What kernel_map.c builds and kernel_space.c goes on with. */
#pragma once
#include "kernel_map.h"
#include "pte.h"

#define KERNEL_NORMAL (PTE_ATTR(MEMORY_NORMAL) | PTE_INNER | PTE_ACCESSED | PTE_UXN)
#define KERNEL_TEXT   (KERNEL_NORMAL | PTE_READ_ONLY | PTE_GUARDED)
#define KERNEL_RODATA (KERNEL_NORMAL | PTE_READ_ONLY | PTE_PXN)
#define KERNEL_DATA   (KERNEL_NORMAL | PTE_PXN)

/* Up to image_end, by kernel.ld: nobody clears them before they are used. */
extern uint64_t boot_tables[][TABLE_ENTRIES];
extern uint64_t *kernel_root;
extern uint64_t table_offset;   /* from a physical address to that in the image */
extern uint64_t kept_end;       /* in the image: from here to boot_tables is init's */
extern uint64_t spare_start;    /* and from here to its end */
extern paddr_t empty_root;
