/* SPDX-License-Identifier: BSD-2-Clause */
/* The host controller's registers where they are real; tests link a model in place of this file. */
#include <lib/program.h>

#include "host.h"

#define NS_PER_US 1000u

/* Always whole words: Broadcom's controllers know no others. */
uint32_t host_read(const struct host *host, enum host_register which)
{
    return host->base[which / sizeof(uint32_t)];
}

void host_write(const struct host *host, enum host_register which, uint32_t value)
{
    host->base[which / sizeof(uint32_t)] = value;
}

void host_pause(const struct host *host, uint32_t us)
{
    uint64_t end = program_ticks() + program_ticks_from_ns((uint64_t)us * NS_PER_US);

    (void)host;
    while (program_ticks() < end) {
    }
}
