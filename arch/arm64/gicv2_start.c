/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv2: how it is found and turned on. All lines are in group 0 where we may
 * choose (no Security Extensions); where we may not, firmware put them in
 * group 1 and our view of the same bits is group 1's. Either way the enable is
 * bit 0, and lines arrive as IRQ.
 */
#include "gicv2.h"
#include "kernel_map.h"
#include "machine.h"

#define GICD_CTLR_ENABLE (1u << 0)

static volatile void *registers; /* of the CPU interface: each core finds its own there */

void gicv2_map(const struct platform *platform)
{
    if (platform->gic_cpu.bytes < GICC_BYTES)
        machine_refuse("the GIC's CPU interface has no second page, where GICC_DIR is");
    registers = kernel_map_device(&platform->gic_cpu, GICC_BYTES);
}

void gicv2_distributor_off(void)
{
    mmio_write(gic_distributor, GICD_CTLR, 0);
}

void gicv2_distributor_on(void)
{
    mmio_write(gic_distributor, GICD_CTLR, GICD_CTLR_ENABLE);
}

/* A core's own lines read as aimed at itself, 4.3.12; where there is one core only, as 0. */
const char *gicv2_core_find(struct cpu *cpu)
{
    uint8_t target = (uint8_t)mmio_read(gic_distributor, GICD_ITARGETSR);

    cpu->gic_target = target != 0 ? target : 1;
    cpu->interface = registers;
    return NULL;
}

const char *gicv2_core_on(struct cpu *cpu)
{
    mmio_write(cpu->interface, GICC_PMR, GIC_PRIORITY_MASK);
    mmio_write(cpu->interface, GICC_BPR, 0);
    mmio_write(cpu->interface, GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
    return NULL;
}
