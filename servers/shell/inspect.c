/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server has: its thread and time, and its capabilities. Init answers in
 * pieces; a server that is restarted in between is told as such, so that what is
 * shown is of one incarnation.
 */
#include <service/result.h>
#include <stddef.h>
#include <thole/object.h>

#include "commands.h"
#include "system.h"
#include "terminal.h"

#define BADGE_COLUMNS   18 /* 0x and sixteen digits */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A request about a server, and if it was refused what is said. */
static bool ask(enum init_operation operation, const char *name, uint64_t word,
                struct answer *answer)
{
    out_flush(&terminal);
    *answer = system_ask_about(operation, name, word);
    if (answer->status != STATUS_OK)
        return say_no_control();
    return answer->result == SERVICE_OK || say_no_server(name);
}

static bool say_restarted(const char *name)
{
    out_sentence(&terminal, name, " was restarted meanwhile: ask again.\n", NULL);
    return false;
}

static void print_number(uint64_t number, size_t width)
{
    out_string(&terminal, " ");
    out_right(&terminal, number, width);
}

/* The name of an enumerator, as words: SCHED_CONTEXT is sched-context. */
static void print_word(const char *name, size_t width)
{
    char word[24];
    size_t size = 0;
    for (; name[size] != '\0' && size < sizeof(word); size++)
        word[size] = (char)(name[size] == '_' ? '-' : name[size] | 0x20);
    out_left(&terminal, word, size, width);
}

/* --- Threads and time ------------------------------------------------------------------- */

static const char *fault_text(uint32_t fault)
{
    switch (fault) {
#define FAULT_X(number, NAME, text) \
    case number:                    \
        return text;
        THOLE_FAULTS(FAULT_X)
#undef FAULT_X
    }
    return "an unknown fault";
}

static void print_calling(const struct init_thread *thread)
{
    if (thread->flags & THREAD_FLAG_FAULTED)
        out_sentence(&terminal, "faulted: ", fault_text(thread->fault), NULL);
    else
        out_sentence(&terminal, "waits for an answer",
                     thread->called[0] != '\0' ? " of " : "", thread->called, NULL);
}

static void print_state(const struct init_thread *thread)
{
    if (thread->flags & THREAD_FLAG_SUSPENDED)
        out_string(&terminal, "suspended, ");
    if (thread->state == THREAD_CALLING)
        print_calling(thread);
    else if (thread->state == THREAD_RECEIVING)
        out_string(&terminal, "waits for a message");
    else if (thread->state == THREAD_STRANDED)
        out_string(&terminal, "has no time to run on");
    else if (thread->state == THREAD_STOPPED)
        out_string(&terminal, "stopped");
    else if (thread->flags & THREAD_FLAG_SPENT)
        out_string(&terminal, "out of time until its next period");
    else
        out_string(&terminal, "ready, or runs");
    if (thread->flags & THREAD_FLAG_LENT)
        out_string(&terminal, ", on lent time");
    if (thread->flags & THREAD_FLAG_OWES)
        out_string(&terminal, ", owes a reply");
    out_string(&terminal, "\n");
}

static void print_thread(uint64_t index, const struct init_thread *thread)
{
    out_right(&terminal, index, 6);
    print_number(thread->ceiling, 7);
    print_number(thread->grace, 11);
    out_string(&terminal, "  ");
    print_state(thread);
}

static bool print_threads(const char *name)
{
    uint64_t incarnation = 0;
    for (uint64_t index = 0;; index++) {
        struct init_thread thread;
        struct answer answer;
        if (!ask(INIT_THREAD, name, index, &answer))
            return false;
        if (index == 0)
            incarnation = answer.word[1];
        else if (incarnation != answer.word[1])
            return say_restarted(name);
        if (index >= answer.word[0]) {
            if (index == 0)
                out_sentence(&terminal, name, " has no thread now.\n", NULL);
            return true;
        }
        if (index == 0)
            out_string(&terminal, "THREAD CEILING       GRACE  STATE\n");
        system_copy(&thread, sizeof(thread));
        thread.called[sizeof(thread.called) - 1] = '\0';
        print_thread(index, &thread);
    }
}

static void print_time(const struct init_time *time)
{
    static const char *const kind[TIME_KINDS] = {
        [TIME_OWN] = "own", [TIME_EVENTS] = "events", [TIME_INTERRUPTS] = "interrupts"};
    out_left(&terminal, time->kind < TIME_KINDS ? kind[time->kind] : "?", 10, 10);
    print_number(time->priority, 4);
    print_number(time->core, 4);
    print_number(time->budget, 11);
    print_number(time->period, 11);
    print_number(time->left, 11);
    print_number(time->used, 14);
    out_string(&terminal, "\n");
}

