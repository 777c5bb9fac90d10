/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines. Priority drop and deactivation are split (EOImode 1): a line
 * that was acknowledged stays active, and therefore silent, until its driver is
 * done with it. All lines have one priority; shared ones go to the first core
 * until they are routed. A core's own lines (below 32) are on the core that
 * enabled them, and only it reaches them: what another core wants of them it is
 * told by a kick. The kernel's own line, the timer's, is dealt with here.
 */
#include "gic.h"
#include "machine.h"
#include "option_trace.h"

#define CFGR_LINES  16 /* two bits each */
#define CFGR_EDGE   2u /* the upper one of the two */

bool gic_found_version_3;
volatile void *gic_distributor;
uint32_t gic_line_count;
static uint8_t enabled_by[GIC_SPI_FIRST];   /* the core that has an own line */

volatile void *gic_registers_of(uint32_t line)
{
    return line < GIC_SPI_FIRST ? gic_own_lines() : gic_distributor;
}

void gic_write_bit(unsigned registers, uint32_t line)
{
    mmio_write(gic_registers_of(line), registers + line / GIC_WORD_LINES * GIC_WORD_BYTES,
               1u << line % GIC_WORD_LINES);
}

static void set_trigger(uint32_t line, enum thole_trigger trigger)
{
    volatile void *base = gic_registers_of(line);
    unsigned offset = GICD_ICFGR + line / CFGR_LINES * GIC_WORD_BYTES;
    uint32_t edge = CFGR_EDGE << line % CFGR_LINES * 2;
    uint32_t value = mmio_read(base, offset) & ~edge;

    mmio_write(base, offset, trigger == TRIGGER_EDGE ? value | edge : value);
}

/* --- Own lines, from another core -------------------------------------------- */

static bool is_own(uint32_t line)
{
    return line < GIC_SPI_FIRST;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): what the builtin writes to */
static void tell(uint32_t *lines, uint32_t line, struct cpu *cpu)
{
    __atomic_fetch_or(lines, 1u << line, __ATOMIC_RELEASE);
    barrier_stores();
    gic_send(GIC_SGI_KICK, cpu);
}

static void silence(uint32_t line)
{
    gic_write_bit(GICD_ICENABLER, line);
    gic_settle();
    gic_write_bit(GICD_ICPENDR, line);
    gic_write_bit(GICD_ICACTIVER, line);
}

/* What other cores told this one. Those lines may be neither active nor on any more. */
static void do_as_told(struct cpu *cpu)
{
    uint32_t done = __atomic_exchange_n(&cpu->lines_done, 0, __ATOMIC_ACQUIRE);
    uint32_t off = __atomic_exchange_n(&cpu->lines_off, 0, __ATOMIC_ACQUIRE);

    for (uint32_t line = GIC_PPI_FIRST; line < GIC_SPI_FIRST; line++) {
        if (off >> line & 1)
            silence(line);
        else if (done >> line & 1)
            gic_write_bit(GICD_ICACTIVER, line);
    }
}

static void take_order(uint32_t sgi)
{
    if (sgi == GIC_SGI_STOP)
        core_stop();
    if (OPTION_TRACE && sgi == GIC_SGI_TRACE)
        trace_follow();
}

static void hear_others(uint32_t sgi)
{
    if (sgi != GIC_SGI_KICK)
        take_order(sgi);
    do_as_told(cpu_here());
}

/* --- For the core ----------------------------------------------------------- */

bool arch_irq_valid(uint32_t line)
{
    return line >= GIC_PPI_FIRST && line < gic_line_count && !timer_owns(line);
}

uint32_t arch_irq_acknowledge(void)
{
    uint32_t line = gic_acknowledge();

    if (line >= GIC_LINES_MAX || line >= gic_line_count)
        return ARCH_IRQ_NONE;
    if (line < GIC_PPI_FIRST) {
        if (CORES_MAX > 1)
            hear_others(line);
        return ARCH_IRQ_KICK;
    }
    if (timer_owns(line)) {
        timer_silence();
        gic_deactivate(line);
        return ARCH_IRQ_TIMER;
    }
    return line;
}

/*
 * Deactivation of a shared line by another core goes through the distributor:
 * emulators keep DIR to the core.
 */
void arch_irq_done(uint32_t line, unsigned core)
{
    struct cpu *cpu = cpu_numbered(core);

    if (cpu == cpu_here())
        gic_deactivate(line);
    else if (is_own(line))
        tell(&cpu->lines_done, line, cpu);
    else
        gic_write_bit(GICD_ICACTIVER, line);
}

/* What this core was told of the line before is over. */
static void take_own(uint32_t line)
{
    struct cpu *cpu = cpu_here();

    __atomic_fetch_and(&cpu->lines_done, ~(1u << line), __ATOMIC_RELAXED);
    __atomic_fetch_and(&cpu->lines_off, ~(1u << line), __ATOMIC_RELAXED);
    enabled_by[line] = (uint8_t)cpu->index;
}

/* The trigger may only be changed while the line is off: v2 and v3, GICD_ICFGR */
SELDOM void arch_irq_enable(uint32_t line, enum thole_trigger trigger)
{
    if (CORES_MAX > 1 && is_own(line))
        take_own(line);
    gic_write_bit(GICD_ICENABLER, line);
    gic_settle();
    set_trigger(line, trigger);
    gic_write_bit(GICD_ISENABLER, line);
}

/* What is pending is forgotten too: it was meant for a driver that is gone. */
void arch_irq_disable(uint32_t line)
{
    struct cpu *cpu = CORES_MAX > 1 && is_own(line) ? &cpus[enabled_by[line]] : cpu_here();

    if (cpu == cpu_here())
        silence(line);
    else
        tell(&cpu->lines_off, line, cpu);
}

void arch_irq_route(uint32_t line, unsigned core)
{
    if (!is_own(line))
        gic_route(line, cpu_numbered(core));
}

void arch_core_kick(unsigned core)
{
    barrier_stores();
    gic_send(GIC_SGI_KICK, cpu_numbered(core));
}

static void send_others(unsigned sgi)
{
    for (unsigned number = 0; gic_distributor != NULL && number < CORES_MAX; number++) {
        struct cpu *cpu = cpu_numbered(number);

        if (cpu != NULL && cpu != cpu_here())
            gic_send(sgi, cpu);
    }
}

void gic_stop_others(void)
{
    send_others(GIC_SGI_STOP);
}

void gic_trace_others(void)
{
    barrier_stores();
    send_others(GIC_SGI_TRACE);
}
