/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines one after the other in a small buffer: most are far shorter than the longest. */
#include "history.h"

#include <lib/string.h>

static void drop_oldest(struct history *history)
{
    size_t size = strlen(history->text) + 1;
    history->used -= size;
    history->count--;
    memmove(history->text, history->text + size, history->used);
}

static int is_last(const struct history *history, const char *line, size_t size)
{
    const char *last = history_line(history, 1);
    return last != NULL && strlen(last) == size && memcmp(last, line, size) == 0;
}

void history_add(struct history *history, const char *line, size_t size)
{
    if (size == 0 || size + 1 > HISTORY_BYTES || is_last(history, line, size))
        return;
    while (history->count == HISTORY_LINES || history->used + size + 1 > HISTORY_BYTES)
        drop_oldest(history);
    memcpy(history->text + history->used, line, size);
    history->text[history->used + size] = '\0';
    history->used += size + 1;
    history->count++;
}

const char *history_line(const struct history *history, unsigned back)
{
    if (back == 0 || back > history->count)
        return NULL;
    const char *line = history->text;
    for (unsigned skip = history->count - back; skip > 0; skip--)
        line += strlen(line) + 1;
    return line;
}
