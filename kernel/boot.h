/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the machine's start-up code and the portable boot code meet.
 *
 *   arch: early output from the tree's stdout-path, then kernel_print the facts
 *   kernel: devicetree_read() fills struct platform from the tree's bytes
 *   arch: maps all RAM, the interrupt controller, the timer; one stack per core
 *   kernel: boot_init() makes init's objects and returns its thread
 *   arch: arch_thread_switch, eret
 */
#pragma once
#include <thole/version.h>

#include "types.h"

struct core;
struct thread;

struct region {
    paddr_t start;
    uint64_t bytes;
};

#define PLATFORM_RAM_MAX      32
#define PLATFORM_RESERVED_MAX 64
#define PLATFORM_DEVICE_MAX   192
#define PLATFORM_CORES_MAX    8
#define PLATFORM_NAME_BYTES   64
#define PLATFORM_ODDITIES_MAX 16

enum psci_method { PSCI_NONE, PSCI_HVC, PSCI_SMC };
enum core_start { CORE_START_NONE, CORE_START_PSCI, CORE_START_SPIN_TABLE };
enum uart_kind { UART_NONE, UART_PL011, UART_BCM2835_AUX, UART_IMX };

/* Something unusual but harmless: which node, what, and a number to it. */
struct platform_oddity {
    const char *node;
    const char *what;
    uint64_t value;
};

/*
 * What the kernel learns from the device tree: nothing else stands in the
 * source. Regions are page aligned (RAM shrunk, others grown), sorted, and do
 * not overlap within their list; devices do not overlap RAM or the kernel's
 * own devices. All strings are terminated.
 */
struct platform {
    char model[PLATFORM_NAME_BYTES];
    struct region ram[PLATFORM_RAM_MAX];
    unsigned ram_count;
    struct region reserved[PLATFORM_RESERVED_MAX]; /* memreserve, /reserved-memory */
    unsigned reserved_count;
    struct region device[PLATFORM_DEVICE_MAX];     /* regions drivers may be given */
    unsigned device_count;
    unsigned dropped;                              /* regions that found no room above */
    uint64_t core_id[PLATFORM_CORES_MAX];          /* MPIDR affinity, from cpus/cpu@: reg */
    enum core_start core_start[PLATFORM_CORES_MAX]; /* enable-method; NONE: it cannot be started */
    paddr_t core_release[PLATFORM_CORES_MAX];      /* of a spin-table: 8-byte aligned, not in RAM
                                                      unless reserved, not the kernel's own */
    unsigned core_count;
    unsigned gic_version;                          /* 2, 3, or 0: none found */
    struct region gic_distributor;
    struct region gic_cpu;                         /* GICv2 CPU interface */
    struct region gic_redistributor[4];            /* GICv3 */
    unsigned gic_redistributor_count;
    uint32_t timer_line;                           /* INTID of the virtual timer's PPI (16-31), 0: none */
    enum psci_method psci;
    enum uart_kind uart;
    struct region uart_registers;
    struct region archive;                         /* /chosen linux,initrd-start, -end; bytes 0: none */
    struct region system_tree;                     /* /chosen thole,system; bytes 0: none */
    struct platform_oddity oddity[PLATFORM_ODDITIES_MAX]; /* for devicetree_tell */
    unsigned oddity_count;                         /* may be more than there is room for */
};

/*
 * Reads the flattened tree of at most `limit` bytes. Trusts nothing in it.
 * Returns NULL, or a sentence that says what is wrong (static storage).
 * If the tree is refused, uart and uart_registers are what could be found of it,
 * so that this can be printed. Prints nothing by itself.
 * Bounded by the size of the tree; uses no memory but its stack and *out.
 */
const char *devicetree_read(const void *tree, size_t limit, struct platform *out) MUST_CHECK;
/* Prints a line for each unusual but harmless thing; the tree is still there. */
void devicetree_tell(const struct platform *platform);
/* Total size by the header, or 0 if it is no tree. */
size_t devicetree_bytes(const void *tree, size_t limit);

#define BOOT_SPARE_MAX 3

/* What boot_init needs besides the platform. */
struct boot {
    const struct platform *platform;
    struct region kernel;         /* image, boot tables, stacks: what arch has used */
    struct region spare[BOOT_SPARE_MAX]; /* of these, whole pages that nobody uses when init runs */
    struct region hardware_tree;  /* the blob itself */
    const struct init_image *init_image; /* in the kernel's image, page aligned */
    size_t init_image_bytes;
    uint64_t timer_frequency;
    uint64_t entry_ticks;
    unsigned cores_running;
};

/*
 * Boot memory: pages that the kernel keeps for ever, taken from free RAM,
 * zeroed, reachable by arch_kernel_address. Panics with a sentence if there is
 * none. arch may use it for its own tables once boot_memory_init was called.
 */
void boot_memory_init(const struct boot *boot);
void *boot_memory_take(size_t bytes, size_t align);
/* Whole pages that were taken out are free again: not used, or cleared, before init runs. */
void boot_memory_give(struct region spare);

/* Makes init's objects and the untyped memory; returns init's thread, ready to run. */
struct thread *boot_init(struct core *core, const struct boot *boot);
