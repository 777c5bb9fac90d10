/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the nodes of the hardware's tree mean: fills struct platform. Each node
 * gets one role and one function. The device tree's word is taken for what
 * hardware there is, but never where that would give out RAM or the kernel's
 * own devices, or write past an array.
 */
#include "devicetree.h"

/* --- Memory ------------------------------------------------------------- */

static void take_memory(struct devicetree *dt)
{
    struct region_list ram = platform_ram(dt->out);
    struct region region;
    if (!devicetree_enabled(dt))
        return;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++) {
        struct region pages = region_shrink(region);
        if (pages.bytes != 0 && !region_list_add(&ram, pages, REGION_JOIN_TOUCHING)) {
            dt->out->dropped++;
            devicetree_odd(dt, "no room for so much scattered RAM", pages.start.value);
        }
    }
}

/* Reserved memory that is forgotten would be overwritten: rather no start. */
static void reserve(struct devicetree *dt, struct region region)
{
    struct region_list reserved = platform_reserved(dt->out);
    if (region.bytes != 0 && !region_list_add(&reserved, region_grow(region), REGION_JOIN_TOUCHING))
        dt->refusal = "the device tree reserves more memory regions than the kernel has room for";
}

void platform_reservations(struct devicetree *dt)
{
    for (unsigned i = 0; i < dt->fdt.reserve_count && dt->refusal == NULL; i++) {
        struct region region;
        fdt_reservation(&dt->fdt, i, &region.start.value, &region.bytes);
        reserve(dt, region_clip(region));
    }
}

/* What is mapped a core may read ahead of the program: of no-map the firmware fears just that. */
static void unmap(struct devicetree *dt, struct region region)
{
    struct region_list unmapped = platform_unmapped(dt);
    if (region.bytes != 0 && !region_list_add(&unmapped, region_grow(region), REGION_JOIN_TOUCHING))
        dt->refusal = "the device tree has more no-map memory regions than the kernel has room for";
}

static void take_reserved(struct devicetree *dt)
{
    struct region region;
    bool no_map = dt->property[PROPERTY_NO_MAP].bytes != NULL;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++) {
        reserve(dt, region);
        if (no_map)
            unmap(dt, region);
    }
}

/* --- Devices -------------------------------------------------------------- */

static bool is_stdout(struct devicetree *dt)
{
    uint32_t at = devicetree_here(dt)->path_at;
    return dt->stdout_path != NULL && at != PATH_ELSEWHERE &&
           (dt->stdout_path[at] == '\0' || dt->stdout_path[at] == ':');
}

static void take_uart(struct devicetree *dt, struct region registers)
{
    struct platform *out = dt->out;
    if (out->uart != UART_NONE || registers.bytes == 0)
        return;
    if (devicetree_compatible(dt, "arm,pl011"))
        out->uart = UART_PL011;
    else if (devicetree_compatible(dt, "brcm,bcm2835-aux-uart"))
        out->uart = UART_BCM2835_AUX;
    else if (devicetree_compatible(dt, "fsl,imx6q-uart"))
        out->uart = UART_IMX;
    else
        devicetree_odd(dt, "stdout-path names a device that the kernel cannot write to",
                       registers.start.value);
    if (out->uart != UART_NONE)
        out->uart_registers = registers;
}

/* Disabled ones too: whether a device may be used is init's to decide. */
static void take_device(struct devicetree *dt)
{
    struct region_list devices = platform_devices(dt->out);
    struct region region;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++) {
        if (i == 0 && is_stdout(dt))
            take_uart(dt, region);
        if (region.bytes == 0)
            continue;
        if (!region_list_add(&devices, region_grow(region), REGION_JOIN_OVERLAPPING)) {
            dt->out->dropped++;
            devicetree_odd(dt, "no room for another device region", region.start.value);
        }
    }
}

static void take_chosen(struct devicetree *dt)
{
    dt->archive_start = dt->property[PROPERTY_ARCHIVE_START];
    dt->archive_end = dt->property[PROPERTY_ARCHIVE_END];
    dt->system_tree = dt->property[PROPERTY_SYSTEM_TREE];
}

/* --- Roles ---------------------------------------------------------------- */

static enum role role_of_top(struct devicetree *dt)
{
    const char *name = devicetree_here(dt)->name;
    if (fdt_text_equal(name, "chosen"))
        return ROLE_CHOSEN;
    if (fdt_text_equal(name, "cpus"))
        return ROLE_CPUS;
    if (fdt_text_equal(name, "reserved-memory"))
        return ROLE_RESERVED_MEMORY;
    if (fdt_text_equal(name, "aliases"))
        return ROLE_OTHER;
    return fdt_lists(dt->property[PROPERTY_DEVICE_TYPE], "memory") ? ROLE_MEMORY : ROLE_DEVICE;
}

static enum role role_of_device(const struct devicetree *dt)
{
    if (devicetree_compatible(dt, "arm,gic-v3") || devicetree_compatible(dt, "arm,gic-400") ||
        devicetree_compatible(dt, "arm,cortex-a15-gic"))
        return ROLE_INTERRUPT_CONTROLLER;
    if (devicetree_compatible(dt, "arm,armv8-timer") || devicetree_compatible(dt, "arm,armv7-timer-mem"))
        return ROLE_TIMER;
    if (devicetree_compatible(dt, "arm,psci-1.0") || devicetree_compatible(dt, "arm,psci-0.2"))
        return ROLE_PSCI;
    return ROLE_DEVICE;
}

static enum role role_of(struct devicetree *dt)
{
    if (dt->depth == 1)
        return ROLE_ROOT;
    enum role top;
    switch (dt->level[dt->depth - 2].role) {
    case ROLE_ROOT:
        top = role_of_top(dt);
        return top == ROLE_DEVICE ? role_of_device(dt) : top;
    case ROLE_DEVICE: return role_of_device(dt);
    case ROLE_RESERVED_MEMORY: return ROLE_RESERVED_REGION;
    case ROLE_CPUS: return ROLE_CPU;
    case ROLE_INTERRUPT_CONTROLLER:
    case ROLE_TIMER:
    case ROLE_KERNEL_PART: return ROLE_KERNEL_PART;
    default: return ROLE_OTHER;
    }
}

static void take_root(struct devicetree *dt)
{
    const char *model = fdt_string(dt->property[PROPERTY_MODEL]);
    if (model != NULL)
        fdt_text_copy(dt->out->model, sizeof dt->out->model, model);
}

void platform_node(struct devicetree *dt)
{
    enum role role = role_of(dt);
    devicetree_here(dt)->role = role;
    switch (role) {
    case ROLE_ROOT: take_root(dt); break;
    case ROLE_DEVICE: take_device(dt); break;
    case ROLE_MEMORY: take_memory(dt); break;
    case ROLE_RESERVED_REGION: take_reserved(dt); break;
    case ROLE_CHOSEN: take_chosen(dt); break;
    case ROLE_CPU: platform_core(dt); break;
    case ROLE_INTERRUPT_CONTROLLER: platform_interrupt_controller(dt); break;
    case ROLE_TIMER: platform_timer(dt); break;
    case ROLE_KERNEL_PART: platform_kernel_part(dt); break;
    case ROLE_PSCI: platform_psci(dt); break;
    case ROLE_RESERVED_MEMORY:
    case ROLE_CPUS:
    case ROLE_OTHER: break;
    }
}
