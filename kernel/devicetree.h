/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to devicetree.c (the walk: which node, which properties, which
 * addresses) and platform*.c (what a node means). The kernel's other files see
 * only what boot.h declares.
 */
#pragma once
#include "fdt.h"
#include "region.h"

enum property {
    PROPERTY_ADDRESS_CELLS, PROPERTY_SIZE_CELLS, PROPERTY_INTERRUPT_CELLS, PROPERTY_REDISTRIBUTORS,
    PROPERTY_COMPATIBLE, PROPERTY_DEVICE_TYPE, PROPERTY_STATUS, PROPERTY_REG, PROPERTY_RANGES,
    PROPERTY_INTERRUPTS, PROPERTY_METHOD, PROPERTY_MODEL, PROPERTY_STDOUT,
    PROPERTY_ARCHIVE_START, PROPERTY_ARCHIVE_END, PROPERTY_SYSTEM_TREE,
    PROPERTY_ENABLE_METHOD, PROPERTY_RELEASE_ADDRESS, PROPERTY_NO_MAP,
    PROPERTY_COUNT
};

/* What a node is to the kernel; it follows from its parent's role, its name and its head. */
enum role {
    ROLE_ROOT,
    ROLE_DEVICE,              /* a device or a bus of devices */
    ROLE_MEMORY,
    ROLE_RESERVED_MEMORY,     /* /reserved-memory */
    ROLE_RESERVED_REGION,     /* a child of it */
    ROLE_CHOSEN,
    ROLE_CPUS,
    ROLE_CPU,
    ROLE_INTERRUPT_CONTROLLER,
    ROLE_TIMER,
    ROLE_KERNEL_PART,         /* below the interrupt controller or a timer */
    ROLE_PSCI,
    ROLE_OTHER,               /* nothing to the kernel, and so is all below */
};

#define CELLS_MAX      4u           /* Devicetree Specification 0.4, 2.3.5: enough for any bus */
#define ALIAS_BYTES    64u
#define PATH_ELSEWHERE UINT32_MAX   /* not on the way to stdout-path */
#define OWN_MAX        32u          /* regions of the kernel's own devices */
#define UNMAPPED_MAX   16u          /* regions of memory that nobody may map */

/* An open node. */
struct level {
    const char *name;
    struct fdt_value ranges;
    uint32_t address_cells, size_cells;   /* of its children; at most CELLS_MAX */
    enum role role;
    uint32_t path_at;                     /* how far stdout-path is followed */
};

/* The state of one reading; on the caller's stack. */
struct devicetree {
    struct fdt fdt;
    struct platform *out;
    struct level level[FDT_DEPTH_MAX];
    unsigned depth;                            /* nodes open */
    bool head_open;                            /* the current node's properties are being read */
    struct fdt_value property[PROPERTY_COUNT]; /* of the current node */
    const char *stdout_path;                   /* "/..." or NULL */
    const char *refusal;                       /* a sentence, once the tree cannot be used */
    struct region own[OWN_MAX];
    unsigned own_count;
    struct region unmapped[UNMAPPED_MAX];
    unsigned unmapped_count;
    struct fdt_value timer_interrupts;
    uint32_t interrupt_cells;                  /* of the interrupt controller, 0: not seen */
    struct fdt_value archive_start, archive_end, system_tree;
};

/* --- devicetree.c, for platform.c ------------------------------------------ */

/* One line about the current node, for devicetree_tell. */
void devicetree_odd(struct devicetree *dt, const char *what, uint64_t value);
/* The current node; at least the root's place. */
struct level *devicetree_here(struct devicetree *dt);
/* The current node's compatible has this string. */
bool devicetree_compatible(const struct devicetree *dt, const char *with);
/* status is absent or okay. */
bool devicetree_enabled(const struct devicetree *dt);
/*
 * Entry `index` of the current node's reg as a CPU address. False past the
 * last. An entry that has no valid CPU address gives a region of 0 bytes.
 */
bool devicetree_region(struct devicetree *dt, uint32_t index, struct region *out);

/* --- platform.c -------------------------------------------------------------- */

/* The memory reservations of the header. */
void platform_reservations(struct devicetree *dt);
/* The current node's head is complete: gives it its role and takes what it says. */
void platform_node(struct devicetree *dt);

/* --- platform_cores.c, for platform.c: the current node has that role ---------- */

void platform_core(struct devicetree *dt);
void platform_psci(struct devicetree *dt);
/* After the last node: a core that cannot be started as the tree says has no way to start. */
void platform_finish_cores(struct devicetree *dt);

/* --- platform_own.c, for platform.c: the current node has that role ------------ */

void platform_interrupt_controller(struct devicetree *dt);
void platform_timer(struct devicetree *dt);
void platform_kernel_part(struct devicetree *dt);
/* After the last node: the timer's line; registers in RAM are not used. */
void platform_finish_timer(struct devicetree *dt);
void platform_finish_own(struct devicetree *dt);

/* --- platform_finish.c ----------------------------------------------------------- */

/* After the last node. NULL, or why the tree cannot be used. */
const char *platform_finish(struct devicetree *dt);

/* --- The lists --------------------------------------------------------------------- */

static inline struct region_list platform_ram(struct platform *out)
{
    return (struct region_list){ out->ram, &out->ram_count, PLATFORM_RAM_MAX };
}

static inline struct region_list platform_reserved(struct platform *out)
{
    return (struct region_list){ out->reserved, &out->reserved_count, PLATFORM_RESERVED_MAX };
}

static inline struct region_list platform_devices(struct platform *out)
{
    return (struct region_list){ out->device, &out->device_count, PLATFORM_DEVICE_MAX };
}

static inline struct region_list platform_unmapped(struct devicetree *dt)
{
    return (struct region_list){ dt->unmapped, &dt->unmapped_count, UNMAPPED_MAX };
}

static inline struct region_list platform_own(struct devicetree *dt)
{
    return (struct region_list){ dt->own, &dt->own_count, OWN_MAX };
}
