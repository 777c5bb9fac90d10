/* SPDX-License-Identifier: BSD-2-Clause */
/* The shell's parsing and formatting, and its commands against a played init. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <service/init.h>
#include <service/log.h>
#include <service/result.h>

#include "fake_program.h"
#include "servers/shell/commands.h"
#include "servers/shell/nearest.h"
#include "servers/shell/pause.h"
#include "servers/shell/terminal.h"
#include "servers/shell/words.h"

#define BUFFER 4096

static char text[65536];
struct out terminal = {text, 0, sizeof(text) - 1, NULL};

static _Alignas(8) char system_buffer[BUFFER], log_buffer[BUFFER];
static uint64_t paused;
static struct {
    uint32_t operation; /* the last that named something, and what */
    char name[64];
    uint32_t result; /* of it */
    unsigned requests;
    unsigned fail_at; /* the request that fails; 0: none */
} init;

void pause_by_clock(uint64_t ns)
{
    paused += ns;
}

bool command_tree(int words, char **word)
{
    (void)words;
    (void)word;
    return true;
}

static const struct init_server servers[] = {
    {"serial", "", SERVER_RUNNING, 3, 24576, 65536, 1234567890, 48, 0},
    {"clock", "disabled in the tree", SERVER_DISABLED, 0, 0, 65536, 0, 20, 0},
    {"net", "", 77, 0, UINT64_MAX, 65536, 0, 20, 0},
};

static struct answer play_server(uint64_t index)
{
    if (index >= COUNT_OF(servers))
        return (struct answer){.result = SERVICE_NOT_FOUND};
    memcpy(system_buffer, &servers[index], sizeof(servers[0]));
    return (struct answer){.result = SERVICE_OK};
}

static struct answer play_named(uint32_t operation, uint64_t size)
{
    init.operation = operation;
    memcpy(init.name, system_buffer, size);
    init.name[size] = '\0';
    init.requests++;
    bool fails = init.requests == init.fail_at;
    return (struct answer){.result = fails ? SERVICE_FAILED : init.result};
}

static struct answer play_memory(void)
{
    struct init_memory memory = {1000, 200, 300, 400, 100, 62500000, 4, 1};
    memcpy(system_buffer, &memory, sizeof(memory));
    return (struct answer){.result = SERVICE_OK};
}

static struct answer play_log(const uint64_t *word)
{
    char *area = log_buffer + BUFFER / 2;
    if (word[0] == 5 && memcmp(area, "wrong", 5) == 0)
        return (struct answer){.result = SERVICE_NOT_FOUND};
    size_t size = (size_t)sprintf(area, "piece %u\n", (unsigned)word[1]);
    return (struct answer){.result = SERVICE_OK, .word = {size, word[1] < 2 ? word[1] + 1 : 0}};
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    (void)words;
    if (strcmp(use->name, "log") == 0)
        return play_log(word);
    switch (operation) {
    case INIT_SERVER:
        return play_server(word[0]);
    case INIT_MEMORY:
        return play_memory();
    case INIT_VERSION:
        memcpy(system_buffer, "Thole 0.1", 9);
        return (struct answer){.result = SERVICE_OK, .word = {9}};
    case INIT_POWER_OFF:
    case INIT_RESET:
        return (struct answer){.result = SERVICE_FAILED};
    }
    return play_named(operation, word[0]);
}

static int with_shell(void **state)
{
    (void)state;
    fake_reset();
    fake_edge(EDGE_USE, "system", system_buffer, BUFFER);
    fake_edge(EDGE_USE, "log", log_buffer, BUFFER);
    memset(&init, 0, sizeof(init));
    paused = 0;
    return 0;
}

static bool run(const char *line)
{
    char copy[TERMINAL_LINE_BYTES];
    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    terminal.size = 0;
    bool good = commands_run(copy);
    text[terminal.size] = '\0';
    return good;
}

static void expect(const char *line, bool good, const char *answer)
{
    assert_int_equal(run(line), good);
    assert_string_equal(text, answer);
}

static void lines_become_words(void **state)
{
    static const struct {
        const char *line, *words;
        int count;
    } table[] = {
        {"", "", 0},
        {"  \t ", "", 0},
        {"a", "<a>", 1},
        {" ps  now ", "<ps><now>", 2},
        {"echo 'a  b' \"c d\"e", "<echo><a  b><c de>", 3},
        {"echo \"it's\" ''", "<echo><it's><>", 3},
        {"echo 'open", "", -1},
        {"1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3", "", -1},
    };
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        char line[128], joined[256] = "", *word[WORDS_MAX];
        strcpy(line, table[i].line);
        int count = words_split(line, word);
        assert_int_equal(count, table[i].count);
        for (int w = 0; w < count; w++)
            sprintf(joined + strlen(joined), "<%s>", word[w]);
        assert_string_equal(joined, table[i].words);
    }
}

