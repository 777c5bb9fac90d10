/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv2: a CPU interface in memory. All lines are in group 0 where we may
 * choose (no Security Extensions); where we may not, firmware put them in
 * group 1 and our view of the same bits is group 1's. Either way the enable is
 * bit 0, and lines arrive as IRQ.
 */
#include "gic.h"
#include "kernel_map.h"
#include "machine.h"
#include "sysreg.h"

#define GICD_BYTES       0x1000 /* an emulator has no more behind it */
#define GICD_CTLR_ENABLE (1u << 0)
#define GICD_SGIR        0xf00  /* 4.3.15: which one, and a bit for each target */
#define GICD_SGIR_TARGETS_SHIFT 16

/* CPU interface, 4.4 */
#define GICC_CTLR 0x0000
#define GICC_PMR  0x0004
#define GICC_BPR  0x0008
#define GICC_IAR  0x000c
#define GICC_EOIR 0x0010
#define GICC_DIR  0x1000
#define GICC_BYTES 0x2000u
#define GICC_CTLR_ENABLE    (1u << 0)
#define GICC_CTLR_EOIMODE   (1u << 9) /* of the group that bit 0 enables */
#define GICC_IAR_INTID      0x3ffu

static volatile void *interface;

static void map_interface(const struct platform *platform)
{
    if (platform->gic_cpu.bytes < GICC_BYTES)
        machine_refuse("the GIC's CPU interface has no second page, where GICC_DIR is");
    interface = kernel_map_device(&platform->gic_cpu, GICC_BYTES);
}

static void distributor_off(void)
{
    mmio_write(gic_distributor(), GICD_CTLR, 0);
}

static void distributor_on(void)
{
    mmio_write(gic_distributor(), GICD_CTLR, GICD_CTLR_ENABLE);
}

/* A core's own lines read as aimed at itself, 4.3.12; where there is one core only, as 0. */
static const char *core_find(struct cpu *cpu)
{
    uint8_t target = (uint8_t)mmio_read(gic_distributor(), GICD_ITARGETSR);

    cpu->gic_target = target != 0 ? target : 1;
    return NULL;
}

static const char *core_on(struct cpu *cpu)
{
    (void)cpu;
    mmio_write(interface, GICC_PMR, GIC_PRIORITY_MASK);
    mmio_write(interface, GICC_BPR, 0);
    mmio_write(interface, GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
    return NULL;
}

static void route(uint32_t line, const struct cpu *to)
{
    mmio_write8(gic_distributor(), GICD_ITARGETSR + line, to->gic_target);
}

static void send(unsigned sgi, const struct cpu *to)
{
    mmio_write(gic_distributor(), GICD_SGIR,
               (uint32_t)to->gic_target << GICD_SGIR_TARGETS_SHIFT | sgi);
}

static volatile void *own_lines(void)
{
    return gic_distributor();
}

static uint32_t acknowledge(void)
{
    uint32_t taken = mmio_read(interface, GICC_IAR); /* says who sent a software-generated one */
    uint32_t line = taken & GICC_IAR_INTID;

    if (line < GIC_LINES_MAX)
        mmio_write(interface, GICC_EOIR, taken);
    if (line < GIC_PPI_FIRST)
        mmio_write(interface, GICC_DIR, taken);
    return line;
}

static void deactivate(uint32_t line)
{
    mmio_write(interface, GICC_DIR, line);
}

static void settle(void)
{
    barrier_all();
}

const struct gic_interface gicv2_interface = {
    .distributor_bytes = GICD_BYTES,
    .map = map_interface,
    .distributor_off = distributor_off,
    .distributor_on = distributor_on,
    .core_find = core_find,
    .core_on = core_on,
    .route = route,
    .send = send,
    .group = 0,
    .own_lines = own_lines,
    .acknowledge = acknowledge,
    .deactivate = deactivate,
    .settle = settle,
};
