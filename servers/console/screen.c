/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's side of include/service/serial.h. */
#include "screen.h"

#include <lib/string.h>
#include <lib/program.h>
#include <lib/ring.h>
#include <service/serial.h>

#define STAGE_BYTES (2 * LINE_OUTPUT_MAX)

static struct {
    const struct startup_edge *edge;
    struct serial_buffer *buffer;
    char staged[STAGE_BYTES];
    struct text stage;
    size_t flushed;                     /* of what is staged */
    char partial[SCREEN_PARTIAL_BYTES]; /* the line that was sent in part: its first bytes */
    size_t partial_size;
    bool returned;  /* the CR of an end of line is out, its LF not yet */
    bool added;     /* bytes that the driver does not know of yet */
    bool held_back; /* the driver found the receive ring full and waits for a signal */
} screen;

bool screen_start(void)
{
    screen.edge = program_use("serial");
    if (screen.edge == NULL || screen.edge->buffer_bytes < sizeof(struct serial_buffer)) {
        program_log("no use named serial with a buffer of %lu bytes",
                    (unsigned long)sizeof(struct serial_buffer));
        return false;
    }
    screen.buffer = (struct serial_buffer *)(uintptr_t)screen.edge->buffer;
    screen.stage = (struct text){screen.staged, 0, STAGE_BYTES};
    /* The console before this one may have died between moving bytes and saying so. */
    screen.added = true;
    return true;
}

void *screen_spare(size_t *bytes)
{
    *bytes = screen.edge->buffer_bytes - sizeof(struct serial_buffer);
    return screen.buffer + 1;
}

/*
 * What could not be put is tried once more after a fence: if the driver emptied the
 * ring before it could see that it was full, it will not signal.
 */
static size_t put(const char *bytes, size_t count)
{
    struct ring *ring = &screen.buffer->transmit;
    size_t done = ring_put(ring, SERIAL_RING_BYTES, bytes, count);
    if (done < count) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        done += ring_put(ring, SERIAL_RING_BYTES, bytes + done, count - done);
    }
    screen.added |= done > 0;
    return done;
}

struct text *screen_stage(void)
{
    return &screen.stage;
}

bool screen_flush(void)
{
    size_t left = screen.stage.size - screen.flushed;
    screen.flushed += put(screen.staged + screen.flushed, left);
    if (screen.flushed < screen.stage.size)
        return false;
    screen.stage.size = screen.flushed = 0;
    return true;
}

/* Bytes up to the next line feed. */
static size_t run_of(const char *bytes, size_t count)
{
    size_t run = 0;
    while (run < count && bytes[run] != '\n')
        run++;
    return run;
}

static void remember(const char *bytes, size_t count)
{
    size_t room = SCREEN_PARTIAL_BYTES - screen.partial_size;
    size_t fits = count < room ? count : room;
    memcpy(screen.partial + screen.partial_size, bytes, fits);
    screen.partial_size += fits;
}

/*
 * A line feed goes out as CR LF, in two steps if there is room for one byte only: the
 * driver tells of room in a ring that was full, so none may be left unused.
 */
static bool put_end(void)
{
    if (!screen.returned && put("\r", 1) == 0)
        return false;
    screen.returned = true;
    if (put("\n", 1) == 0)
        return false;
    screen.returned = false;
    screen.partial_size = 0;
    return true;
}

size_t screen_send(const char *bytes, size_t count)
{
    size_t done = 0;
    while (done < count) {
        size_t run = run_of(bytes + done, count - done);
        size_t sent = put(bytes + done, run);
        screen.returned &= sent == 0;
        remember(bytes + done, sent);
        done += sent;
        if (sent < run || (done < count && !put_end()))
            break;
        done += done < count;
    }
    return done;
}

size_t screen_pending(void)
{
    return screen.stage.size - screen.flushed +
           ring_used(&screen.buffer->transmit, SERIAL_RING_BYTES);
}

bool screen_is_partial(void)
{
    return screen.partial_size > 0;
}

size_t screen_take_partial(char to[SCREEN_PARTIAL_BYTES])
{
    size_t size = screen.partial_size;
    if (size == 0 || size == SCREEN_PARTIAL_BYTES)
        return 0;
    memcpy(to, screen.partial, size);
    screen.partial_size = 0;
    text_string(&screen.stage, "\r");
    return size;
}

void screen_end_partial(void)
{
    if (screen.partial_size > 0)
        text_string(&screen.stage, "\r\n");
    screen.partial_size = 0;
}

/*
 * A look after the take tells whether the driver can have seen a full ring. It is
 * woken when there is room for half a ring again, not for each byte.
 */
bool screen_byte(uint8_t *byte)
{
    struct ring *ring = &screen.buffer->receive;
    if (ring_take(ring, SERIAL_RING_BYTES, byte, 1) != 1)
        return false;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    size_t left = ring_used(ring, SERIAL_RING_BYTES);
    screen.held_back |= left + 1 >= SERIAL_RING_BYTES;
    if (screen.held_back && left < SERIAL_RING_BYTES / 2) {
        screen.held_back = false;
        program_signal(screen.edge);
    }
    return true;
}

void screen_signal(void)
{
    if (!screen.added)
        return;
    screen.added = false;
    program_signal(screen.edge);
}
