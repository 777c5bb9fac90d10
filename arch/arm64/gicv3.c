/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: system registers, and a redistributor for each core, found by the
 * core's affinity and woken. All lines are in group 1, non-secure where there
 * is a difference.
 */
#include "gic.h"
#include "cpu.h"
#include "kernel_map.h"
#include "machine.h"

/* GICD_CTLR: with two security states seen from the non-secure one, or with one. */
#define GICD_BYTES             0x10000
#define GICD_CTLR_ENABLE_GRP1A (1u << 1)
#define GICD_CTLR_ARE          (1u << 4)
#define GICD_CTLR_RWP          (1u << 31)

/* Redistributor: a frame of 64 KiB, then one for its own lines, then two more with GICv4 */
#define GICR_CTLR   0x0000
#define GICR_TYPER  0x0008
#define GICR_WAKER  0x0014
#define GICR_FRAME  0x10000
#define GICR_BYTES  0x20000
#define GICR_BYTES_WITH_VLPIS 0x40000
#define GICR_CTLR_RWP   (1u << 3)
#define GICR_TYPER_VLPIS (1ull << 1)
#define GICR_TYPER_LAST  (1ull << 4)
#define GICR_TYPER_AFFINITY_SHIFT 32
#define GICR_WAKER_SLEEP  (1u << 1)
#define GICR_WAKER_ASLEEP (1u << 2)

/* CPU interface: registers newer than the assembler's -mcpu */
SYSTEM_REGISTER(icc_pmr_el1, S3_0_C4_C6_0)
SYSTEM_REGISTER(icc_ctlr_el1, S3_0_C12_C12_4)
SYSTEM_REGISTER(icc_sre_el1, S3_0_C12_C12_5)
SYSTEM_REGISTER(icc_igrpen1_el1, S3_0_C12_C12_7)
SYSTEM_REGISTER(icc_bpr1_el1, S3_0_C12_C12_3)
SYSTEM_REGISTER(icc_eoir1_el1, S3_0_C12_C12_1)
SYSTEM_REGISTER(icc_dir_el1, S3_0_C12_C11_1)
SYSTEM_REGISTER_READ(icc_iar1_el1, S3_0_C12_C12_0)
SYSTEM_REGISTER_WRITE(icc_sgi1r_el1, S3_0_C12_C11_5)
#define ICC_CTLR_EOIMODE (1ull << 1)
#define ICC_CTLR_RSS     (1ull << 18) /* Aff0 above 15 can be a target */

/* ICC_SGI1R_EL1: a cluster, and of 16 cores of it in a row a bit for each target */
#define SGI1R_INTID_SHIFT 24
#define SGI1R_RANGE_SHIFT 44
#define SGI1R_RANGE_CORES 16
#define SGI1R_CLUSTER(affinity)                                                  \
    (((affinity) >> 32 & 0xff) << 48 | ((affinity) >> 16 & 0xff) << 32 |         \
     ((affinity) >> 8 & 0xff) << 16)
#define AFFINITY_LEVEL0(affinity) ((affinity)&0xff)

/* A controller that does not answer is broken; the kernel must say so, not hang. */
#define PATIENCE 1000000u

/* A region of redistributors, mapped. */
static struct {
    volatile void *base;
    uint64_t bytes;
} regions[sizeof((struct platform *)0)->gic_redistributor / sizeof(struct region)];
static unsigned region_count;

/* GICR_TYPER has Aff3 to Aff0 as 32 bits; MPIDR_EL1 has Aff3 apart. */
static uint32_t packed(uint64_t affinity)
{
    return (uint32_t)(affinity >> 8 & 0xff000000) | (uint32_t)(affinity & 0xffffff);
}

static volatile void *find_in(volatile void *base, uint64_t bytes, uint64_t affinity)
{
    uint64_t offset = 0;

    while (offset + GICR_BYTES <= bytes) {
        volatile void *frame = (volatile char *)base + offset;
        uint64_t type = mmio_read64(frame, GICR_TYPER);

        if (type >> GICR_TYPER_AFFINITY_SHIFT == packed(affinity))
            return frame;
        if (type & GICR_TYPER_LAST)
            break;
        offset += type & GICR_TYPER_VLPIS ? GICR_BYTES_WITH_VLPIS : GICR_BYTES;
    }
    return NULL;
}

