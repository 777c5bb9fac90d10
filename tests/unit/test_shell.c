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
#include <thole/trace.h>

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

static unsigned drained;

void terminal_drain(void)
{
    drained++;
}

static void had_passed(uint64_t ns);

void pause_by_clock(uint64_t ns)
{
    paused += ns;
    had_passed(ns);
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

/* --- What a played server has --------------------------------------------------------- */

static struct {
    struct init_thread thread[2];
    struct init_time time[TIME_KINDS];
    struct init_capability capability[3]; /* two in the first piece */
    struct init_usage usage[4];
    unsigned threads, times, restarts_at; /* the request at which it is another incarnation */
    unsigned requests;
    uint64_t ticks, cores;
    bool gone;
} had;

static uint64_t incarnation(void)
{
    return had.restarts_at != 0 && had.requests >= had.restarts_at ? 8 : 7;
}

static struct answer play_thread(uint64_t index)
{
    if (index < had.threads)
        memcpy(system_buffer, &had.thread[index], sizeof(had.thread[0]));
    return (struct answer){.word = {had.threads, incarnation()}};
}

static struct answer play_time(uint64_t index)
{
    if (index < had.times)
        memcpy(system_buffer, &had.time[index], sizeof(had.time[0]));
    return (struct answer){.word = {had.times}};
}

static struct answer play_capabilities(uint64_t position)
{
    unsigned first = position == 0 ? 0 : 2, count = position == 0 ? 2 : 1;
    if (had.gone)
        return (struct answer){.word = {0, 0, 7, 0}};
    memcpy(system_buffer, &had.capability[first], count * sizeof(had.capability[0]));
    return (struct answer){.word = {count, position == 0 ? 40 : 0, incarnation(), 1}};
}

static void had_passed(uint64_t ns)
{
    had.ticks += ns;
    had.usage[0].ticks[TIME_OWN] += ns / 4;
}

static struct answer play_usage(void)
{
    memcpy(system_buffer, had.usage, sizeof(had.usage));
    return (struct answer){.word = {COUNT_OF(had.usage), had.ticks, had.cores}};
}

static struct {
    struct thole_trace_record record[4];
    uint64_t first, written, lost_at; /* lost_at: at this request the oldest are gone */
    unsigned requests;
    bool never;
} trace;

/* Two in a piece. */
static struct answer play_trace(uint64_t from)
{
    if (trace.never)
        return (struct answer){.result = SERVICE_NOT_FOUND};
    if (++trace.requests == trace.lost_at)
        trace.first = trace.written;
    from = from < trace.first ? trace.first : from;
    uint64_t left = trace.written + 1 - from, count = left < 2 ? left : 2;
    memcpy(system_buffer, &trace.record[from - 100], count * sizeof(trace.record[0]));
    return (struct answer){.word = {from, count, trace.first, trace.written}};
}

static struct answer play_about(uint32_t operation, const uint64_t *word)
{
    had.requests++;
    if (word[0] != 5 || memcmp(system_buffer, "clock", 5) != 0)
        return (struct answer){.result = SERVICE_NOT_FOUND};
    if (operation == INIT_THREAD)
        return play_thread(word[1]);
    return operation == INIT_TIME ? play_time(word[1]) : play_capabilities(word[1]);
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
    case INIT_THREAD:
    case INIT_TIME:
    case INIT_CAPABILITIES:
        return play_about(operation, word);
    case INIT_TRACE:
        init.operation = INIT_TRACE;
        init.requests = (unsigned)word[0];
        return (struct answer){.result = init.result};
    case INIT_TRACE_READ:
        return play_trace(word[0]);
    case INIT_USAGE:
        return play_usage();
    case INIT_POWER_OFF:
    case INIT_RESET:
        return (struct answer){.result = init.result == SERVICE_OK ? SERVICE_OK : SERVICE_FAILED};
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
    memset(&had, 0, sizeof(had));
    memset(&trace, 0, sizeof(trace));
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
    drained = 0;
    expect("poweroff", false,
           "The machine was not switched off: it was tried and did not work; the log says why.\n");
    assert_int_equal(drained, 1);
    assert_false(run("reset"));
    assert_int_equal(drained, 2);
    init.result = SERVICE_OK;
    expect("reset", true, "The machine will be reset by a driver.\n");
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
    assert_false(run("caps clock") || run("threads clock") || run("top"));
    assert_false(run("trace") || run("trace on"));
    assert_non_null(strstr(text, "does not say system-control"));
    assert_false(run("poweroff"));
}

#define CAPS "SLOT OBJECT        RIGHTS  BADGE              DEPTH  WHAT\n"
#define THREADS "THREAD CEILING       GRACE  STATE\n"
#define TIMES "TIME       PRIO CORE      BUDGET      PERIOD        LEFT           USED\n"
#define TOP "NAME             CORE  SHARE   CPU(ms)\n"

static void with_capabilities(void)
{
    had.capability[0] = (struct init_capability){
        "init", ORIGIN_CALL, 2, OBJECT_ENDPOINT, RIGHT_SEND | RIGHT_GRANT, 3, 0, 0x102, 0, 0};
    had.capability[1] = (struct init_capability){
        "", 99, 63, 99, RIGHT_RECV | RIGHT_CONTROL, 255, 0, UINT64_MAX, 0, 0};
    had.capability[2] = (struct init_capability){"serial", ORIGIN_BUFFER, 0, OBJECT_ADDRESS_SPACE,
        RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE, 0, 0, 0, 0x50000000, 4096};
}

static void caps_has_a_line_a_capability(void **state)
{
    (void)state;
    with_capabilities();
    expect("caps clock", true, CAPS
           "   2 endpoint      S-G---- 0x102                  3  calls init\n"
           "  63 ?             -R-C--- 0xffffffffffffffff   255  ?\n"
           "   - address-space ----rwx -                      -  buffer shared with serial"
           " at 0x50000000, 4096 bytes\n");
    expect("caps clok", false, "There is no server 'clok'. Did you mean 'clock'?\n");
    expect("caps", false, "It is used like this: caps NAME\n");
}

static void caps_tells_who_holds_nothing_or_was_restarted(void **state)
{
    (void)state;
    with_capabilities();
    had.restarts_at = 2;
    assert_false(run("caps clock"));
    assert_non_null(strstr(text, "calls init\n"));
    assert_null(strstr(text, "serial"));
    assert_non_null(strstr(text, "\nclock was restarted meanwhile: ask again.\n"));
    had.gone = true;
    expect("caps clock", true, "clock does not run: it holds nothing.\n");
}

static void threads_tells_what_each_waits_for(void **state)
{
    static const struct {
        uint32_t state, flags, fault;
        const char *called, *words;
    } table[] = {
        {THREAD_STOPPED, 0, 0, "", "stopped"},
        {THREAD_READY, 0, 0, "", "ready, or runs"},
        {THREAD_READY, THREAD_FLAG_LENT | THREAD_FLAG_OWES, 0, "",
         "ready, or runs, on lent time, owes a reply"},
        {THREAD_READY, THREAD_FLAG_SPENT, 0, "", "out of time until its next period"},
        {THREAD_READY, THREAD_FLAG_SUSPENDED, 0, "", "suspended, ready, or runs"},
        {THREAD_RECEIVING, 0, 0, "", "waits for a message"},
        {THREAD_CALLING, 0, 0, "serial", "waits for an answer of serial"},
        {THREAD_CALLING, 0, 0, "", "waits for an answer"},
        {THREAD_CALLING, THREAD_FLAG_FAULTED, FAULT_TIMEOUT, "",
         "faulted: used lent time beyond its grace; address is the ticks"},
        {THREAD_CALLING, THREAD_FLAG_FAULTED, 77, "", "faulted: an unknown fault"},
        {THREAD_STRANDED, 0, 0, "", "has no time to run on"},
    };
    (void)state;
    had.threads = 1;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        char answer[256];
        had.thread[0] = (struct init_thread){"", table[i].state, table[i].flags, 30,
                                             table[i].fault, 62500};
        strcpy(had.thread[0].called, table[i].called);
        sprintf(answer, THREADS "     0      30       62500  %s\n", table[i].words);
        expect("threads clock", true, answer);
    }
    had.threads = 0;
    expect("threads clock", true, "clock has no thread now.\n");
    expect("threads zzz", false, "There is no server 'zzz'. Type 'ps' for those there are.\n");
}

