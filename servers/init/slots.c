/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which slots of init's own table are free: one bit each.
 */
#include "kernel.h"

#define SLOTS_MAX (1u << 14) /* of a larger table the rest is not used */

static struct {
    uint64_t taken[SLOTS_MAX / 64];
    unsigned count;
    unsigned first;   /* below it all are taken */
} slots;

static bool is_taken(unsigned slot)
{
    return slots.taken[slot / 64] >> slot % 64 & 1;
}

static void mark(unsigned first, unsigned count, bool taken)
{
    for (unsigned slot = first; slot < first + count; slot++) {
        uint64_t bit = (uint64_t)1 << slot % 64;

        slots.taken[slot / 64] = taken ? slots.taken[slot / 64] | bit
                                       : slots.taken[slot / 64] & ~bit;
    }
}

void slots_init(unsigned first_free, unsigned table_bits)
{
    slots.count = table_bits < 14 ? 1u << table_bits : SLOTS_MAX;
    slots.first = first_free;
    mark(0, first_free, true);
}

unsigned slots_take(unsigned count)
{
    unsigned run = 0;

    for (unsigned slot = slots.first; slot < slots.count; slot++) {
        run = is_taken(slot) ? 0 : run + 1;
        if (run == count) {
            unsigned first = slot + 1 - count;

            mark(first, count, true);
            slots.first += first == slots.first ? count : 0;
            return first;
        }
    }
    return 0;
}

void slots_give(unsigned first, unsigned count)
{
    mark(first, count, false);
    slots.first = first < slots.first ? first : slots.first;
}