static bool print_times(const char *name)
{
    for (uint64_t index = 0; index < TIME_KINDS; index++) {
        struct init_time time;
        struct answer answer;
        if (!ask(INIT_TIME, name, index, &answer))
            return false;
        if (index >= answer.word[0])
            break;
        if (index == 0)
            out_string(&terminal, "TIME       PRIO CORE      BUDGET      PERIOD        LEFT"
                                  "           USED\n");
        system_copy(&time, sizeof(time));
        print_time(&time);
    }
    return true;
}

bool command_threads(int words, char **word)
{
    (void)words;
    return print_threads(word[1]) && print_times(word[1]);
}

/* --- Capabilities -------------------------------------------------------------------------- */

static const char *type_name(uint32_t type)
{
    static const char *const name[] = {
#define OBJECT_X(number, NAME, size, text) [number] = #NAME,
        THOLE_OBJECTS(OBJECT_X)
#undef OBJECT_X
    };
    return type < COUNT_OF(name) ? name[type] : "?";
}

/* One letter each, in the order of the bits; - where a right is missing. */
static void print_rights(uint32_t rights)
{
    static const char letter[] = "SRGCrwx";
    for (unsigned bit = 0; bit < sizeof(letter) - 1; bit++)
        out_bytes(&terminal, rights >> bit & 1 ? &letter[bit] : "-", 1);
}

static void print_place(const struct init_capability *cap)
{
    if (cap->address != 0) {
        out_string(&terminal, " at ");
        out_hex(&terminal, cap->address);
    }
    if (cap->bytes != 0) {
        out_string(&terminal, ", ");
        out_number(&terminal, cap->bytes);
        out_string(&terminal, " bytes");
    }
}

static void print_origin(const struct init_capability *cap)
{
    static const char *const what[] = {
        [ORIGIN_UNKNOWN] = "came with a message",
        [ORIGIN_OWN] = "its own",
        [ORIGIN_CALL] = "calls ",
        [ORIGIN_CONTROL] = "controls the system through ",
        [ORIGIN_SIGNAL] = "signals ",
        [ORIGIN_REPLY] = "answers a message that was set aside",
        [ORIGIN_PRIVATE] = "its own memory",
        [ORIGIN_BUFFER] = "buffer shared with ",
        [ORIGIN_DEVICE] = "registers of ",
        [ORIGIN_DMA] = "memory shared with ",
    };
    out_sentence(&terminal, cap->origin < COUNT_OF(what) ? what[cap->origin] : "?", cap->of, NULL);
    print_place(cap);
    out_string(&terminal, "\n");
}

static void print_badge(uint64_t badge)
{
    char digits[BADGE_COLUMNS];
    struct out out = {digits, 0, sizeof(digits), NULL};
    out_hex(&out, badge);
    out_string(&terminal, " ");
    out_left(&terminal, digits, out.size, sizeof(digits));
}

/* What is not in its table has neither slot nor badge nor depth of its own. */
static void print_capability(const struct init_capability *cap)
{
    if (cap->slot != 0)
        out_right(&terminal, cap->slot, 4);
    else
        out_string(&terminal, "   -");
    out_string(&terminal, " ");
    print_word(type_name(cap->type), 13);
    out_string(&terminal, " ");
    print_rights(cap->rights);
    if (cap->slot != 0) {
        print_badge(cap->badge);
        print_number(cap->depth, 5);
    } else {
        out_string(&terminal, " -                      -");
    }
    out_string(&terminal, "  ");
    print_origin(cap);
}

/* What the buffer holds, one by one: it is init's, but was copied before it is looked at. */
static void print_capabilities(uint64_t count)
{
    static struct init_capability cap[4096 / sizeof(struct init_capability)];
    size_t bytes = system_copy(cap, sizeof(cap));
    for (uint64_t i = 0; i < count && (i + 1) * sizeof(cap[0]) <= bytes; i++) {
        cap[i].of[sizeof(cap[i].of) - 1] = '\0';
        print_capability(&cap[i]);
    }
}

bool command_caps(int words, char **word)
{
    uint64_t position = 0, incarnation = 0;
    (void)words;
    do {
        struct answer answer;
        if (!ask(INIT_CAPABILITIES, word[1], position, &answer))
            return false;
        if (position == 0 && !answer.word[3]) {
            out_sentence(&terminal, word[1], " does not run: it holds nothing.\n", NULL);
            return true;
        }
        if (position == 0)
            out_string(&terminal, "SLOT OBJECT        RIGHTS  BADGE              DEPTH  WHAT\n");
        else if (!answer.word[3] || incarnation != answer.word[2])
            return say_restarted(word[1]);
        incarnation = answer.word[2];
        print_capabilities(answer.word[0]);
        position = answer.word[1];
    } while (position != 0);
    return true;
}
