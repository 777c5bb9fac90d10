/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the nodes of the hardware's tree mean: fills struct platform. Each node
 * gets one role and one function. The device tree's word is taken for what
 * hardware there is, but never where that would give out RAM or the kernel's
 * own devices, or write past an array.
 */
#include "devicetree.h"

/* The least register spaces, GIC Architecture Specification: v2 4.1, v3 12.8. */
#define GICV2_DISTRIBUTOR_BYTES   0x1000u
#define GICV2_CPU_BYTES           0x2000u   /* GICC_DIR is at 0x1000 */
#define GICV3_DISTRIBUTOR_BYTES   0x10000u
#define GICV3_REDISTRIBUTOR_BYTES 0x20000u
#define GICV3_REDISTRIBUTORS_MAX  4u

/* The GIC's binding of an interrupt: kind, number, flags. A PPI's INTID is 16 + number. */
#define INTERRUPT_KIND_PPI        1u
#define INTERRUPT_CELLS_MIN       3u
#define INTERRUPT_CELLS_LEAST_MAX 4u
#define PPI_FIRST                 16u
#define PPI_COUNT                 16u
#define TIMER_VIRTUAL             2u        /* secure, non-secure, virtual, hypervisor */

static struct region_list ram_of(struct platform *out)
{
    return (struct region_list){ out->ram, &out->ram_count, PLATFORM_RAM_MAX };
}

static struct region_list reserved_of(struct platform *out)
{
    return (struct region_list){ out->reserved, &out->reserved_count, PLATFORM_RESERVED_MAX };
}

static struct region_list devices_of(struct platform *out)
{
    return (struct region_list){ out->device, &out->device_count, PLATFORM_DEVICE_MAX };
}

static struct region_list own_of(struct devicetree *dt)
{
    return (struct region_list){ dt->own, &dt->own_count, OWN_MAX };
}

static bool compatible(const struct devicetree *dt, const char *with)
{
    return fdt_lists(dt->property[PROPERTY_COMPATIBLE], with);
}

/* --- Memory ------------------------------------------------------------- */

static void take_memory(struct devicetree *dt)
{
    struct region_list ram = ram_of(dt->out);
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
    struct region_list reserved = reserved_of(dt->out);
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

static void take_reserved(struct devicetree *dt)
{
    struct region region;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++)
        reserve(dt, region);
}

/* --- Cores ---------------------------------------------------------------- */

static void take_cpu(struct devicetree *dt)
{
    struct platform *out = dt->out;
    struct fdt_value reg = dt->property[PROPERTY_REG];
    uint32_t cells = dt->level[dt->depth - 2].address_cells;
    if (!fdt_lists(dt->property[PROPERTY_DEVICE_TYPE], "cpu") || !devicetree_enabled(dt))
        return;
    if (cells < 1 || cells > 2 || reg.length < cells * FDT_CELL_BYTES) {
        devicetree_odd(dt, "a core without a readable reg is not used", reg.length);
        return;
    }
    uint64_t id = fdt_cells(reg, 0, cells);
    for (unsigned i = 0; i < out->core_count; i++)
        if (out->core_id[i] == id) {
            devicetree_odd(dt, "a core that is listed twice is used once", id);
            return;
        }
    if (out->core_count < PLATFORM_CORES_MAX)
        out->core_id[out->core_count++] = id;
    else
        devicetree_odd(dt, "a core more than the kernel can use", id);
}

static void take_psci(struct devicetree *dt)
{
    struct fdt_value method = dt->property[PROPERTY_METHOD];
    if (!devicetree_enabled(dt) || dt->out->psci != PSCI_NONE)
        return;
    if (fdt_lists(method, "hvc"))
        dt->out->psci = PSCI_HVC;
    else if (fdt_lists(method, "smc"))
        dt->out->psci = PSCI_SMC;
    else
        devicetree_odd(dt, "PSCI's method should be \"hvc\" or \"smc\"; its length is", method.length);
}

/* --- The kernel's own devices ----------------------------------------------- */

static void keep_own(struct devicetree *dt, struct region region)
{
    struct region_list own = own_of(dt);
    if (region.bytes != 0 && !region_list_add(&own, region_grow(region), REGION_JOIN_TOUCHING))
        dt->refusal = "the device tree gives the interrupt controller more regions than the kernel has room for";
}

static void take_kernel_part(struct devicetree *dt)
{
    struct region region;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++)
        keep_own(dt, region);
}

static void take_timer(struct devicetree *dt)
{
    if (compatible(dt, "arm,armv8-timer") && dt->timer_interrupts.bytes == NULL)
        dt->timer_interrupts = dt->property[PROPERTY_INTERRUPTS];
    take_kernel_part(dt);
}

