/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2: a CPU interface in memory. */
#include "gicv2.h"
#include "sysreg.h"

#define GICD_SGIR        0xf00  /* 4.3.15: which one, and a bit for each target */
#define GICD_SGIR_TARGETS_SHIFT 16

void gicv2_route(uint32_t line, const struct cpu *to)
{
    mmio_write8(gic_distributor, GICD_ITARGETSR + line, to->gic_target);
}

void gicv2_send(unsigned sgi, const struct cpu *to)
{
    mmio_write(gic_distributor, GICD_SGIR,
               (uint32_t)to->gic_target << GICD_SGIR_TARGETS_SHIFT | sgi);
}

volatile void *gicv2_own_lines(void)
{
    return gic_distributor;
}

uint32_t gicv2_acknowledge(void)
{
    /* Says who sent a software-generated one. */
    volatile void *interface = cpu_here()->interface;
    uint32_t taken = gic_taken(cpu_here()) ? gic_take(cpu_here()) : mmio_read(interface, GICC_IAR);
    uint32_t line = taken & GICC_IAR_INTID;

    if (line < GIC_LINES_MAX)
        mmio_write(interface, GICC_EOIR, taken);
    if (line < GIC_PPI_FIRST)
        mmio_write(interface, GICC_DIR, taken);
    return line;
}

void gicv2_deactivate(uint32_t line)
{
    mmio_write(cpu_here()->interface, GICC_DIR, line);
}

void gicv2_settle(void)
{
    barrier_all();
}
