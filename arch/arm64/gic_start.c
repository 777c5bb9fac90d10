/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the interrupt controller and brings all lines and cores to where gic.c goes on. */
#include "gic.h"
#include "kernel_map.h"
#include "machine.h"

static const struct gic_starter *starter;

/* `first` is the first of 32 lines: off, in one group, of one priority. */
static void reset_lines(uint32_t first)
{
    volatile void *base = gic_registers_of(first);
    unsigned word = first / GIC_WORD_LINES * GIC_WORD_BYTES;

    mmio_write(base, GICD_ICENABLER + word, UINT32_MAX);
    mmio_write(base, GICD_ICACTIVER + word, UINT32_MAX);
    mmio_write(base, GICD_ICPENDR + word, UINT32_MAX);
    mmio_write(base, GICD_IGROUPR + word, starter->group);
    for (unsigned line = first; line < first + GIC_WORD_LINES && line < GIC_LINES_MAX; line++)
        mmio_write8(base, GICD_IPRIORITYR + line, GIC_PRIORITY);
}

static void start_shared_lines(void)
{
    for (uint32_t first = GIC_SPI_FIRST; first < gic_line_count; first += GIC_WORD_LINES)
        reset_lines(first);
    for (uint32_t line = GIC_SPI_FIRST; line < gic_line_count; line++)
        gic->route(line, cpu_here());
}

const char *gic_core_start(void)
{
    struct cpu *cpu = cpu_here();
    const char *missing = starter->core_find(cpu);

    if (missing != NULL)
        return missing;
    reset_lines(0);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_KICK);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_STOP);
    gic_write_bit(GICD_ISENABLER, GIC_SGI_TRACE);
    return starter->core_on(cpu);
}

static const struct gic_starter *starter_of(unsigned version)
{
    if (version == 2)
        return &gicv2_starter;
    if (version == 3)
        return &gicv3_starter;
    machine_refuse("the device tree has no interrupt controller that is known: GICv2 or GICv3");
}

static void map_registers(const struct platform *platform)
{
    if (platform->gic_distributor.bytes < starter->distributor_bytes)
        machine_refuse("the device tree names too few registers of the GIC's distributor");
    gic_distributor = kernel_map_device(&platform->gic_distributor, starter->distributor_bytes);
    starter->map(platform);
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

    starter = starter_of(platform->gic_version);
    gic = starter->interface;
    map_registers(platform);
    gic_line_count = lines_there_are();
    starter->distributor_off();
    missing = gic_core_start();
    if (missing != NULL)
        machine_refuse(missing);
    start_shared_lines();
    starter->distributor_on();
    return gic_line_count;
}
