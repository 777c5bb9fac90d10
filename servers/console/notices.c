/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init's notices. The ring is only read here, and a line is copied before any of it
 * is shown: init goes on writing meanwhile, and waits for nobody.
 */
#include "notices.h"

#include <lib/log_reader.h>
#include <lib/program.h>
#include <lib/string.h>

#include "keep.h"
#include "text.h"

static struct {
    const struct log_ring *ring; /* NULL: init gives none */
    size_t room;                 /* of the buffer it is in */
    uint64_t next;               /* the first byte that was not copied */
    struct reader_line line;
    size_t shown;                /* of that line */
} notices;

/* Where the next console is to go on. */
static void keep(void)
{
    uint64_t shown = notices.line.start + notices.shown;
    keep_set_notices(notices.shown < notices.line.size && shown < notices.next ? shown
                                                                               : notices.next);
}

void notices_start(void)
{
    const struct startup *startup = program_startup();
    for (unsigned i = 0; i < startup->edge_count; i++) {
        const struct startup_edge *edge = &startup->edge[i];
        if (edge->kind == EDGE_PROVIDE && strcmp(edge->name, "init") == 0) {
            notices.ring = (const struct log_ring *)(uintptr_t)edge->buffer;
            notices.room = edge->buffer_bytes;
        }
    }
    struct reader reader;
    if (!keep_notices(&notices.next) && notices.ring != NULL &&
        reader_open(&reader, notices.ring, notices.room))
        notices.next = reader.end;
    keep();
}

/* In the place of what is not there any more. */
static void say_lost(struct reader_line *line, uint64_t lost)
{
    struct text text = {line->text, 0, sizeof(line->text)};
    text_string(&text, "console: ");
    text_number(&text, lost < UINT32_MAX ? (unsigned)lost : UINT32_MAX);
    text_string(&text, " bytes of init's notices are lost\n");
    line->size = text.size;
}

static void next_line(void)
{
    struct reader reader;
    struct reader_line *line = &notices.line;
    notices.shown = line->size = 0;
    if (notices.ring == NULL || !reader_open(&reader, notices.ring, notices.room))
        return;
    reader_seek(&reader, notices.next);
    notices.next = reader_next(&reader, line) ? reader.next : reader.end;
    if (reader.lost == 0)
        return;
    notices.next = line->start;
    say_lost(line, reader.lost);
}

const char *notices_text(size_t *size)
{
    if (notices.shown == notices.line.size)
        next_line();
    *size = notices.line.size - notices.shown;
    return notices.line.text + notices.shown;
}

void notices_shown(size_t size)
{
    notices.shown += size;
    keep();
}
