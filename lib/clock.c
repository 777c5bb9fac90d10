/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's time: the system counter, and its own timer.
 */
#include <lib/program.h>

#include "event.h"
#include "ticks.h"

uint64_t program_ticks(void)
{
    uint64_t ticks;

    /* Not to be read ahead of what comes before it. */
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

uint64_t program_ticks_from_ns(uint64_t ns)
{
    return ticks_convert(ns, NS_PER_S, program_startup()->timer_frequency);
}

uint64_t program_ns_from_ticks(uint64_t ticks)
{
    return ticks_convert(ticks, program_startup()->timer_frequency, NS_PER_S);
}

void program_timer_arm(uint64_t deadline_ticks)
{
    event_timer_arm(deadline_ticks);
}

void program_timer_disarm(void)
{
    event_timer_disarm();
}
