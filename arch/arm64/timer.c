/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the generic timer's virtual counter, and its compare value as the
 * kernel's one timer (Arm ARM, chapter D11). Tickless: it fires when told, once.
 */
#include "kernel/arch.h"
#include "machine.h"
#include "sysreg.h"

static uint32_t timer_line;

uint64_t arch_time_now(void)
{
    barrier_isb(); /* the counter may be read ahead of what stands before */
    return read_cntvct_el0();
}

void arch_timer_set(uint64_t deadline)
{
    if (deadline == UINT64_MAX) {
        timer_silence();
        return;
    }
    write_cntv_cval_el0(deadline);
    write_cntv_ctl_el0(CNTV_CTL_ENABLE);
    barrier_isb();
}

/* Its line is a level: it falls with this, before the line is deactivated. */
void timer_silence(void)
{
    write_cntv_ctl_el0(CNTV_CTL_ENABLE | CNTV_CTL_IMASK);
    barrier_isb();
}

bool timer_owns(uint32_t line)
{
    return line == timer_line;
}

void timer_core_start(void)
{
    timer_silence();
    arch_irq_enable(timer_line, TRIGGER_LEVEL);
}

uint64_t timer_start(const struct platform *platform)
{
    uint64_t frequency = read_cntfrq_el0();

    if (platform->timer_line == 0)
        machine_refuse("the device tree has no generic timer with a virtual interrupt");
    if (frequency == 0)
        machine_refuse("the firmware left CNTFRQ_EL0, the timer's frequency, at zero");
    timer_line = platform->timer_line;
    timer_core_start();
    return frequency;
}
