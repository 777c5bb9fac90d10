/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's ABI, part three: what the kernel hands to init. The page at
 * BOOT_INFO_ADDRESS is mapped read-only; x0 holds its address when init starts
 * (init alone does not start with a message). Init's CapTable holds the slots
 * below, then one Untyped a region from `untyped_slot` on; all others are free.
 */
#pragma once
#include <stdint.h>

#define BOOT_INFO_MAGIC 0x454c4f4854ULL /* "THOLE" */

/* Init's address space, filled by the kernel. What was handed over begins in the page at its address. */
#define INIT_IMAGE_ADDRESS   0x00400000ULL /* where init is linked */
#define INIT_STACK_TOP       0x10000000ULL
#define INIT_STACK_BYTES     0x10000ULL    /* below it nothing is mapped */
#define BOOT_INFO_ADDRESS    0x10000000ULL
#define INIT_HARDWARE_TREE   0x12000000ULL /* the firmware's tree, read-only */
#define INIT_SYSTEM_TREE     0x14000000ULL /* the system tree, read-only */
#define INIT_ARCHIVE         0x40000000ULL /* the archive of programs, read-only */
#define INIT_TREE_BYTES_MAX    0x1f00000ULL  /* a tree larger than this is not handed over */
#define INIT_ARCHIVE_BYTES_MAX 0x3f000000ULL
#define INIT_FREE_ADDRESS    0x80000000ULL /* from here on nothing is mapped */

enum init_slot {
    INIT_SLOT_NONE = 0,
    INIT_SLOT_CAPTABLE,      /* init's own table */
    INIT_SLOT_ADDRESS_SPACE,
    INIT_SLOT_THREAD,
    INIT_SLOT_SCHED_CONTEXT, /* init's own time */
    INIT_SLOT_ENDPOINT,      /* the one endpoint that init waits on */
    INIT_SLOT_IRQ_CONTROL,
    INIT_SLOT_SCHED_CONTROL,
    INIT_SLOT_ASID_CONTROL,
    INIT_SLOT_MACHINE,
    INIT_SLOT_FIRST_UNTYPED,
};

struct boot_untyped {
    uint64_t address;   /* physical */
    uint8_t size_bits;
    uint8_t device;     /* 1: registers of a device, 0: memory */
    uint8_t reserved[6];
};

#define BOOT_UNTYPED_MAX 240

struct boot_info {
    uint64_t magic;
    uint32_t abi;
    uint32_t captable_bits;      /* init's table has 2^captable_bits slots */
    uint64_t timer_frequency;    /* ticks a second of the system counter (CNTVCT_EL0) */
    uint64_t entry_ticks;        /* the counter at the kernel's entry */
    uint64_t ram_bytes;          /* all RAM that the tree names */
    uint64_t kernel_bytes;       /* of it: image, tables, stacks, init's first objects */
    uint64_t hardware_tree;      /* where its first byte is mapped; see INIT_HARDWARE_TREE */
    uint64_t hardware_tree_bytes;
    uint64_t system_tree;
    uint64_t system_tree_bytes;  /* 0: none was handed over */
    uint64_t archive;
    uint64_t archive_bytes;      /* 0: none was handed over */
    uint32_t cores;              /* that the tree names */
    uint32_t cores_running;
    uint32_t irq_controller;     /* GIC version: 2 or 3 */
    uint32_t untyped_count;
    uint32_t priority;           /* init's own */
    uint32_t untyped_dropped;    /* regions that did not fit below */
    char version[32];            /* the kernel's, a string */
    struct boot_untyped untyped[BOOT_UNTYPED_MAX];
};

/* Init answers for all servers: theirs are below its own. */
#define INIT_PRIORITY 62

/*
 * Init is a flat image that begins with this header; offsets count from its
 * first byte and are multiples of 4096, and so is INIT_IMAGE_ADDRESS.
 */
#define INIT_IMAGE_MAGIC 0x54494e494c4854ULL /* "THLINIT" */
struct init_image {
    uint64_t magic;
    uint64_t entry;       /* address of the first instruction */
    uint64_t text_end;    /* [0, text_end): executable; the header is in it */
    uint64_t rodata_end;  /* [text_end, rodata_end): read-only */
    uint64_t data_end;    /* [rodata_end, data_end): writable, in the image */
    uint64_t bss_end;     /* [data_end, bss_end): writable, zero */
};
