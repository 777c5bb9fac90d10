/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three streams. Output and input go to the use "console", errors to the
 * log; what has no place of its own goes to the other, and input without a
 * console is at its end.
 */
#include "glue.h"

#include <errno.h>
#include <string.h>

#include <lib/program.h>
#include <service/console.h>
#include <service/result.h>

#define LINE_BYTES  200  /* of the log; longer ones are broken */
#define INPUT_BYTES 4096 /* of a line from the console; longer ones are cut */

/* A line on its way to the log. */
struct line {
    char text[LINE_BYTES];
    size_t used;
};

static struct line output_line, error_line;

/* What was typed and not yet read. */
static struct {
    char text[INPUT_BYTES];
    size_t first, end;
} input;

static void line_end(struct line *line)
{
    program_log("%.*s", (int)line->used, line->text);
    line->used = 0;
}

static void line_add(struct line *line, const char *text, size_t bytes)
{
    for (; bytes != 0; bytes--, text++) {
        if (*text == '\n') {
            line_end(line);
            continue;
        }
        line->text[line->used++] = *text;
        if (line->used == LINE_BYTES)
            line_end(line);
    }
}

void output_flush(void)
{
    if (output_line.used != 0)
        line_end(&output_line);
    if (error_line.used != 0)
        line_end(&error_line);
}

/*
 * A request that is safe to repeat: the text is still in the buffer. Answers 0
 * or what errno is to be.
 */
static int console_request(const struct startup_edge *console, uint32_t operation, uint64_t bytes,
                           uint64_t *result)
{
    struct answer answer;

    do {
        answer = program_request(console, operation, 1, &bytes);
    } while (answer.status == STATUS_PEER_DIED);
    if (answer.status == STATUS_PEER_STOPPED)
        return EPIPE;
    if (answer.status != STATUS_OK)
        return EIO;
    if (result != NULL)
        *result = answer.word[0];
    switch (answer.result) {
    case SERVICE_OK:
        return 0;
    case SERVICE_BUSY:
        return EAGAIN;
    default:
        return EIO;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int console_write(const struct startup_edge *console, const char *text, size_t bytes)
{
    size_t done = 0;

    while (done < bytes) {
        size_t piece = smaller(bytes - done, console->buffer_bytes);
        int error;

        memcpy((void *)(uintptr_t)console->buffer, text + done, piece);
        error = console_request(console, CONSOLE_WRITE, piece, NULL);
        if (error != 0)
            return done != 0 ? (int)done : glue_fail(error);
        done += piece;
    }
    return (int)done;
}

/* The console, if the program has one that text can go to. */
static const struct startup_edge *console_use(void)
{
    const struct startup_edge *console = program_use(USE_CONSOLE);

    return console != NULL && console->buffer_bytes != 0 ? console : NULL;
}

_READ_WRITE_RETURN_TYPE _write(int file, const void *from, size_t bytes)
{
    const struct startup_edge *console = console_use();

    if (file != STDOUT_FILENO && file != STDERR_FILENO)
        return glue_fail(EBADF);
    bytes = smaller(bytes, INT32_MAX);
    if (console != NULL && (file == STDOUT_FILENO || program_use(USE_LOG) == NULL))
        return console_write(console, from, bytes);
    line_add(file == STDOUT_FILENO ? &output_line : &error_line, from, bytes);
    return (int)bytes;
}

/* Gets one line, with its end, into `input`; answers 0 or what errno is to be. */
static int input_fill(const struct startup_edge *console)
{
    uint64_t length = 0;
    int error = console_request(console, CONSOLE_READ_LINE, 0, &length);

    if (error != 0)
        return error;
    length = smaller(smaller(length, console->buffer_bytes), INPUT_BYTES - 1);
    memcpy(input.text, (const void *)(uintptr_t)console->buffer, length);
    input.text[length] = '\n';
    input.first = 0;
    input.end = length + 1;
    return 0;
}

_READ_WRITE_RETURN_TYPE _read(int file, void *to, size_t bytes)
{
    const struct startup_edge *console = console_use();
    int error = 0;

    if (file != STDIN_FILENO)
        return glue_fail(EBADF);
    if (console == NULL || bytes == 0)
        return 0;
    if (input.first == input.end)
        error = input_fill(console);
    if (error != 0)
        return glue_fail(error);
    bytes = smaller(bytes, input.end - input.first);
    memcpy(to, input.text + input.first, bytes);
    input.first += bytes;
    return (int)bytes;
}

/* The log is called a terminal too: then text is handed on line by line. */
int _isatty(int file)
{
    if (file >= STDIN_FILENO && file <= STDERR_FILENO)
        return 1;
    glue_fail(EBADF);
    return 0;
}
