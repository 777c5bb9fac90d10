/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines. Priority drop and deactivation are split (EOImode 1): a line
 * that was acknowledged stays active, and therefore silent, until its driver is
 * done with it. All lines have one priority; shared ones go to the core that
 * started. The kernel's own line, the timer's, is dealt with here.
 */
#include "gic.h"
#include "cpu.h"
#include "kernel_map.h"
#include "machine.h"

#define WORD_LINES  32 /* one bit each */
#define WORD_BYTES  4
#define CFGR_LINES  16 /* two bits each */
#define CFGR_EDGE   2u /* the upper one of the two */

static const struct gic_interface *gic;
static volatile void *distributor;
static uint32_t line_count;
static uint8_t taken_by[GIC_LINES_MAX]; /* the core that acknowledged an active line */

volatile void *gic_distributor(void)
{
    return distributor;
}

static volatile void *registers_of(uint32_t line)
{
    return line < GIC_SPI_FIRST ? gic->own_lines() : distributor;
}

/* Sets the line's bit in one of the registers that change what is written as 1. */
static void write_bit(unsigned registers, uint32_t line)
{
    mmio_write(registers_of(line), registers + line / WORD_LINES * WORD_BYTES,
               1u << line % WORD_LINES);
}

static void set_trigger(uint32_t line, enum thole_trigger trigger)
{
    volatile void *base = registers_of(line);
    unsigned offset = GICD_ICFGR + line / CFGR_LINES * WORD_BYTES;
    uint32_t edge = CFGR_EDGE << line % CFGR_LINES * 2;
    uint32_t value = mmio_read(base, offset) & ~edge;

    mmio_write(base, offset, trigger == TRIGGER_EDGE ? value | edge : value);
}

/* `first` is the first of 32 lines: off, in one group, of one priority. */
static void reset_lines(uint32_t first)
{
    volatile void *base = registers_of(first);
    unsigned word = first / WORD_LINES * WORD_BYTES;

    mmio_write(base, GICD_ICENABLER + word, UINT32_MAX);
    mmio_write(base, GICD_ICACTIVER + word, UINT32_MAX);
    mmio_write(base, GICD_ICPENDR + word, UINT32_MAX);
    mmio_write(base, GICD_IGROUPR + word, gic->group);
    for (unsigned line = first; line < first + WORD_LINES && line < GIC_LINES_MAX; line++)
        mmio_write8(base, GICD_IPRIORITYR + line, GIC_PRIORITY);
}

static void start_shared_lines(void)
{
    for (uint32_t first = GIC_SPI_FIRST; first < line_count; first += WORD_LINES)
        reset_lines(first);
    for (uint32_t line = GIC_SPI_FIRST; line < line_count; line++)
        gic->route(line);
}

unsigned gic_start(const struct platform *platform)
{
    if (platform->gic_version == 2)
        gic = &gicv2_interface;
    else if (platform->gic_version == 3)
        gic = &gicv3_interface;
    else
        machine_refuse("the device tree has no interrupt controller that is known: GICv2 or GICv3");

    if (platform->gic_distributor.bytes < gic->distributor_bytes)
        machine_refuse("the device tree names too few registers of the GIC's distributor");
    distributor = kernel_map_device(&platform->gic_distributor, gic->distributor_bytes);
    gic->map(platform);
    line_count = ((mmio_read(distributor, GICD_TYPER) & GICD_TYPER_LINES) + 1) * WORD_LINES;
    if (line_count > GIC_LINES_MAX)
        line_count = GIC_LINES_MAX;

    gic->distributor_off();
    start_shared_lines();
    gic->distributor_on();
    reset_lines(0);
    gic->core_on();
    return line_count;
}

/* --- For the core ----------------------------------------------------------- */

bool arch_irq_valid(uint32_t line)
{
    return line >= GIC_PPI_FIRST && line < line_count && !timer_owns(line);
}

uint32_t arch_irq_acknowledge(void)
{
    uint32_t line = gic->acknowledge();

    if (line >= line_count)
        return ARCH_IRQ_NONE;
    if (timer_owns(line)) {
        timer_silence();
        gic->deactivate(line);
        return ARCH_IRQ_TIMER;
    }
    taken_by[line] = (uint8_t)cpu_here()->index;
    return line;
}

/* Deactivation by another core goes through the distributor: emulators keep DIR to the core. */
void arch_irq_done(uint32_t line)
{
    if (taken_by[line] == cpu_here()->index)
        gic->deactivate(line);
    else
        write_bit(GICD_ICACTIVER, line);
}

/* The trigger may only be changed while the line is off: v2 and v3, GICD_ICFGR */
void arch_irq_enable(uint32_t line, enum thole_trigger trigger)
{
    write_bit(GICD_ICENABLER, line);
    gic->settle();
    set_trigger(line, trigger);
    write_bit(GICD_ISENABLER, line);
}

/* What is pending is forgotten too: it was meant for a driver that is gone. */
void arch_irq_disable(uint32_t line)
{
    write_bit(GICD_ICENABLER, line);
    gic->settle();
    write_bit(GICD_ICPENDR, line);
    write_bit(GICD_ICACTIVER, line);
}