static void numbers_and_seconds_are_read_exactly(void **state)
{
    uint64_t number;
    (void)state;
    assert_true(words_number("1000", &number) && number == 1000);
    assert_false(words_number("", &number) || words_number("1x", &number) ||
                 words_number("-1", &number) || words_number("99999999999999999999999", &number));
    assert_true(words_seconds("2", &number) && number == 2000000000);
    assert_true(words_seconds("0.25", &number) && number == 250000000);
    assert_true(words_seconds("1.0000000019", &number) && number == 1000000001);
    assert_false(words_seconds(".", &number) || words_seconds("1.x", &number) ||
                 words_seconds("9999999999", &number) || words_seconds("1s", &number));
}

static void the_distance_counts_slips_of_the_finger(void **state)
{
    static const struct {
        const char *one, *other;
        unsigned distance;
    } table[] = {
        {"", "", 0},          {"abc", "abc", 0},   {"abc", "", 3},           {"ab", "ba", 1},
        {"stat", "start", 1}, {"sotp", "stop", 1}, {"kitten", "sitting", 3}, {"abc", "cab", 2},
    };
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        assert_int_equal(nearest_distance(table[i].one, table[i].other), table[i].distance);
        assert_int_equal(nearest_distance(table[i].other, table[i].one), table[i].distance);
    }
    assert_true(nearest_distance("a word that is far longer than all names are", "ps") > 100);
}

static void output_is_handed_on_when_the_buffer_is_full(void **state)
{
    char small[4];
    struct out out = {small, 0, sizeof(small), NULL};
    (void)state;
    out_string(&out, "more than fits");
    assert_int_equal(out.size, 4);
    assert_memory_equal(small, "more", 4);
}

static void numbers_are_shown_in_columns(void **state)
{
    char line[128];
    struct out out = {line, 0, sizeof(line), NULL};
    (void)state;
    out_right(&out, 42, 5);
    out_left(&out, "ab", 9, 4);
    out_left(&out, "abcdef", 9, 4);
    out_number(&out, UINT64_MAX);
    out_string(&out, " ");
    out_hex(&out, 0x9000000);
    out_string(&out, " ");
    out_seconds(&out, 1005000000);
    out_string(&out, " ");
    out_seconds(&out, 61050999999);
    assert_memory_equal(line, "   42ab  abcdef18446744073709551615 0x9000000 1.005 61.050",
                        out.size);
}

static void ps_has_a_line_a_server(void **state)
{
    (void)state;
    expect("ps", true,
           "NAME             STATE    RESTARTS    MEMORY     QUOTA CPU(ms) PRIO\n"
           "serial           running         3     24576     65536    1234   48\n"
           "clock            disabled        0         0     65536       0   20  disabled in the "
           "tree\n"
           "net              unknown         0 18446744073709551615     65536       0   20\n");
}

static void mem_is_bytes_a_line(void **state)
{
    (void)state;
    expect("mem", true, "ram 1000\nkernel 200\ninit 100\nservers 400\nfree 300\n");
}

static void version_and_uptime_say_what_runs(void **state)
{
    (void)state;
    expect("version", true, "Thole 0.1\n1 of 4 cores run, the timer counts 62500000 Hz\n");
    fake.now = 12345678901;
    expect("uptime", true, "up 12.345 s\n");
}

static void control_commands_reach_init(void **state)
{
    static const struct {
        const char *line;
        uint32_t operation;
    } table[] = {{"start clock", INIT_START},
                 {"stop clock", INIT_STOP},
                 {"restart clock", INIT_RESTART},
                 {"kill clock", INIT_KILL}};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        expect(table[i].line, true, "");
        assert_int_equal(init.operation, table[i].operation);
        assert_string_equal(init.name, "clock");
    }
}

