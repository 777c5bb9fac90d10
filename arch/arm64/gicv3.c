/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: system registers, and a redistributor for each core, found by the
 * core's affinity and woken. All lines are in group 1, non-secure where there
 * is a difference.
 */
#include "gicv3.h"
#include "cpu.h"

/* CPU interface: registers newer than the assembler's -mcpu */
SYSTEM_REGISTER(icc_eoir1_el1, S3_0_C12_C12_1)
SYSTEM_REGISTER(icc_dir_el1, S3_0_C12_C11_1)
SYSTEM_REGISTER_READ(icc_iar1_el1, S3_0_C12_C12_0)
SYSTEM_REGISTER_WRITE(icc_sgi1r_el1, S3_0_C12_C11_5)

/* ICC_SGI1R_EL1: a cluster, and of 16 cores of it in a row a bit for each target */
#define SGI1R_INTID_SHIFT 24
#define SGI1R_RANGE_SHIFT 44
#define SGI1R_CLUSTER(affinity)                                                  \
    (((affinity) >> 32 & 0xff) << 48 | ((affinity) >> 16 & 0xff) << 32 |         \
     ((affinity) >> 8 & 0xff) << 16)

/* A controller that does not answer is broken; the kernel must say so, not hang. */
#define PATIENCE 1000000u

bool gicv3_falls(volatile void *base, unsigned offset, uint32_t bit)
{
    for (unsigned tries = 0; tries < PATIENCE; tries++)
        if (!(mmio_read(base, offset) & bit))
            return true;
    return false;
}

void gicv3_wait_while(volatile void *base, unsigned offset, uint32_t bit)
{
    if (!gicv3_falls(base, offset, bit))
        kernel_panic("the interrupt controller does not answer", __FILE__, __LINE__);
}

void gicv3_route(uint32_t line, const struct cpu *to)
{
    mmio_write64(gic_distributor, GICD_IROUTER + line * (unsigned)sizeof(uint64_t), to->affinity);
}

void gicv3_send(unsigned sgi, const struct cpu *to)
{
    uint64_t level0 = GICV3_AFFINITY_LEVEL0(to->affinity);

    write_icc_sgi1r_el1(SGI1R_CLUSTER(to->affinity) | (uint64_t)sgi << SGI1R_INTID_SHIFT |
                        level0 / GICV3_RANGE_CORES << SGI1R_RANGE_SHIFT |
                        1ull << level0 % GICV3_RANGE_CORES);
    barrier_isb();
}

volatile void *gicv3_own_lines(void)
{
    return (volatile char *)cpu_here()->redistributor + GICR_FRAME;
}

void gicv3_deactivate(uint32_t line)
{
    write_icc_dir_el1(line);
    barrier_isb();
}

uint32_t gicv3_acknowledge(void)
{
    uint32_t line = gic_taken(cpu_here()) ? gic_take(cpu_here()) : (uint32_t)read_icc_iar1_el1();

    barrier_all(); /* the acknowledgement is seen before what it leads to */
    if (line < GIC_LINES_MAX || line > GIC_SPECIAL_LAST) { /* also what firmware left on beyond */
        write_icc_eoir1_el1(line);
        barrier_isb();
    }
    if (line < GIC_PPI_FIRST)
        gicv3_deactivate(line);
    return line;
}

void gicv3_settle(void)
{
    gicv3_wait_while(gic_distributor, GICD_CTLR, GICD_CTLR_RWP);
    gicv3_wait_while(cpu_here()->redistributor, GICR_CTLR, GICR_CTLR_RWP);
}
