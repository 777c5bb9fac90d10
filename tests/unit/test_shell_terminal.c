/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's terminal over deaths and absences of the console. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <service/console.h>
#include <service/result.h>

#include "fake_program.h"
#include "servers/shell/pause.h"
#include "servers/shell/terminal.h"

#define BUFFER 4096

static char buffer[BUFFER], written[BUFFER];
static size_t written_size;
static enum thole_status script[64]; /* of the next requests; then all are well */
static unsigned scripted, requests, pauses;
static const char *line;
static uint64_t line_size;

void pause_for(uint64_t ns)
{
    (void)ns;
    pauses++;
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
        memcpy(written + written_size, buffer, word[0]);
        written_size += word[0];
        return (struct answer){.word = {word[0]}};
    }
    memcpy(buffer, line, strlen(line));
    return (struct answer){.word = {line_size}};
}

static int with_console(void **state)
{
    (void)state;
    fake_reset();
    fake_edge(EDGE_USE, "console", buffer, BUFFER);
    written_size = 0;
    scripted = requests = pauses = 0;
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_console)
    const struct CMUnitTest tests[] = {
        TEST(text_survives_a_console_that_dies),
        TEST(a_stopped_console_is_waited_for),
        TEST(without_a_console_text_is_given_up_in_the_end),
        TEST(an_impossible_answer_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
