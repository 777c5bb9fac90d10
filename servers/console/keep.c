/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kept state. It is read once, when the console starts, and then believed no
 * more than a terminal is: sizes are checked, and the text is taken as keys.
 */
#include "keep.h"

#include <lib/string.h>

#include "screen.h"

#define KEEP_MAGIC 0x7065656bu

struct keep {
    uint32_t magic;
    uint32_t size;
    uint64_t shown;
    char name[STARTUP_NAME_BYTES];
    char text[LINE_BYTES];
};

static struct keep *kept; /* NULL: no room for it */
static struct keep found; /* as it was at the start */

void keep_start(void)
{
    size_t bytes;
    struct keep *spare = screen_spare(&bytes);
    if (bytes < sizeof(*spare))
        return;
    found = *spare;
    if (found.magic != KEEP_MAGIC || found.size >= LINE_BYTES)
        found = (struct keep){0};
    found.name[STARTUP_NAME_BYTES - 1] = '\0';
    kept = spare;
}

bool keep_notices(uint64_t *shown)
{
    *shown = found.shown;
    return found.magic == KEEP_MAGIC;
}

void keep_set_notices(uint64_t shown)
{
    if (kept == NULL)
        return;
    kept->shown = shown;
    kept->magic = KEEP_MAGIC;
}

void keep_set_line(const char *name, const struct line *line)
{
    if (kept == NULL)
        return;
    kept->size = 0;
    __asm__ volatile("" ::: "memory"); /* a death in between leaves no line, not a wrong one */
    memcpy(kept->name, name, STARTUP_NAME_BYTES);
    memcpy(kept->text, line->text, line->size);
    __asm__ volatile("" ::: "memory");
    kept->size = (uint32_t)line->size;
}

void keep_take_line(const char *name, struct line *line)
{
    if (found.size == 0 || strcmp(name, found.name) != 0)
        return;
    line_insert(line, found.text, found.size);
    found.size = 0;
}