static void refusals_are_sentences(void **state)
{
    (void)state;
    init.result = SERVICE_ALREADY;
    expect("stop clock", false, "clock is stopped already.\n");
    init.result = SERVICE_NOT_FOUND;
    expect("stop clok", false, "There is no server 'clok'. Did you mean 'clock'?\n");
    expect("stop zzz", false, "There is no server 'zzz'. Type 'ps' for those there are.\n");
    init.result = SERVICE_FAILED;
    expect("start clock", false, "clock: disabled in the tree\n");
    init.result = SERVICE_NOT_PERMITTED;
    expect("stop serial", false, "serial: refused, and 'log init' says why.\n");
    expect("poweroff", false,
           "The machine was not switched off: it was tried and did not work; the log says why.\n");
}

static void mistakes_are_answered_with_what_helps(void **state)
{
    (void)state;
    expect("sotp clock", false, "There is no command 'sotp'. Did you mean 'stop'?\n");
    expect("xyzzy", false, "There is no command 'xyzzy'. Type 'help' for those there are.\n");
    expect("stop", false, "It is used like this: stop NAME\n");
    expect("mem now", false, "It is used like this: mem\n");
    expect("echo 'x", false, "A quote does not end, or there are too many words.\n");
    expect("sleep long", false, "'long' is not a number of seconds.\n");
    expect("repeat x echo", false, "'x' is not a number of times.\n");
    expect("help sotp", false, "There is no command 'sotp'. Did you mean 'stop'?\n");
    expect("help kill", true, "kill NAME: end a server as a fault would; it is then restarted\n");
}

static void commands_stand_in_a_row(void **state)
{
    (void)state;
    expect("echo a ; echo 'b;c';; echo d", true, "a\nb;c\nd\n");
    expect("nonsens; echo goes on", false,
           "There is no command 'nonsens'. Type 'help' for those there are.\ngoes on\n");
}

static void repeat_runs_the_rest_of_the_line(void **state)
{
    (void)state;
    expect("repeat 3 echo x; echo y", true, "x\ny\nx\ny\nx\ny\n");
    expect("echo a; repeat 2 repeat 2 echo b", true, "a\nb\nb\nb\nb\n");
    expect("repeat 0 echo x", true, "");
    expect("repeat 1000 stop clock; start clock", true, "");
    assert_int_equal(init.requests, 2000);
    init.fail_at = init.requests + 5;
    expect("repeat 10 stop net", false,
           "net: it was tried and did not work; the log says why\nrepeat: failed at number 5\n");
    expect("repeat 2 repeat 2 repeat 2 repeat 2 repeat 2 echo", false,
           "'2' is not a number of times.\nrepeat: failed at number 1\n"
           "repeat: failed at number 1\nrepeat: failed at number 1\nrepeat: failed at number 1\n");
}

static void sleep_waits(void **state)
{
    (void)state;
    expect("sleep 1.5", true, "");
    assert_int_equal(paused, 1500000000);
}

static void log_is_read_to_its_end(void **state)
{
    (void)state;
    expect("log", true, "piece 0\npiece 1\npiece 2\n");
    expect("log wrong", false, "Nobody called 'wrong' has a log.\n");
}

static void without_control_it_says_so(void **state)
{
    (void)state;
    fake.startup.edge_count = 0;
    assert_false(run("ps") || run("mem") || run("version") || run("stop clock") || run("log"));
    assert_false(run("poweroff"));
}

static void help_names_every_command(void **state)
{
    static const char *const name[] = {"help", "ps",    "tree",  "start",  "stop",    "restart",
                                       "kill", "log",   "mem",   "uptime", "version", "poweroff",
                                       "echo", "reset", "sleep", "repeat"};
    (void)state;
    assert_true(run("help"));
    for (unsigned i = 0; i < COUNT_OF(name); i++) {
        char line[32];
        sprintf(line, "%s ", name[i]);
        assert_non_null(strstr(text, line));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_shell)
    const struct CMUnitTest tests[] = {
        TEST(lines_become_words),
        TEST(numbers_and_seconds_are_read_exactly),
        TEST(the_distance_counts_slips_of_the_finger),
        TEST(output_is_handed_on_when_the_buffer_is_full),
        TEST(numbers_are_shown_in_columns),
        TEST(ps_has_a_line_a_server),
        TEST(mem_is_bytes_a_line),
        TEST(version_and_uptime_say_what_runs),
        TEST(control_commands_reach_init),
        TEST(refusals_are_sentences),
        TEST(mistakes_are_answered_with_what_helps),
        TEST(commands_stand_in_a_row),
        TEST(repeat_runs_the_rest_of_the_line),
        TEST(sleep_waits),
        TEST(log_is_read_to_its_end),
        TEST(without_control_it_says_so),
        TEST(help_names_every_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
