/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init's notices. The ring is only read here. What was overwritten before it was
 * shown is left out.
 */
#include "notices.h"

#include <lib/string.h>
#include <lib/program.h>
#include <service/log.h>

#include "keep.h"

static struct {
    const struct log_ring *ring; /* NULL: init gives none */
    size_t room;                 /* that the buffer has for data */
    uint64_t next;               /* the first byte that was not shown */
} notices;

static uint64_t written(void)
{
    return __atomic_load_n(&notices.ring->written, __ATOMIC_ACQUIRE);
}

/* Bytes of data in the ring; 0: its header cannot be. */
static size_t data_bytes(void)
{
    size_t bytes = notices.ring->bytes;
    return notices.ring->magic == LOG_RING_MAGIC && bytes <= notices.room ? bytes : 0;
}

void notices_start(void)
{
    const struct startup *startup = program_startup();
    for (unsigned i = 0; i < startup->edge_count; i++) {
        const struct startup_edge *edge = &startup->edge[i];
        if (edge->kind == EDGE_PROVIDE && strcmp(edge->name, "init") == 0 &&
            edge->buffer_bytes > sizeof(struct log_ring)) {
            notices.ring = (const struct log_ring *)(uintptr_t)edge->buffer;
            notices.room = edge->buffer_bytes - sizeof(struct log_ring);
        }
    }
    if (!keep_notices(&notices.next) && notices.ring != NULL)
        notices.next = written();
    keep_set_notices(notices.next);
}

const char *notices_text(size_t *size)
{
    *size = 0;
    size_t bytes = notices.ring == NULL ? 0 : data_bytes();
    if (bytes == 0)
        return NULL;
    uint64_t end = written();
    if (notices.next > end || end - notices.next > bytes)
        notices.next = end > bytes ? end - bytes : 0;
    size_t at = notices.next % bytes;
    size_t piece = bytes - at;
    *size = end - notices.next < piece ? end - notices.next : piece;
    return (const char *)notices.ring->data + at;
}

void notices_shown(size_t size)
{
    notices.next += size;
    keep_set_notices(notices.next);
}
