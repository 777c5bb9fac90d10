/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt lines as a controller with split drop and deactivation has them: a
 * line that was acknowledged is silent until it is done. The clock stands
 * still unless a test moves it, or nothing can run before the timer fires; or
 * it goes on whenever the kernel looks at it, so that an event takes time.
 */
#include "sim.h"

static struct sim_line *line_of(uint32_t line)
{
    if (line < SIM_LINE_FIRST || line >= SIM_LINES)
        sim_fail("line %u does not exist", line);
    return &sim.line[line];
}

void sim_line_raise(unsigned line)
{
    line_of(line)->asserted = true;
}

void sim_line_lower(unsigned line)
{
    line_of(line)->asserted = false;
}

void sim_line_pulse(unsigned line)
{
    line_of(line)->latched = true;
}

static bool fires(const struct sim_line *line)
{
    return line->enabled && !line->active && line->core == sim.here &&
           (line->latched || line->asserted);
}

bool sim_interrupt_pending(void)
{
    if (sim.kicked[sim.here])
        return true;
    if (sim.timer != UINT64_MAX && sim.timer <= sim.now)
        return true;
    for (unsigned line = SIM_LINE_FIRST; line < SIM_LINES; line++)
        if (fires(&sim.line[line]))
            return true;
    return false;
}

/* The timer's line is silent once it was taken, until it is set again. */
uint32_t arch_irq_acknowledge(void)
{
    if (sim.is_acknowledged) {
        sim.is_acknowledged = false;
        return sim.acknowledged;
    }
    if (sim.kicked[sim.here]) {
        sim.kicked[sim.here] = false;
        return ARCH_IRQ_KICK;
    }
    if (sim.timer != UINT64_MAX && sim.timer <= sim.now) {
        sim.timer = UINT64_MAX;
        return ARCH_IRQ_TIMER;
    }
    for (unsigned line = SIM_LINE_FIRST; line < SIM_LINES; line++)
        if (fires(&sim.line[line])) {
            sim.line[line].latched = false;
            sim.line[line].active = true;
            sim.line[line].taken_by = sim.here;
            return line;
        }
    return ARCH_IRQ_NONE;
}

void arch_irq_done(uint32_t line, unsigned core)
{
    if (!line_of(line)->active)
        sim_fail("the kernel is done with line %u, which is not active", line);
    if (line_of(line)->taken_by != core)
        sim_fail("line %u was not taken by core %u", line, core);
    line_of(line)->active = false;
}

bool arch_irq_valid(uint32_t line)
{
    return line >= SIM_LINE_FIRST && line < SIM_LINES && line != SIM_LINE_TIMER;
}

void arch_irq_enable(uint32_t line, enum thole_trigger trigger)
{
    (void)trigger;
    if (line_of(line)->enabled)
        sim_fail("the kernel enables line %u twice", line);
    line_of(line)->enabled = true;
}

void arch_irq_route(uint32_t line, unsigned core)
{
    line_of(line)->core = core;
}

void arch_irq_disable(uint32_t line)
{
    line_of(line)->enabled = line_of(line)->active = line_of(line)->latched = false;
}

/* --- Time ------------------------------------------------------------------------ */

uint64_t arch_time_now(void)
{
    return sim.now += sim.looking;
}

void arch_timer_set(uint64_t deadline)
{
    sim.timer = deadline;
}

void arch_wait_for_interrupt(void)
{
    if (sim_interrupt_pending())
        return;
    if (sim.timer < SIM_TIME_END)
        sim.now = sim.timer;
    else if (sim.idle != NULL)
        sim.idle();
    if (!sim_interrupt_pending())
        sim_fail("nothing can ever run");
}
