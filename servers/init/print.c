/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines: formatted once, kept in the ring, and shown in one of two ways.
 */
#include "print.h"

#include <string.h>

#include <service/log.h>

#include "checker/text.h"
#include "kernel.h"
#include "lib/log.h"

#define LINE_BYTES      256
#define EARLY_BYTES     40   /* of text in one MACHINE_PRINT */
#define EARLY_TRIES_MAX 2000000u /* a device that takes nothing for so long is not there */

static struct {
    struct log_ring *ring;
    uint32_t capacity;
    uint64_t frequency;
} print;

static void early_piece(const char *text, size_t bytes)
{
    unsigned tries = 0;

    while (bytes && tries < EARLY_TRIES_MAX) {
        struct message message = {.tag = thole_tag(MACHINE_PRINT, 6)};
        size_t taken;

        message.word[0] = bytes;
        memcpy(&message.word[1], text, bytes);
        if (thole_call(INIT_SLOT_MACHINE, &message) != STATUS_OK) {
            return;
        }
        taken = message.word[0] < bytes ? message.word[0] : bytes;
        tries = taken ? 0 : tries + 1;
        text += taken;
        bytes -= taken;
    }
}

static void early_text(const char *text, size_t bytes)
{
    while (bytes) {
        size_t piece = bytes < EARLY_BYTES ? bytes : EARLY_BYTES;

        early_piece(text, piece);
        text += piece;
        bytes -= piece;
    }
}

void print_init(void *ring, uint64_t timer_frequency)
{
    print.frequency = timer_frequency;
    print.capacity = log_ring_open(ring, PRINT_RING_BYTES);
    print.ring = ring;
}

static void stamp_add(struct text *line)
{
    uint64_t ticks = kernel_ticks();

    text_format(line, "[%5lu.%06lu] ", (unsigned long)(ticks / print.frequency),
                (unsigned long)(ticks % print.frequency * 1000000 / print.frequency));
}

/* The ring gets a line at once: whoever reads it sees no part of one. */
static void line_out(const char *before, const char *format, va_list arguments)
{
    char buffer[LINE_BYTES];
    struct text line = text_in(buffer, sizeof(buffer) - 1);
    size_t stamp;

    if (print.ring) {
        stamp_add(&line);
    }
    stamp = line.used;
    text_format(&line, "%s", before);
    text_vformat(&line, format, arguments);
    buffer[line.used++] = '\n';
    if (print.ring) {
        log_ring_append(print.ring, print.capacity, buffer, line.used);
        print_signal();
    }
    if (!print.ring || !print_has_console()) {
        early_text(buffer + stamp, line.used - stamp);
    }
}

void print_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    line_out("init: ", format, arguments);
    va_end(arguments);
}

void print_panic(const char *format, ...)
{
    static const char waits[] = "init: no firmware resets this machine: it waits for your hand\n";
    char buffer[LINE_BYTES];
    struct text line = text_in(buffer, sizeof(buffer) - 1);
    va_list arguments;

    text_format(&line, "init: panic: ");
    va_start(arguments, format);
    text_vformat(&line, format, arguments);
    va_end(arguments);
    buffer[line.used++] = '\n';
    early_text(buffer, line.used);
    thole_invoke(INIT_SLOT_MACHINE, MACHINE_RESET, 0, NULL);
    early_text(waits, sizeof(waits) - 1);
    for (;;) {
        thole_invoke(INIT_SLOT_THREAD, THREAD_SUSPEND, 0, NULL);
    }
}
