/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices that the kernel keeps for itself: interrupt controller and
 * timer. All their registers, and those of the nodes below them, are collected
 * so that no driver gets them; the kernel uses only what is complete.
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
#define INTERRUPT_CELLS_MAX       4u
#define PPI_FIRST                 16u
#define PPI_COUNT                 16u
#define TIMER_VIRTUAL             2u        /* secure, non-secure, virtual, hypervisor */

static void keep_own(struct devicetree *dt, struct region region)
{
    struct region_list own = platform_own(dt);
    if (region.bytes != 0 && !region_list_add(&own, region_grow(region), REGION_JOIN_TOUCHING))
        dt->refusal = "the device tree has more interrupt controllers' regions than the kernel has room for";
}

void platform_kernel_part(struct devicetree *dt)
{
    struct region region;
    for (uint32_t i = 0; devicetree_region(dt, i, &region); i++)
        keep_own(dt, region);
}

void platform_timer(struct devicetree *dt)
{
    if (devicetree_compatible(dt, "arm,armv8-timer") && dt->timer_interrupts.bytes == NULL)
        dt->timer_interrupts = dt->property[PROPERTY_INTERRUPTS];
    platform_kernel_part(dt);
}

/* Region `index` of a GICv2 (`redistributors` is 0) or a GICv3. */
static void gic_region(struct platform *out, uint32_t index, struct region region,
                       uint32_t redistributors)
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
        return out->gic_distributor.bytes >= GICV2_DISTRIBUTOR_BYTES &&
               out->gic_cpu.bytes >= GICV2_CPU_BYTES;
    return out->gic_distributor.bytes >= GICV3_DISTRIBUTOR_BYTES &&
           out->gic_redistributor_count != 0;
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

void platform_interrupt_controller(struct devicetree *dt)
{
    struct platform *out = dt->out;
    unsigned version = devicetree_compatible(dt, "arm,gic-v3") ? 3 : 2;
    struct fdt_value count = dt->property[PROPERTY_REDISTRIBUTORS];
    uint32_t redistributors = version == 2 ? 0 : count.bytes == NULL ? 1 : fdt_cell(count, 0);
    struct region region;
    if (out->gic_version != 0 || !devicetree_enabled(dt)) {
        devicetree_odd(dt, "this interrupt controller is not used: GIC version", version);
        platform_kernel_part(dt);
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
    devicetree_odd(dt, "an interrupt controller without its registers is not used: GIC version",
                   version);
    gic_forget(out);
}

void platform_finish_timer(struct devicetree *dt)
{
    struct fdt_value interrupts = dt->timer_interrupts;
    uint32_t cells = dt->interrupt_cells == 0 ? INTERRUPT_CELLS_MIN : dt->interrupt_cells;
    if (interrupts.bytes == NULL)
        return;
    if (cells < INTERRUPT_CELLS_MIN || cells > INTERRUPT_CELLS_MAX) {
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

static bool gic_in_ram(struct platform *out)
{
    struct region_list ram = platform_ram(out);
    bool in = region_list_overlaps(&ram, out->gic_distributor) ||
              region_list_overlaps(&ram, out->gic_cpu);
    for (unsigned i = 0; i < out->gic_redistributor_count; i++)
        in = in || region_list_overlaps(&ram, out->gic_redistributor[i]);
    return in;
}

/* Registers that the kernel writes to must not be RAM. */
void platform_finish_own(struct devicetree *dt)
{
    struct region_list ram = platform_ram(dt->out), own = platform_own(dt);
    struct region uart = dt->out->uart_registers;
    if (gic_in_ram(dt->out)) {
        devicetree_odd(dt, "an interrupt controller in RAM is not used",
                       dt->out->gic_distributor.start.value);
        gic_forget(dt->out);
    }
    if (region_list_overlaps(&ram, uart) || region_list_overlaps(&own, uart)) {
        devicetree_odd(dt, "stdout-path's registers lie in RAM or in another device", uart.start.value);
        dt->out->uart = UART_NONE;
        dt->out->uart_registers = (struct region){ { 0 }, 0 };
    }
}
