/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's terminal over deaths and absences of the console. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <service/console.h>
#include <service/result.h>

#include "fake_program.h"
#include "servers/shell/pause.h"
#include "servers/shell/terminal.h"

#define BUFFER 4096

static char buffer[BUFFER], written[4 * BUFFER];
static size_t written_size;
static unsigned cut; /* writes that did not end with a line */
static enum thole_status script[64]; /* of the next requests; then all are well */
static unsigned scripted, requests, pauses;
static const char *line;
static uint64_t line_size;
static uint64_t pending; /* bytes; a pause takes ten */

void pause_for(uint64_t ns)
{
    (void)ns;
    pauses++;
    pending -= pending < 10 ? pending : 10;
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    (void)use;
    (void)words;
    enum thole_status status = requests < scripted ? script[requests] : STATUS_OK;
    requests++;
    if (status != STATUS_OK)
        return (struct answer){.status = status};
    if (operation == CONSOLE_WRITE) {
        cut += word[0] == 0 || buffer[word[0] - 1] != '\n';
        memcpy(written + written_size, buffer, word[0]);
        written_size += word[0];
        return (struct answer){.word = {word[0]}};
    }
    if (operation == CONSOLE_PENDING)
        return (struct answer){.word = {pending}};
    memcpy(buffer, line, strlen(line));
    return (struct answer){.word = {line_size}};
}

static int with_console(void **state)
{
    (void)state;
    fake_reset();
    fake_edge(EDGE_USE, "console", buffer, BUFFER);
    written_size = 0;
    scripted = requests = pauses = cut = 0;
    pending = 0;
    line = "ps";
    line_size = 2;
    assert_true(terminal_start());
    return 0;
}

static void fail_with(enum thole_status status, unsigned times)
{
    for (scripted = 0; scripted < times; scripted++)
        script[scripted] = status;
}

static void text_survives_a_console_that_dies(void **state)
{
    char got[TERMINAL_LINE_BYTES];
    (void)state;
    fail_with(STATUS_PEER_DIED, 3);
    out_string(&terminal, "hello\n");
    terminal_read("> ", got);
    assert_int_equal(written_size, 6);
    assert_memory_equal(written, "hello\n", 6);
    assert_string_equal(got, "ps");
    assert_int_equal(pauses, 0);
}

static void a_stopped_console_is_waited_for(void **state)
{
    char got[TERMINAL_LINE_BYTES];
    (void)state;
    fail_with(STATUS_PEER_STOPPED, 60);
    terminal_read("> ", got);
    assert_string_equal(got, "ps");
    assert_int_equal(pauses, 60);
}

static void without_a_console_text_is_given_up_in_the_end(void **state)
{
    (void)state;
    fail_with(STATUS_PEER_STOPPED, 40);
    out_string(&terminal, "hello\n");
    out_flush(&terminal);
    assert_int_equal(requests, 30);
    out_string(&terminal, "more\n");
    out_flush(&terminal);
    assert_int_equal(requests, 31);
    assert_int_equal(terminal.size, 0);
    scripted = 0;
    out_string(&terminal, "here\n");
    out_flush(&terminal);
    assert_int_equal(written_size, 5);
    requests = 0;
    fail_with(STATUS_PEER_STOPPED, 2);
    out_string(&terminal, "again\n");
    out_flush(&terminal);
    assert_int_equal(written_size, 11);
}

static void an_impossible_answer_is_cut(void **state)
{
    char got[TERMINAL_LINE_BYTES];
    (void)state;
    line_size = UINT64_MAX;
    terminal_read("> ", got);
    assert_int_equal(strnlen(got, sizeof(got)) < sizeof(got), 1);
}

static void text_is_waited_for_until_the_line_has_it(void **state)
{
    (void)state;
    pending = 35;
    out_string(&terminal, "bye\n");
    terminal_drain();
    assert_int_equal(written_size, 4);
    assert_int_equal(pending, 0);
    assert_int_equal(pauses, 5); /* and one for the device */
    assert_int_equal(requests, 1 + 5);
}

static void a_line_that_takes_nothing_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    pending = UINT64_MAX;
    terminal_drain();
    assert_true(pauses == 400 && pending != 0);
}

static void a_console_that_died_is_asked_again_and_one_that_is_stopped_is_not(void **state)
{
    (void)state;
    pending = 25;
    fail_with(STATUS_PEER_DIED, 2);
    terminal_drain();
    assert_int_equal(requests, 2 + 2);
    requests = pauses = 0;
    fail_with(STATUS_PEER_STOPPED, 2);
    terminal_drain();
    assert_int_equal(requests, 1);
    assert_int_equal(pauses, 0);
}

/* Between two writes the console shows notices: none may come to stand in a line. */
static void long_text_is_written_by_whole_lines(void **state)
{
    static char all[4 * BUFFER];
    char text[80];
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "%u %.*s\n", i, (int)(i * 7 % 60),
                 "------------------------------------------------------------");
        strcat(all, text);
        for (const char *at = text; *at; at++)
            out_bytes(&terminal, at, 1);
    }
    out_flush(&terminal);
    assert_int_equal(cut, 0);
    assert_in_range(requests, 5, 12);
    assert_int_equal(written_size, strlen(all));
    assert_memory_equal(written, all, written_size);
}

static void a_line_longer_than_the_buffer_is_written_in_pieces(void **state)
{
    char text[3000];
    (void)state;
    memset(text, 'x', sizeof(text));
    out_string(&terminal, "short\n");
    out_bytes(&terminal, text, sizeof(text));
    out_string(&terminal, "\n");
    out_flush(&terminal);
    assert_int_equal(written_size, 6 + sizeof(text) + 1);
    assert_memory_equal(written + 6, text, sizeof(text));
    assert_true(written[written_size - 1] == '\n');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_console)
    const struct CMUnitTest tests[] = {
        TEST(text_survives_a_console_that_dies),
        TEST(a_stopped_console_is_waited_for),
        TEST(without_a_console_text_is_given_up_in_the_end),
        TEST(an_impossible_answer_is_cut),
        TEST(text_is_waited_for_until_the_line_has_it),
        TEST(a_line_that_takes_nothing_is_not_waited_for_for_ever),
        TEST(a_console_that_died_is_asked_again_and_one_that_is_stopped_is_not),
        TEST(long_text_is_written_by_whole_lines),
        TEST(a_line_longer_than_the_buffer_is_written_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
