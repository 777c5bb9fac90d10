/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel did, one line for each event, from the records that init reads
 * for us. The columns are also what `./thole trace` reads.
 */
#include <lib/string.h>
#include <service/result.h>
#include <stddef.h>
#include <thole/abi.h>
#include <thole/object.h>
#include <thole/trace.h>

#include "commands.h"
#include "system.h"
#include "terminal.h"
#include "words.h"

#define RECORDS_SHOWN 24
#define RECORDS_A_PAGE (4096 / sizeof(struct thole_trace_record))
#define NAME_COLUMNS  16
#define NS_PER_US     1000u
#define NAMES         INIT_SERVERS_MAX

static char server_name[NAMES][STARTUP_NAME_BYTES]; /* by the index of INIT_SERVER */

static void read_names(void)
{
    struct init_server server;
    for (unsigned i = 0; i < NAMES; i++) {
        server_name[i][0] = '\0';
        if (system_server(i, &server))
            memcpy(server_name[i], server.name, sizeof(server.name));
        else
            return;
    }
}

static const char *name_of(uint32_t number)
{
    if (number == TRACE_NOBODY)
        return "-";
    if (number == INIT_TRACE_NUMBER)
        return "init";
    if (number >= INIT_TRACE_NUMBER_SERVER && number - INIT_TRACE_NUMBER_SERVER < NAMES &&
        server_name[number - INIT_TRACE_NUMBER_SERVER][0] != '\0')
        return server_name[number - INIT_TRACE_NUMBER_SERVER];
    return "?";
}

/* --- What an event was ---------------------------------------------------------------------- */

/* A number in place of a name that is not known. */
static void print_name_or(const char *name, const char *what, uint64_t number)
{
    if (name != NULL) {
        out_string(&terminal, name);
        return;
    }
    out_sentence(&terminal, what, " ", NULL);
    out_number(&terminal, number);
}

static const char *syscall_name(uint32_t number)
{
    switch (number) {
#define SYSCALL_X(number, NAME, name, text) \
    case number:                            \
        return #name;
        THOLE_SYSCALLS(SYSCALL_X)
#undef SYSCALL_X
    }
    return NULL;
}