/* Region `index` of a GICv2 (`redistributors` is 0) or a GICv3. */
static void gic_region(struct platform *out, uint32_t index, struct region region, uint32_t redistributors)
{
    if (index == 0)
        out->gic_distributor = region;
    else if (index == 1 && redistributors == 0)
        out->gic_cpu = region;
    else if (index <= redistributors && region.bytes >= GICV3_REDISTRIBUTOR_BYTES &&
             out->gic_redistributor_count < GICV3_REDISTRIBUTORS_MAX)
        out->gic_redistributor[out->gic_redistributor_count++] = region;
}

static bool gic_complete(const struct platform *out, unsigned version)
{
    if (version == 2)
        return out->gic_distributor.bytes >= GICV2_DISTRIBUTOR_BYTES && out->gic_cpu.bytes >= GICV2_CPU_BYTES;
    return out->gic_distributor.bytes >= GICV3_DISTRIBUTOR_BYTES && out->gic_redistributor_count != 0;
}

static void gic_forget(struct platform *out)
{
    struct region none = { { 0 }, 0 };
    out->gic_version = 0;
    out->gic_distributor = none;
    out->gic_cpu = none;
    for (unsigned i = 0; i < GICV3_REDISTRIBUTORS_MAX; i++)
        out->gic_redistributor[i] = none;
    out->gic_redistributor_count = 0;
}

static void take_interrupt_controller(struct devicetree *dt)
{
    struct platform *out = dt->out;
    unsigned version = compatible(dt, "arm,gic-v3") ? 3 : 2;
    struct fdt_value count = dt->property[PROPERTY_REDISTRIBUTORS];
    uint32_t redistributors = version == 2 ? 0 : count.bytes == NULL ? 1 : fdt_cell(count, 0);
    struct region region;
    if (out->gic_version != 0 || !devicetree_enabled(dt)) {
        devicetree_odd(dt, "this interrupt controller is not used: GIC version", version);
        take_kernel_part(dt);
        return;
    }
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++) {
        keep_own(dt, region);
        gic_region(out, i, region, redistributors);
    }
    dt->interrupt_cells = fdt_cell(dt->property[PROPERTY_INTERRUPT_CELLS], 0);
    if (redistributors > out->gic_redistributor_count)
        devicetree_odd(dt, "some redistributor regions are not used, of", redistributors);
    if (gic_complete(out, version)) {
        out->gic_version = version;
        return;
    }
    devicetree_odd(dt, "an interrupt controller without its registers is not used: GIC version", version);
    gic_forget(out);
}

/* --- Devices ----------------------------------------------------------------- */

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
    if (compatible(dt, "arm,pl011"))
        out->uart = UART_PL011;
    else if (compatible(dt, "brcm,bcm2835-aux-uart"))
        out->uart = UART_BCM2835_AUX;
    else
        devicetree_odd(dt, "stdout-path names a device that the kernel cannot write to", registers.start.value);
    if (out->uart != UART_NONE)
        out->uart_registers = registers;
}

/* Disabled ones too: whether a device may be used is init's to decide. */
static void take_device(struct devicetree *dt)
{
    struct region_list devices = devices_of(dt->out);
    struct region region;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++) {
        if (i == 0 && is_stdout(dt))
            take_uart(dt, region);
        if (region.bytes != 0 && !region_list_add(&devices, region_grow(region), REGION_JOIN_OVERLAPPING)) {
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

/* --- Roles ------------------------------------------------------------------- */

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
    if (compatible(dt, "arm,gic-v3") || compatible(dt, "arm,gic-400") || compatible(dt, "arm,cortex-a15-gic"))
        return ROLE_INTERRUPT_CONTROLLER;
    if (compatible(dt, "arm,armv8-timer") || compatible(dt, "arm,armv7-timer-mem"))
        return ROLE_TIMER;
    if (compatible(dt, "arm,psci-1.0") || compatible(dt, "arm,psci-0.2"))
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
    case ROLE_CPU: take_cpu(dt); break;
    case ROLE_INTERRUPT_CONTROLLER: take_interrupt_controller(dt); break;
    case ROLE_TIMER: take_timer(dt); break;
    case ROLE_KERNEL_PART: take_kernel_part(dt); break;
    case ROLE_PSCI: take_psci(dt); break;
    case ROLE_RESERVED_MEMORY:
    case ROLE_CPUS:
    case ROLE_OTHER: break;
    }
}

/* --- After the last node -------------------------------------------------------- */

