/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2: a CPU interface in memory. */
#include "gicv2.h"
#include "sysreg.h"

#define GICD_SGIR        0xf00  /* 4.3.15: which one, and a bit for each target */
#define GICD_SGIR_TARGETS_SHIFT 16

volatile void *gicv2_registers;

static void route(uint32_t line, const struct cpu *to)
{
    mmio_write8(gic_distributor, GICD_ITARGETSR + line, to->gic_target);
}

static void send(unsigned sgi, const struct cpu *to)
{
    mmio_write(gic_distributor, GICD_SGIR,
               (uint32_t)to->gic_target << GICD_SGIR_TARGETS_SHIFT | sgi);
}

static volatile void *own_lines(void)
{
    return gic_distributor;
}

static uint32_t acknowledge(void)
{
    /* Says who sent a software-generated one. */
    uint32_t taken = mmio_read(gicv2_registers, GICC_IAR);
    uint32_t line = taken & GICC_IAR_INTID;

    if (line < GIC_LINES_MAX)
        mmio_write(gicv2_registers, GICC_EOIR, taken);
    if (line < GIC_PPI_FIRST)
        mmio_write(gicv2_registers, GICC_DIR, taken);
    return line;
}

static void deactivate(uint32_t line)
{
    mmio_write(gicv2_registers, GICC_DIR, line);
}

static void settle(void)
{
    barrier_all();
}

const struct gic_interface gicv2_interface = {
    .route = route,
    .send = send,
    .own_lines = own_lines,
    .acknowledge = acknowledge,
    .deactivate = deactivate,
    .settle = settle,
};
