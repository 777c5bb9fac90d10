/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands, how a line finds its command, and those that need nothing else. */
#include "commands.h"

#include <lib/string.h>
#include <stddef.h>

#include "nearest.h"
#include "pause.h"
#include "terminal.h"
#include "words.h"

#define REPEAT_DEPTH_MAX 4

struct command {
    const char *name;
    const char *arguments;
    int least, most; /* words behind the name */
    bool (*run)(int words, char **word);
    const char *help;
};

static bool command_help(int words, char **word);
static bool command_echo(int words, char **word);
static bool command_sleep(int words, char **word);
static bool command_repeat(int words, char **word);

static const struct command command_table[] = {
    {"help", "[COMMAND]", 0, 1, command_help, "what commands there are, or what one does"},
    {"ps", "", 0, 0, command_ps, "the servers: state, restarts, memory and quota in bytes, time"},
    {"top", "[SECONDS]", 0, 1, command_top,
     "who used how much time since the last top, or in the next SECONDS"},
    {"threads", "NAME", 1, 1, command_threads, "a server's threads and its time, in ticks"},
    {"caps", "NAME", 1, 1, command_caps, "a server's capabilities, and whom they lead to"},
    {"trace", "on|off|N", 0, 1, command_trace,
     "record what the kernel does; no more; show the last 24, or N, events"},
    {"start", "NAME", 1, 1, command_start, "start a server that is stopped"},
    {"stop", "NAME", 1, 1, command_stop, "stop a server; its memory is free again"},
    {"restart", "NAME", 1, 1, command_restart, "stop a server and start it again"},
    {"kill", "NAME", 1, 1, command_kill, "end a server as a fault would; it is then restarted"},
    {"log", "[NAME]", 0, 1, command_log, "what the servers have logged, or one of them"},
    {"tree", "[PATH]", 0, 1, command_tree, "the device tree, and who owns which device"},
    {"mem", "", 0, 0, command_mem, "where the memory is, in bytes"},
    {"uptime", "", 0, 0, command_uptime, "seconds since the machine was started"},
    {"version", "", 0, 0, command_version, "what runs here, and on what"},
    {"echo", "TEXT...", 0, WORDS_MAX, command_echo, "say it again"},
    {"sleep", "SECONDS", 1, 1, command_sleep, "wait; parts of seconds too"},
    {"repeat", "N LINE", 2, WORDS_MAX, command_repeat,
     "all the rest of the line N times, or until it fails"},
    {"poweroff", "", 0, 0, command_poweroff, "switch the machine off"},
    {"reset", "", 0, 0, command_reset, "start the machine anew"},
};
#define COMMANDS (sizeof(command_table) / sizeof(command_table[0]))

static const struct command *find(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    }
    return NULL;
}

static bool say_unknown(const char *name)
{
    struct nearest nearest;
    nearest_begin(&nearest, name);
    for (unsigned i = 0; i < COMMANDS; i++)
        nearest_offer(&nearest, command_table[i].name);
    const char *meant = nearest_found(&nearest);
    out_sentence(&terminal, "There is no command '", name, "'. ", NULL);
    if (meant != NULL)
        out_sentence(&terminal, "Did you mean '", meant, "'?\n", NULL);
    else
        out_string(&terminal, "Type 'help' for those there are.\n");
    return false;
}

static void print_usage(const struct command *command)
{
    out_sentence(&terminal, command->name, command->arguments[0] != '\0' ? " " : "",
                 command->arguments, NULL);
}

static bool say_usage(const struct command *command)
{
    out_string(&terminal, "It is used like this: ");
    print_usage(command);
    out_string(&terminal, "\n");
    return false;
}

#define NAME_COLUMNS  9
#define USAGE_COLUMNS 11

static bool command_help(int words, char **word)
{
    if (words == 2) {
        const struct command *command = find(word[1]);
        if (command == NULL)
            return say_unknown(word[1]);
        print_usage(command);
        out_sentence(&terminal, ": ", command->help, "\n", NULL);
        return true;
    }
    for (unsigned i = 0; i < COMMANDS; i++) {
        const struct command *command = &command_table[i];
        out_left(&terminal, command->name, NAME_COLUMNS, NAME_COLUMNS);
        out_left(&terminal, command->arguments, USAGE_COLUMNS, USAGE_COLUMNS);
        out_sentence(&terminal, command->help, "\n", NULL);
    }
    out_string(&terminal, "Several commands stand on a line with ';' between them.\n");
    return true;
}

static bool command_echo(int words, char **word)
{
    for (int i = 1; i < words; i++)
        out_sentence(&terminal, word[i], i + 1 < words ? " " : "", NULL);
    out_string(&terminal, "\n");
    return true;
}

static bool command_sleep(int words, char **word)
{
    uint64_t ns;
    (void)words;
    if (!words_seconds(word[1], &ns)) {
        out_sentence(&terminal, "'", word[1], "' is not a number of seconds.\n", NULL);
        return false;
    }
    out_flush(&terminal);
    pause_by_clock(ns);
    return true;
}

/* Only reached with its words cut, where it lacks some: see run_repeat. */
static bool command_repeat(int words, char **word)
{
    (void)words;
    out_sentence(&terminal, "'", word[1], "' is not a number of times.\n", NULL);
    return false;
}

static bool run_command(char *text)
{
    char *word[WORDS_MAX];
    int words = words_split(text, word);
    if (words == 0)
        return true;
    if (words < 0) {
        out_string(&terminal, "A quote does not end, or there are too many words.\n");
        return false;
    }
    const struct command *command = find(word[0]);
    if (command == NULL)
        return say_unknown(word[0]);
    if (words - 1 < command->least || words - 1 > command->most)
        return say_usage(command);
    return command->run(words, word);
}

static bool run_line(char *line, unsigned depth);

/* "N LINE"; false: it failed, which was said. */
static bool run_times(uint64_t times, const char *line, unsigned depth)
{
    char copy[TERMINAL_LINE_BYTES];
    for (uint64_t i = 1; i <= times; i++) {
        memcpy(copy, line, strlen(line) + 1);
        if (!run_line(copy, depth)) {
            out_string(&terminal, "repeat: failed at number ");
            out_number(&terminal, i);
            out_string(&terminal, "\n");
            return false;
        }
    }
    return true;
}

/* If the text is "repeat N LINE": the number, and *line. */
static bool is_repeat(char *text, uint64_t *times, char **line)
{
    char *rest, number[24];
    if (!words_begin_with(text, "repeat", &rest))
        return false;
    size_t size = 0;
    while (rest[size] >= '0' && rest[size] <= '9' && size + 1 < sizeof(number)) {
        number[size] = rest[size];
        size++;
    }
    number[size] = '\0';
    *line = rest + size;
    return words_number(number, times) && **line == ' ';
}

static bool run_line(char *line, unsigned depth)
{
    bool good = true;
    while (line != NULL) {
        uint64_t times;
        char *rest;
        if (depth < REPEAT_DEPTH_MAX && is_repeat(line, &times, &rest))
            return run_times(times, rest, depth + 1) && good;
        char *text = words_command(line, &rest);
        good = run_command(text) && good;
        line = rest;
    }
    return good;
}

bool commands_run(char *line)
{
    return run_line(line, 0);
}
