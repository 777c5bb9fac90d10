/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events found by coverage of the kernel: eight bytes each, as random.c makes
 * them, on two cores.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define EVENTS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static bool made;
    struct event event;

    if (!made && !short_way_open())
        abort();
    if (!made)
        world_make(WORLD_SMALL, 2);
    made = true;
    world_reset();
    for (size_t at = 0; at + EVENT_BYTES <= bytes && at < EVENTS_MAX * EVENT_BYTES && !model.dead;
         at += EVENT_BYTES) {
        memcpy(&event, data + at, EVENT_BYTES);
        event_happen(&event);
    }
    return 0;
}
