/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several cores: who has whose registers, and how another core is told.
 */
#include "model.h"

unsigned core_of(object_t thread)
{
    for (unsigned core = 0; core < model.cores; core++)
        if (model.core[core].loaded == thread)
            return core;
    return NO_CORE;
}

bool is_current(object_t thread)
{
    unsigned core = core_of(thread);

    return core != NO_CORE && model.core[core].current == thread;
}

void core_kicked(unsigned core, unsigned other)
{
    if (other != core)
        model.core[other].kicked = 1;
}

bool core_left(unsigned core, object_t thread)
{
    unsigned where = core_of(thread);

    if (where == NO_CORE || where == core)
        return true;
    core_kicked(core, where);
    return false;
}

bool core_entered(unsigned core)
{
    object_t thread = model.core[core].loaded;

    model.core[core].left = 0;
    if (model.core[core].current != 0 || thread == 0)
        return true;
    model.core[core].loaded = 0;
    if (thread_at(thread)->state == THREAD_READY)
        thread_ready(core, thread, BEFORE);
    return false;
}