static void map_redistributors(const struct platform *platform)
{
    for (; region_count < platform->gic_redistributor_count; region_count++) {
        const struct region *region = &platform->gic_redistributor[region_count];

        regions[region_count].base = kernel_map_device(region, region->bytes);
        regions[region_count].bytes = region->bytes;
    }
}

static bool falls(volatile void *base, unsigned offset, uint32_t bit)
{
    for (unsigned tries = 0; tries < PATIENCE; tries++)
        if (!(mmio_read(base, offset) & bit))
            return true;
    return false;
}

static void wait_while(volatile void *base, unsigned offset, uint32_t bit)
{
    if (!falls(base, offset, bit))
        kernel_panic("the interrupt controller does not answer", __FILE__, __LINE__);
}

static void distributor_off(void)
{
    mmio_write(gic_distributor(), GICD_CTLR, GICD_CTLR_ARE);
    wait_while(gic_distributor(), GICD_CTLR, GICD_CTLR_RWP);
}

static void distributor_on(void)
{
    mmio_write(gic_distributor(), GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_ENABLE_GRP1A);
    wait_while(gic_distributor(), GICD_CTLR, GICD_CTLR_RWP);
}

static const char *core_find(struct cpu *cpu)
{
    volatile void *own = NULL;

    for (unsigned index = 0; index < region_count && own == NULL; index++)
        own = find_in(regions[index].base, regions[index].bytes, cpu->affinity);
    if (own == NULL)
        return "the GIC has no redistributor for it";
    cpu->redistributor = own;
    mmio_write(own, GICR_WAKER, mmio_read(own, GICR_WAKER) & ~GICR_WAKER_SLEEP);
    return falls(own, GICR_WAKER, GICR_WAKER_ASLEEP) ? NULL : "its redistributor does not wake";
}

static const char *core_on(struct cpu *cpu)
{
    write_icc_sre_el1(ICC_SRE_SRE);
    barrier_isb();
    if (!(read_icc_sre_el1() & ICC_SRE_SRE))
        return "the firmware withholds the GIC's system registers";
    if (AFFINITY_LEVEL0(cpu->affinity) >= SGI1R_RANGE_CORES && !(read_icc_ctlr_el1() & ICC_CTLR_RSS))
        return "the GIC cannot interrupt it from another core";
    write_icc_pmr_el1(GIC_PRIORITY_MASK);
    write_icc_bpr1_el1(0);
    write_icc_ctlr_el1(ICC_CTLR_EOIMODE);
    write_icc_igrpen1_el1(1);
    barrier_isb();
    return NULL;
}

static void route(uint32_t line, const struct cpu *to)
{
    mmio_write64(gic_distributor(), GICD_IROUTER + line * (unsigned)sizeof(uint64_t), to->affinity);
}

static void send(unsigned sgi, const struct cpu *to)
{
    uint64_t level0 = AFFINITY_LEVEL0(to->affinity);

    write_icc_sgi1r_el1(SGI1R_CLUSTER(to->affinity) | (uint64_t)sgi << SGI1R_INTID_SHIFT |
                        level0 / SGI1R_RANGE_CORES << SGI1R_RANGE_SHIFT |
                        1ull << level0 % SGI1R_RANGE_CORES);
    barrier_isb();
}

static volatile void *own_lines(void)
{
    return (volatile char *)cpu_here()->redistributor + GICR_FRAME;
}

static void deactivate(uint32_t line)
{
    write_icc_dir_el1(line);
    barrier_isb();
}

static uint32_t acknowledge(void)
{
    uint32_t line = (uint32_t)read_icc_iar1_el1();

    barrier_all(); /* the acknowledgement is seen before what it leads to */
    if (line < GIC_LINES_MAX) {
        write_icc_eoir1_el1(line);
        barrier_isb();
    }
    if (line < GIC_PPI_FIRST)
        deactivate(line);
    return line;
}

static void settle(void)
{
    wait_while(gic_distributor(), GICD_CTLR, GICD_CTLR_RWP);
    wait_while(cpu_here()->redistributor, GICR_CTLR, GICR_CTLR_RWP);
}

const struct gic_interface gicv3_interface = {
    .distributor_bytes = GICD_BYTES,
    .map = map_redistributors,
    .distributor_off = distributor_off,
    .distributor_on = distributor_on,
    .core_find = core_find,
    .core_on = core_on,
    .route = route,
    .send = send,
    .group = UINT32_MAX,
    .own_lines = own_lines,
    .acknowledge = acknowledge,
    .deactivate = deactivate,
    .settle = settle,
};
