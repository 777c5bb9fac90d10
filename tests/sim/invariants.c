/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All invariants, in the order in which each relies on those before it.
 */
#include "invariants.h"

void invariants_start(struct core *core, struct slot *init_table, unsigned table_bits)
{
    known.init_table_bits = table_bits;
    known.core = core;
    known.init_table = init_table;
}

void invariants_check(void)
{
    known_find();
    threads_check();
    events_check();
    mappings_check();
}
