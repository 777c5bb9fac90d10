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

void timer_use(uint32_t line)
{
    timer_line = line;
    timer_core_start();
}
