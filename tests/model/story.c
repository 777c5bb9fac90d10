/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last events, in words: kept as they happen, told when something fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define KEPT 20

static struct {
    const char *what;
    object_t who;
    unsigned core;
    uint64_t number, now, reg[9];
} kept[KEPT];
static uint64_t count;
bool quiet;
void (*on_failure)(void);

void story_event(const char *what, unsigned core, object_t who, uint64_t number, const uint64_t reg[9])
{
    unsigned at = count++ % KEPT;

    kept[at].what = what;
    kept[at].who = who;
    kept[at].core = core;
    kept[at].number = number;
    kept[at].now = sim.now;
    if (reg != NULL)
        memcpy(kept[at].reg, reg, sizeof(kept[at].reg));
    else
        memset(kept[at].reg, 0, sizeof(kept[at].reg));
}

void story_tell(void)
{
    static bool told;

    if (quiet || told)
        return;
    told = true;
    fprintf(stderr, "the last events (who, what, x0 to x8):\n");
    for (uint64_t each = count > KEPT ? count - KEPT : 0; each < count; each++) {
        unsigned at = each % KEPT;

        fprintf(stderr, "  %llu at %llu, core %u: %u %s %llu:", (unsigned long long)each,
                (unsigned long long)kept[at].now, kept[at].core, kept[at].who, kept[at].what,
                (unsigned long long)kept[at].number);
        for (unsigned index = 0; index < 9; index++)
            fprintf(stderr, " %llx", (unsigned long long)kept[at].reg[index]);
        fprintf(stderr, "\n");
    }
}

void failure(const char *format, ...)
{
    va_list arguments;

    if (!quiet) {
        fflush(stdout);
        fprintf(stderr, "model: ");
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fprintf(stderr, "\n");
        story_tell();
    }
    if (on_failure != NULL)
        on_failure();
    abort();
}

void model_broken(const char *why)
{
    failure("the model itself: %s", why);
}
