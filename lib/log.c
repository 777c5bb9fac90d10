/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program_log: a line with its time, into the first half of the buffer of the
 * use named "log". No call is made, so it works in any state of the system.
 */
#include <stdarg.h>

#include <lib/program.h>

#include "format.h"
#include "log.h"
#include "ticks.h"

#define LINE_BYTES 256 /* longer lines are cut */
#define LOG_USE    "log"

static struct {
    struct log_ring *ring;
    uint32_t capacity; /* our own copy: the reader can write the ring's head */
    bool opened;
} state;

static void open_ring(void)
{
    const struct startup_edge *use = program_use(LOG_USE);

    state.opened = true;
    if (use == NULL || use->buffer == 0)
        return;
    state.ring = (struct log_ring *)(uintptr_t)use->buffer;
    state.capacity = log_ring_open(state.ring, use->buffer_bytes / 2);
}

static size_t format_line(char *to, size_t room, const char *format, ...)
{
    va_list arguments;
    size_t bytes;

    va_start(arguments, format);
    bytes = format_text(to, room, format, arguments);
    va_end(arguments);
    return bytes;
}

void program_log(const char *format, ...)
{
    uint64_t us = ticks_convert(program_ticks(), program_startup()->timer_frequency, US_PER_S);
    char line[LINE_BYTES];
    va_list arguments;
    size_t bytes;

    if (!state.opened)
        open_ring();
    if (state.capacity == 0)
        return;
    bytes = format_line(line, sizeof(line), "[%5lu.%06lu] ", us / US_PER_S, us % US_PER_S);
    va_start(arguments, format);
    bytes += format_text(line + bytes, sizeof(line) - 1 - bytes, format, arguments);
    va_end(arguments);
    line[bytes++] = '\n';
    log_ring_append(state.ring, state.capacity, line, bytes);
}
