/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the interrupt controller and brings all lines and cores to where gic.c goes on. */
#include "gic.h"
#include "kernel_map.h"
#include "machine.h"

/* Which of the two: by a condition, not through a pointer (docs/decisions/0009). */
#define BY_VERSION(name, ...) (gic_is_version_3() ? gicv3_##name(__VA_ARGS__) : gicv2_##name(__VA_ARGS__))

/* `first` is the first of 32 lines: off, in one group, of one priority. */
static void reset_lines(uint32_t first)
{
    volatile void *base = gic_registers_of(first);
    unsigned word = first / GIC_WORD_LINES * GIC_WORD_BYTES;

    mmio_write(base, GICD_ICENABLER + word, UINT32_MAX);
    mmio_write(base, GICD_ICACTIVER + word, UINT32_MAX);
    mmio_write(base, GICD_ICPENDR + word, UINT32_MAX);
    mmio_write(base, GICD_IGROUPR + word, gic_is_version_3() ? UINT32_MAX : 0);
    for (unsigned line = first; line < first + GIC_WORD_LINES && line < GIC_LINES_MAX; line++)
        mmio_write8(base, GICD_IPRIORITYR + line, GIC_PRIORITY);
}

static void start_shared_lines(void)
{
    for (uint32_t first = GIC_SPI_FIRST; first < gic_line_count; first += GIC_WORD_LINES)
        reset_lines(first);
    for (uint32_t line = GIC_SPI_FIRST; line < gic_line_count; line++)
        gic_route(line, cpu_here());
}

const char *gic_core_start(void)
{
    struct cpu *cpu = cpu_here();
    const char *missing = BY_VERSION(core_find, cpu);

    if (missing != NULL)
        return missing;
    reset_lines(0);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_KICK);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_STOP);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_TRACE);
    return BY_VERSION(core_on, cpu);
}

static void take_version(unsigned version)
{
    if (version != 2 && version != 3)
        machine_refuse("the device tree has no interrupt controller that is known: GICv2 or GICv3");
    if (version == 2 && !OPTION_GICV2)
        machine_refuse("the device tree has a GICv2, and this kernel was made for GICv3 alone");
    if (version == 3 && !OPTION_GICV3)
        machine_refuse("the device tree has a GICv3, and this kernel was made for GICv2 alone");
    gic_found_version_3 = version == 3;
}

static void map_registers(const struct platform *platform)
{
    uint64_t bytes = gic_is_version_3() ? GICV3_GICD_BYTES : GICV2_GICD_BYTES;

    if (platform->gic_distributor.bytes < bytes)
        machine_refuse("the device tree names too few registers of the GIC's distributor");
    gic_distributor = kernel_map_device(&platform->gic_distributor, bytes);
    BY_VERSION(map, platform);
}

static uint32_t lines_there_are(void)
{
    uint32_t words = (mmio_read(gic_distributor, GICD_TYPER) & GICD_TYPER_LINES) + 1;
    uint32_t lines = words * GIC_WORD_LINES;

    return lines < GIC_LINES_MAX ? lines : GIC_LINES_MAX;
}

unsigned gic_start(const struct platform *platform)
{
    const char *missing;

    take_version(platform->gic_version);
    map_registers(platform);
    gic_line_count = lines_there_are();
    BY_VERSION(distributor_off);
    missing = gic_core_start();
    if (missing != NULL)
        machine_refuse(missing);
    start_shared_lines();
    BY_VERSION(distributor_on);
    return gic_line_count;
}