static void threads_has_a_line_for_each_time(void **state)
{
    (void)state;
    had.times = 2;
    had.time[0] = (struct init_time){TIME_EVENTS, 48, 3, 0, 4000000000, 62500, 625000, 0};
    had.time[1] = (struct init_time){TIME_INTERRUPTS, 48, 0, 0, 1, 2, 3, 4};
    expect("threads clock", true, "clock has no thread now.\n" TIMES
           "events       48    3       62500      625000           0     4000000000\n"
           "interrupts   48    0           2           3           4              1\n");
}

static void threads_are_of_one_incarnation(void **state)
{
    (void)state;
    had.threads = 2;
    had.restarts_at = 2;
    expect("threads clock", false, THREADS "     0       0           0  stopped\n"
           "clock was restarted meanwhile: ask again.\n");
}

/* The fake's ticks are nanoseconds. */
static void top_is_what_was_used_since_the_last(void **state)
{
    (void)state;
    had.cores = 1;
    had.ticks = 0;
    run("top");
    had.ticks = 2000000000;
    had.usage[0].ticks[TIME_OWN] += 10000000;
    had.usage[1].ticks[TIME_EVENTS] += 500000000;
    had.usage[1].ticks[TIME_INTERRUPTS] += 500000000;
    had.usage[3].ticks[TIME_OWN] += 1000000;
    expect("top", true, "over 2.000 s\n" TOP
           "clock               0   50.0%      1000\n"
           "idle                0   49.4%       989\n"
           "serial              0    0.5%        10\n"
           "init                0    0.0%         1\n");
    had.ticks += 1000000000;
    expect("top", true, "over 1.000 s\n" TOP "idle                0  100.0%      1000\n");
}