static const char *operation_name(uint8_t object, uint32_t label)
{
#define OPERATION_X(TYPE, number, NAME, right, in, out)  \
    if (object == OBJECT_##TYPE && label == (number))     \
        return #TYPE "_" #NAME;
    THOLE_OPERATIONS(OPERATION_X)
#undef OPERATION_X
    return NULL;
}

static const char *fault_name(uint32_t number)
{
    switch (number) {
#define FAULT_X(number, NAME, text) \
    case number:                    \
        return #NAME;
        THOLE_FAULTS(FAULT_X)
#undef FAULT_X
    }
    return NULL;
}

static void print_syscall(const struct thole_trace_record *record)
{
    uint32_t label = thole_tag_label(record->tag);
    bool calls = record->code == SYSCALL_CALL || record->code == SYSCALL_TRY_CALL;
    print_name_or(syscall_name(record->code), "svc", record->code);
    if (calls && record->object != OBJECT_ENDPOINT && record->object != OBJECT_REPLY) {
        out_string(&terminal, " ");
        print_name_or(operation_name(record->object, label), "operation", label);
    } else if (calls || record->code == SYSCALL_REPLY_RECV) {
        out_string(&terminal, " label ");
        out_number(&terminal, label);
    }
    if (calls) {
        out_string(&terminal, " slot ");
        out_number(&terminal, record->argument);
    }
}

static void print_line_name(uint64_t line)
{
    out_string(&terminal, " ");
    if (line == TRACE_LINE_TIMER)
        out_string(&terminal, "timer");
    else if (line == TRACE_LINE_KICK)
        out_string(&terminal, "kick");
    else
        out_number(&terminal, line);
}

static void print_event(const struct thole_trace_record *record)
{
    if (record->kind == TRACE_SYSCALL) {
        print_syscall(record);
    } else if (record->kind == TRACE_FAULT) {
        out_string(&terminal, "fault ");
        print_name_or(fault_name(record->code), "number", record->code);
        out_string(&terminal, " at ");
        out_hex(&terminal, record->argument);
    } else {
        out_string(&terminal, "interrupt");
        for (uint32_t i = 0; i < record->code && i < 4; i++)
            print_line_name(record->argument >> 16 * i & 0xffff);
    }
}

/* --- Showing ---------------------------------------------------------------------------------- */

/* However long the number, a space stands before it: a core can wait for the lock for long. */
static void print_column(uint64_t number, size_t width)
{
    out_string(&terminal, " ");
    out_right(&terminal, number, width);
}

static void print_record(const struct thole_trace_record *record)
{
    out_right(&terminal, program_ns_from_ticks(record->entered) / NS_PER_US, 12);
    print_column(program_ns_from_ticks(record->left - record->entered) / NS_PER_US, 5);
    print_column(record->core, 4);
    out_string(&terminal, " ");
    out_left(&terminal, name_of(record->thread), STARTUP_NAME_BYTES, NAME_COLUMNS);
    out_string(&terminal, " ");
    out_left(&terminal, name_of(record->next), STARTUP_NAME_BYTES, NAME_COLUMNS);
    out_string(&terminal, " ");
    print_event(record);
    out_string(&terminal, "\n");
}

/* The records from `from` on are in the buffer, `word` says which. */
static bool ask(uint64_t from, struct answer *answer)
{
    *answer = system_ask(INIT_TRACE_READ, from);
    if (answer->status != STATUS_OK)
        return say_no_control();
    if (answer->result == SERVICE_OK)
        return true;
    out_string(&terminal, "There is no trace yet: 'trace on' begins one.\n");
    return false;
}

/* Up to record number `last`; false: it was overwritten meanwhile. */
static bool show(uint64_t from, uint64_t last)
{
    static struct thole_trace_record record[RECORDS_A_PAGE];
    while (from <= last) {
        struct answer answer;
        out_flush(&terminal);
        if (!ask(from, &answer))
            return false;
        uint64_t count = answer.word[1] < RECORDS_A_PAGE ? answer.word[1] : RECORDS_A_PAGE;
        if (answer.word[0] != from || count == 0) {
            out_string(&terminal, "What follows was overwritten: end the trace first.\n");
            return false;
        }
        system_copy(record, sizeof(record));
        for (uint64_t i = 0; i < count && from <= last; i++, from++)
            print_record(&record[i]);
    }
    return true;
}

static bool show_last(uint64_t wanted)
{
    struct answer answer;
    if (!ask(0, &answer))
        return false;
    uint64_t oldest = answer.word[2], last = answer.word[3];
    uint64_t there = last + 1 - oldest;
    read_names();
    out_string(&terminal, "    TIME(us)  TOOK CORE RAN              THEN             EVENT\n");
    return show(wanted < there ? last + 1 - wanted : oldest, last);
}

static bool say_switched(struct answer answer, bool on)
{
    if (answer.status != STATUS_OK)
        return say_no_control();
    if (answer.result == SERVICE_ALREADY)
        out_sentence(&terminal, "The trace is ", on ? "on" : "off", " already.\n", NULL);
    else if (answer.result == SERVICE_NO_MEMORY)
        out_string(&terminal, "There is no memory left for a trace: it takes 2 MiB.\n");
    else if (answer.result != SERVICE_OK)
        out_string(&terminal, "The kernel refuses to be traced.\n");
    return answer.result == SERVICE_OK;
}

bool command_trace(int words, char **word)
{
    uint64_t wanted = RECORDS_SHOWN;
    out_flush(&terminal);
    if (words == 2 && strcmp(word[1], "on") == 0)
        return say_switched(system_ask(INIT_TRACE, 1), true);
    if (words == 2 && strcmp(word[1], "off") == 0)
        return say_switched(system_ask(INIT_TRACE, 0), false);
    if (words == 2 && !words_number(word[1], &wanted)) {
        out_sentence(&terminal, "'", word[1], "' is neither on, off, nor a number of records.\n",
                     NULL);
        return false;
    }
    return show_last(wanted);
}
