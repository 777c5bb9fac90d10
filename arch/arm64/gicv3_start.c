/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv3: how it is found and turned on. A core's redistributor is found by affinity, and woken. */
#include "gicv3.h"
#include "cpu.h"
#include "kernel_map.h"

/* GICD_CTLR: with two security states seen from the non-secure one, or with one. */
#define GICD_CTLR_ENABLE_GRP1A (1u << 1)
#define GICD_CTLR_ARE          (1u << 4)

#define GICR_TYPER  0x0008
#define GICR_WAKER  0x0014
#define GICR_BYTES  0x20000
#define GICR_BYTES_WITH_VLPIS 0x40000
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
#define ICC_CTLR_EOIMODE (1ull << 1)
#define ICC_CTLR_RSS     (1ull << 18) /* Aff0 above 15 can be a target */

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

void gicv3_map(const struct platform *platform)
{
    for (; region_count < platform->gic_redistributor_count; region_count++) {
        const struct region *region = &platform->gic_redistributor[region_count];

        regions[region_count].base = kernel_map_device(region, region->bytes);
        regions[region_count].bytes = region->bytes;
    }
}

void gicv3_distributor_off(void)
{
    mmio_write(gic_distributor, GICD_CTLR, GICD_CTLR_ARE);
    gicv3_wait_while(gic_distributor, GICD_CTLR, GICD_CTLR_RWP);
}

void gicv3_distributor_on(void)
{
    mmio_write(gic_distributor, GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_ENABLE_GRP1A);
    gicv3_wait_while(gic_distributor, GICD_CTLR, GICD_CTLR_RWP);
}

const char *gicv3_core_find(struct cpu *cpu)
{
    volatile void *own = NULL;

    for (unsigned index = 0; index < region_count && own == NULL; index++)
        own = find_in(regions[index].base, regions[index].bytes, cpu->affinity);
    if (own == NULL)
        return "the GIC has no redistributor for it";
    cpu->redistributor = own;
    mmio_write(own, GICR_WAKER, mmio_read(own, GICR_WAKER) & ~GICR_WAKER_SLEEP);
    return gicv3_falls(own, GICR_WAKER, GICR_WAKER_ASLEEP) ? NULL
                                                           : "its redistributor does not wake";
}

const char *gicv3_core_on(struct cpu *cpu)
{
    write_icc_sre_el1(ICC_SRE_SRE);
    barrier_isb();
    if (!(read_icc_sre_el1() & ICC_SRE_SRE))
        return "the firmware withholds the GIC's system registers";
    if (GICV3_AFFINITY_LEVEL0(cpu->affinity) >= GICV3_RANGE_CORES &&
        !(read_icc_ctlr_el1() & ICC_CTLR_RSS))
        return "the GIC cannot interrupt it from another core";
    write_icc_pmr_el1(GIC_PRIORITY_MASK);
    write_icc_bpr1_el1(0);
    write_icc_ctlr_el1(ICC_CTLR_EOIMODE);
    write_icc_igrpen1_el1(1);
    barrier_isb();
    return NULL;
}