static void top_tells_restarts(void **state)
{
    (void)state;
    had.cores = 1;
    run("top");
    had.ticks += 1000000000;
    had.usage[0].ticks[TIME_OWN] += 600000000;
    had.usage[0].starts += 2;
    expect("top", true, "over 1.000 s\n" TOP
           "serial              0   60.0%       600  restarted meanwhile\n"
           "idle                0   40.0%       400\n");
}

static void top_has_shares_of_each_core(void **state)
{
    (void)state;
    had.cores = 2;
    run("top");
    had.ticks += 1000000000;
    had.usage[1].core[TIME_INTERRUPTS] = 1;
    had.usage[1].ticks[TIME_EVENTS] += 300000000;
    had.usage[1].ticks[TIME_INTERRUPTS] += 900000000;
    expect("top", true, "over 1.000 s\n" TOP
           "clock               1   90.0%       900\n"
           "idle                0   70.0%       700\n"
           "clock               0   30.0%       300\n"
           "idle                1   10.0%       100\n");
}

/* Samples of several cores are not of one instant. */
static void top_has_no_idle_time_below_zero(void **state)
{
    (void)state;
    had.cores = 1;
    run("top");
    had.ticks += 1000000000;
    had.usage[1].ticks[TIME_EVENTS] += 1000001000;
    expect("top", true, "over 1.000 s\n" TOP
           "clock               0  100.0%      1000\n"
           "idle                0    0.0%         0\n");
}

static void top_can_look_at_what_comes(void **state)
{
    (void)state;
    had.cores = 1;
    expect("top 2", true, "over 2.000 s\n" TOP
           "idle                0   75.0%      1500\n"
           "serial              0   25.0%       500\n");
    assert_int_equal(paused, 2000000000);
    expect("top soon", false, "'soon' is not a number of seconds.\n");
}

#define TRACE "    TIME(us)  TOOK CORE RAN              THEN             EVENT\n"

static void trace_is_switched_on_and_off(void **state)
{
    (void)state;
    expect("trace on", true, "");
    assert_true(init.operation == INIT_TRACE && init.requests == 1);
    expect("trace off", true, "");
    assert_int_equal(init.requests, 0);
    init.result = SERVICE_ALREADY;
    expect("trace on", false, "The trace is on already.\n");
    expect("trace off", false, "The trace is off already.\n");
    init.result = SERVICE_NO_MEMORY;
    expect("trace on", false, "There is no memory left for a trace: it takes 2 MiB.\n");
    init.result = SERVICE_FAILED;
    expect("trace on", false, "The kernel refuses to be traced.\n");
    expect("trace onn", false, "'onn' is neither on, off, nor a number of records.\n");
    trace.never = true;
    expect("trace", false, "There is no trace yet: 'trace on' begins one.\n");
}

