/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the console. One that died on a request is there again when the next
 * one is answered; one that was stopped may be started by somebody some time.
 */
#include "terminal.h"

#include <lib/program.h>
#include <lib/string.h>
#include <service/console.h>
#include <service/result.h>

#include "pause.h"

#define TERMINAL_BYTES 1024
#define PAUSE_NS       100000000u /* before asking again one that is not there */
#define DRAIN_NS       5000000u  /* between two looks; also more than a device's own FIFO takes */
#define DRAIN_LOOKS    400 /* two seconds: a full ring at 9600 baud takes one */
#define PATIENCE       30 /* attempts to write a text, while the console is known to come back */

static const struct startup_edge *console;
static bool mute; /* nobody took the last text: do not wait long for the next */

static char text[TERMINAL_BYTES];

static struct answer ask(enum console_operation operation, const char *bytes, size_t size)
{
    uint64_t word = size;
    memcpy((char *)(uintptr_t)console->buffer, bytes, size);
    return program_request(console, operation, 1, &word);
}

static bool is_transient(const struct answer *answer)
{
    return answer->status == STATUS_PEER_DIED || answer->status == STATUS_ABANDONED ||
           answer->status == STATUS_CANCELLED;
}

static void write_out(struct out *out)
{
    for (unsigned i = 0; i < (mute ? 1 : PATIENCE); i++) {
        struct answer answer = ask(CONSOLE_WRITE, out->bytes, out->size);
        if (answer.status == STATUS_OK) {
            mute = false;
            out->size = 0;
            return;
        }
        if (!is_transient(&answer) && !mute)
            pause_for(PAUSE_NS);
    }
    mute = true;
    out->size = 0;
}

struct out terminal = {text, 0, TERMINAL_BYTES, write_out};

void terminal_drain(void)
{
    out_flush(&terminal);
    for (unsigned i = 0; i < DRAIN_LOOKS && !mute; i++) {
        struct answer answer = ask(CONSOLE_PENDING, "", 0);
        bool known = answer.status == STATUS_OK && answer.result == SERVICE_OK;
        if (!known && !is_transient(&answer))
            return;
        pause_for(DRAIN_NS);
        if (known && answer.word[0] == 0)
            return;
    }
}

bool terminal_start(void)
{
    console = program_use("console");
    if (console == NULL || console->buffer_bytes < TERMINAL_BYTES) {
        program_log("no use named console with a buffer of %u bytes", TERMINAL_BYTES);
        return false;
    }
    return true;
}

void terminal_read(const char *prompt, char line[TERMINAL_LINE_BYTES])
{
    out_flush(&terminal);
    struct answer answer;
    for (;;) {
        answer = ask(CONSOLE_READ_LINE, prompt, strlen(prompt));
        if (answer.status == STATUS_OK && answer.result == SERVICE_OK)
            break;
        if (!is_transient(&answer))
            pause_for(PAUSE_NS);
    }
    size_t size = answer.word[0] < TERMINAL_LINE_BYTES ? answer.word[0] : TERMINAL_LINE_BYTES - 1;
    memcpy(line, (const char *)(uintptr_t)console->buffer, size);
    line[size] = '\0';
    mute = false;
}
