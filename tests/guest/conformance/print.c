/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of text through the Machine's early output.
 */
#include "conformance.h"

#include <string.h>

#include "lib/format.h"

#define LINE_BYTES  512
#define PIECE_BYTES 40 /* of text in one MACHINE_PRINT */

static void print_piece(const char *text, size_t bytes)
{
    struct message message = {.tag = thole_tag(MACHINE_PRINT, 6)};

    while (bytes) {
        message = (struct message){.tag = thole_tag(MACHINE_PRINT, 6), .word = {bytes}};
        memcpy(&message.word[1], text, bytes);
        if (thole_call(INIT_SLOT_MACHINE, &message) != STATUS_OK)
            return;
        text += message.word[0];
        bytes -= message.word[0];
    }
}

void print_line(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    size_t bytes, piece;

    va_start(arguments, format);
    bytes = format_text(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    line[bytes++] = '\n';
    for (size_t at = 0; at < bytes; at += piece) {
        piece = bytes - at < PIECE_BYTES ? bytes - at : PIECE_BYTES;
        print_piece(line + at, piece);
    }
}