static void trace_has_a_line_an_event(void **state)
{
    static const struct {
        struct thole_trace_record record;
        const char *line;
    } table[] = {
        {{.entered = 1000000, .left = 1003000, .thread = 2, .next = 3, .kind = TRACE_SYSCALL,
          .code = SYSCALL_CALL, .argument = 4, .tag = 7ULL << 32, .object = OBJECT_ENDPOINT},
         "        1000     3    0 serial           clock            call label 7 slot 4\n"},
        {{.entered = 1000000, .left = 1000000 + 119992000, .kind = TRACE_INTERRUPT,
          .thread = TRACE_NOBODY, .next = 1, .code = 1, .argument = 33},
         "        1000 119992    0 -                init             interrupt 33\n"},
        {{.thread = 1, .next = 1, .kind = TRACE_SYSCALL, .code = SYSCALL_CALL, .argument = 9,
          .tag = (uint64_t)THREAD_SUSPEND << 32, .object = OBJECT_THREAD, .core = 3},
         "           0     0    3 init             init             call THREAD_SUSPEND slot 9\n"},
        {{.thread = 1, .next = 1, .kind = TRACE_SYSCALL, .code = SYSCALL_TRY_CALL, .argument = 9,
          .tag = 99ULL << 32, .object = OBJECT_THREAD},
         "           0     0    0 init             init             try_call operation 99 slot 9\n"},
        {{.thread = 0, .next = TRACE_NOBODY, .kind = TRACE_SYSCALL, .code = SYSCALL_REPLY_RECV,
          .argument = 1, .tag = 5ULL << 32, .object = OBJECT_ENDPOINT},
         "           0     0    0 ?                -                reply_recv label 5\n"},
        {{.thread = 5, .next = 66, .kind = TRACE_SYSCALL, .code = 77},
         "           0     0    0 ?                ?                svc 77\n"},
        {{.thread = 2, .next = 1, .kind = TRACE_FAULT, .code = FAULT_WRITE, .argument = 0x1234},
         "           0     0    0 serial           init             fault WRITE at 0x1234\n"},
        {{.thread = 2, .next = 1, .kind = TRACE_FAULT, .code = 99},
         "           0     0    0 serial           init             fault number 99 at 0x0\n"},
        {{.thread = TRACE_NOBODY, .next = 1, .kind = TRACE_INTERRUPT, .code = 3,
          .argument = 33 | (uint64_t)TRACE_LINE_TIMER << 16 | (uint64_t)TRACE_LINE_KICK << 32},
         "           0     0    0 -                init             interrupt 33 timer kick\n"},
    };
    char expected[512];
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(table); i++) {
        trace.record[0] = table[i].record;
        trace.first = trace.written = 100;
        sprintf(expected, TRACE "%s", table[i].line);
        expect("trace", true, expected);
    }
}

static void trace_shows_the_newest(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(trace.record); i++)
        trace.record[i] = (struct thole_trace_record){
            .kind = TRACE_SYSCALL, .code = SYSCALL_YIELD, .thread = 1, .next = 1, .core = i};
    trace.first = 100;
    trace.written = 103;
    assert_true(run("trace 3"));
    assert_null(strstr(text, "    0    0 init"));
    assert_non_null(strstr(text, "    0    1 init"));
    assert_non_null(strstr(text, "    0    3 init"));
    assert_true(run("trace 1000000"));
    assert_non_null(strstr(text, "    0    0 init"));
    trace.written = 99; /* nothing yet */
    expect("trace", true, TRACE);
}

static void trace_tells_what_was_overwritten_meanwhile(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(trace.record); i++)
        trace.record[i] = (struct thole_trace_record){
            .kind = TRACE_SYSCALL, .code = SYSCALL_YIELD, .thread = 1, .next = 1};
    trace.first = 100;
    trace.written = 103;
    trace.lost_at = 3;
    assert_false(run("trace"));
    assert_non_null(strstr(text, "What follows was overwritten"));
}

static void help_names_every_command(void **state)
{
    static const char *const name[] = {"help", "ps",    "tree",  "start",  "stop",    "restart",
                                       "kill", "log",   "mem",   "uptime", "version", "poweroff",
                                       "echo", "reset", "sleep", "repeat",  "caps",   "threads",
                                       "top",  "trace"};
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
        TEST(caps_has_a_line_a_capability),
        TEST(caps_tells_who_holds_nothing_or_was_restarted),
        TEST(threads_tells_what_each_waits_for),
        TEST(threads_has_a_line_for_each_time),
        TEST(threads_are_of_one_incarnation),
        TEST(top_is_what_was_used_since_the_last),
        TEST(top_tells_restarts),
        TEST(top_has_shares_of_each_core),
        TEST(top_has_no_idle_time_below_zero),
        TEST(top_can_look_at_what_comes),
        TEST(trace_is_switched_on_and_off),
        TEST(trace_has_a_line_an_event),
        TEST(trace_shows_the_newest),
        TEST(trace_tells_what_was_overwritten_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