static void finish_timer(struct devicetree *dt)
{
    struct fdt_value interrupts = dt->timer_interrupts;
    uint32_t cells = dt->interrupt_cells == 0 ? INTERRUPT_CELLS_MIN : dt->interrupt_cells;
    if (interrupts.bytes == NULL)
        return;
    if (cells < INTERRUPT_CELLS_MIN || cells > INTERRUPT_CELLS_LEAST_MAX) {
        devicetree_odd(dt, "the interrupt controller's #interrupt-cells should be 3 or 4", cells);
        return;
    }
    uint32_t kind = fdt_cell(interrupts, TIMER_VIRTUAL * cells);
    uint32_t number = fdt_cell(interrupts, TIMER_VIRTUAL * cells + 1);
    if (interrupts.length / FDT_CELL_BYTES <= TIMER_VIRTUAL * cells + 1 ||
        kind != INTERRUPT_KIND_PPI || number >= PPI_COUNT)
        devicetree_odd(dt, "the timer's third interrupt should be a per-core one below 16", number);
    else
        dt->out->timer_line = PPI_FIRST + number;
}

/* A region that the kernel will read as memory: wholly in RAM, or there is none. */
static struct region in_ram(struct devicetree *dt, const char *what, uint64_t start, uint64_t bytes)
{
    struct region_list ram = ram_of(dt->out);
    struct region region = { { start }, bytes };
    if (region_valid(region) && region_list_holds(&ram, region))
        return region;
    devicetree_odd(dt, what, start);
    return (struct region){ { 0 }, 0 };
}

static bool is_number(struct fdt_value value)
{
    return value.length == FDT_CELL_BYTES || value.length == 2 * FDT_CELL_BYTES;
}

static void finish_chosen(struct devicetree *dt)
{
    struct fdt_value start = dt->archive_start, end = dt->archive_end, system = dt->system_tree;
    if (start.bytes != NULL || end.bytes != NULL) {
        uint64_t from = fdt_cells(start, 0, start.length / FDT_CELL_BYTES);
        uint64_t to = fdt_cells(end, 0, end.length / FDT_CELL_BYTES);
        bool sound = is_number(start) && is_number(end) && to > from;
        dt->out->archive = in_ram(dt, "chosen: linux,initrd-start and -end should enclose RAM",
                                  from, sound ? to - from : 0);
    }
    if (system.bytes != NULL) {
        bool sound = system.length == 4 * FDT_CELL_BYTES;
        dt->out->system_tree = in_ram(dt, "chosen: thole,system should be an address and a size in RAM",
                                      fdt_cells(system, 0, 2), sound ? fdt_cells(system, 2, 2) : 0);
    }
}

/* What overlaps is RAM first, then the kernel's own, then a driver's. */
static void finish_devices(struct devicetree *dt)
{
    struct region_list devices = devices_of(dt->out), own = own_of(dt), ram = ram_of(dt->out);
    bool room = true;
    for (unsigned i = 0; i < *ram.count; i++) {
        if (region_list_overlaps(&devices, ram.region[i]))
            devicetree_odd(dt, "a device lies in RAM: that part is RAM", ram.region[i].start.value);
        room = region_list_remove(&devices, ram.region[i]) && room;
    }
    for (unsigned i = 0; i < *own.count; i++)
        room = region_list_remove(&devices, own.region[i]) && room;
    if (!room) {
        dt->out->dropped++;
        devicetree_odd(dt, "no room for all device regions", *devices.count);
    }
}

static bool gic_in_ram(struct platform *out)
{
    struct region_list ram = ram_of(out);
    bool in = region_list_overlaps(&ram, out->gic_distributor) || region_list_overlaps(&ram, out->gic_cpu);
    for (unsigned i = 0; i < out->gic_redistributor_count; i++)
        in = in || region_list_overlaps(&ram, out->gic_redistributor[i]);
    return in;
}

/* Registers that the kernel writes to must not be RAM. */
static void finish_own(struct devicetree *dt)
{
    struct region_list ram = ram_of(dt->out), own = own_of(dt);
    struct region uart = dt->out->uart_registers;
    if (gic_in_ram(dt->out)) {
        devicetree_odd(dt, "an interrupt controller in RAM is not used", dt->out->gic_distributor.start.value);
        gic_forget(dt->out);
    }
    if (region_list_overlaps(&ram, uart) || region_list_overlaps(&own, uart)) {
        devicetree_odd(dt, "stdout-path's registers lie in RAM or in another device", uart.start.value);
        dt->out->uart = UART_NONE;
        dt->out->uart_registers = (struct region){ { 0 }, 0 };
    }
}

const char *platform_finish(struct devicetree *dt)
{
    finish_devices(dt);
    finish_own(dt);
    finish_timer(dt);
    finish_chosen(dt);
    if (dt->refusal != NULL)
        return dt->refusal;
    return dt->out->ram_count == 0 ? "the device tree names no RAM that can be used" : NULL;
}
