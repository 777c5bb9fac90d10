/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell serves nobody, so all that can arrive at its endpoint while it waits is
 * its timer, and signals that mean nothing to it.
 */
#include "pause.h"

#include <lib/program.h>
#include <lib/syscall.h>
#include <service/clock.h>
#include <service/result.h>
#include <stddef.h>

static uint64_t deadline_after(uint64_t ns)
{
    uint64_t now = program_ticks(), ticks = program_ticks_from_ns(ns);
    return now + ticks < now ? UINT64_MAX : now + ticks;
}

static void wait_until(uint64_t deadline)
{
    while (program_ticks() < deadline) {
        struct message message = {0};
        program_timer_arm(deadline);
        if (thole_recv(SLOT_ENDPOINT, &message) != STATUS_OK)
            thole_yield();
    }
}

void pause_for(uint64_t ns)
{
    wait_until(deadline_after(ns));
}

void pause_by_clock(uint64_t ns)
{
    const struct startup_edge *clock = program_use("clock");
    uint64_t deadline = deadline_after(ns);
    if (clock != NULL)
        (void)program_request(clock, CLOCK_SLEEP, 1, &ns);
    wait_until(deadline);
}
