/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who used how much time: the difference of two samples of what init counts. Time
 * belongs to a core, so a line is a server on a core, and the shares of a core's
 * lines add up to it. What a server does on lent time its client has used.
 */
#include <lib/string.h>
#include <service/result.h>
#include <stddef.h>

#include "commands.h"
#include "pause.h"
#include "system.h"
#include "terminal.h"
#include "words.h"

#define ENTRIES       (INIT_SERVERS_MAX + 1) /* init comes last */
#define CORES         64
#define ROWS          (ENTRIES * TIME_KINDS + CORES)
#define NS_PER_MS     1000000u
#define PER_MILLE     1000u
#define IDLE          ENTRIES /* in place of an entry's index */
#define NAME_COLUMNS  16

struct sample {
    uint64_t ticks;          /* since the kernel's start */
    uint64_t entries;
    uint64_t cores;
    struct init_usage of[ENTRIES];
};

struct row {
    uint64_t ticks;
    uint16_t entry;
    uint8_t core;
};

static struct sample last; /* all zero: the machine's start */

static struct {
    struct row row[ROWS];
    unsigned count;
} table;

static bool take_sample(struct sample *sample)
{
    struct answer answer = system_ask(INIT_USAGE, 0);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return say_no_control();
    sample->entries = answer.word[0] < ENTRIES ? answer.word[0] : ENTRIES;
    sample->ticks = answer.word[1];
    sample->cores = answer.word[2] < CORES ? answer.word[2] : CORES;
    system_copy(sample->of, sample->entries * sizeof(sample->of[0]));
    return true;
}

/* --- The table ---------------------------------------------------------------------------- */

static struct row *row_of(unsigned entry, unsigned core)
{
    for (unsigned i = 0; i < table.count; i++) {
        if (table.row[i].entry == entry && table.row[i].core == core)
            return &table.row[i];
    }
    table.row[table.count] = (struct row){0, (uint16_t)entry, (uint8_t)core};
    return &table.row[table.count++];
}

/* What each has used between the samples, and what is left of each core. */
static void fill(const struct sample *before, const struct sample *after)
{
    uint64_t elapsed = after->ticks - before->ticks, used[CORES] = {0};
    table.count = 0;
    for (unsigned entry = 0; entry < after->entries; entry++) {
        for (unsigned kind = 0; kind < TIME_KINDS; kind++) {
            uint64_t ticks = after->of[entry].ticks[kind] - before->of[entry].ticks[kind];
            unsigned core = after->of[entry].core[kind] % CORES;
            used[core] += ticks;
            if (ticks != 0)
                row_of(entry, core)->ticks += ticks;
        }
    }
    for (unsigned core = 0; core < after->cores; core++)
        row_of(IDLE, core)->ticks = used[core] < elapsed ? elapsed - used[core] : 0;
}

static void sort(void)
{
    for (unsigned i = 1; i < table.count; i++) {
        struct row row = table.row[i];
        unsigned at = i;
        for (; at > 0 && table.row[at - 1].ticks < row.ticks; at--)
            table.row[at] = table.row[at - 1];
        table.row[at] = row;
    }
}

/* --- Showing -------------------------------------------------------------------------------- */

static void print_name(unsigned entry, const struct sample *after)
{
    struct init_server server;
    const char *name = "?";
    if (entry == IDLE)
        name = "idle";
    else if (entry + 1 == after->entries)
        name = "init";
    else if (system_server(entry, &server))
        name = server.name;
    out_left(&terminal, name, STARTUP_NAME_BYTES, NAME_COLUMNS);
}

/* Parts of a hundred with one digit behind the point. */
static void print_share(uint64_t ticks, uint64_t elapsed)
{
    uint64_t share = elapsed != 0 ? ticks * PER_MILLE / elapsed : 0;
    out_right(&terminal, share / 10, 5);
    out_string(&terminal, ".");
    out_number(&terminal, share % 10);
    out_string(&terminal, "%");
}

static void print_row(const struct row *row, const struct sample *before,
                      const struct sample *after)
{
    print_name(row->entry, after);
    out_right(&terminal, row->core, 5);
    print_share(row->ticks, after->ticks - before->ticks);
    out_right(&terminal, program_ns_from_ticks(row->ticks) / NS_PER_MS, 10);
    if (row->entry != IDLE && before->entries != 0 &&
        after->of[row->entry].starts != before->of[row->entry].starts)
        out_string(&terminal, "  restarted meanwhile");
    out_string(&terminal, "\n");
}

static void show(const struct sample *before, const struct sample *after)
{
    fill(before, after);
    sort();
    out_string(&terminal, before->entries != 0 ? "over " : "since the start, over ");
    out_seconds(&terminal, program_ns_from_ticks(after->ticks - before->ticks));
    out_string(&terminal, " s\nNAME             CORE  SHARE   CPU(ms)\n");
    for (unsigned i = 0; i < table.count; i++)
        print_row(&table.row[i], before, after);
}

bool command_top(int words, char **word)
{
    static struct sample now;
    uint64_t ns;
    if (words == 2) {
        if (!words_seconds(word[1], &ns)) {
            out_sentence(&terminal, "'", word[1], "' is not a number of seconds.\n", NULL);
            return false;
        }
        if (!take_sample(&last))
            return false;
        out_flush(&terminal);
        pause_by_clock(ns);
    }
    if (!take_sample(&now))
        return false;
    show(&last, &now);
    last = now;
    return true;
}
