/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_exhaustive: every sequence of --depth events of a small alphabet, in a
 * tiny world of a client, a thread with a budget, a passive server and init.
 * A state that was met before with as many events to go is not gone into again.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <thole/boot.h>

#include "compare.h"

#define DEPTH_MAX 8
#define SEEN_BITS 22

/* Slots of the table that all share: see world_tiny. */
enum { TABLE = 1, ENDPOINT, CLIENT, OTHER, SERVER, CLIENT_TIME, OTHER_TIME, BELL, EMPTY_SLOT };

struct letter {
    const char *name;
    unsigned number; /* of the system call; 0: another event */
    uint64_t reg[9];
};

#define OPERATION(slot, label, ...) SYSCALL_CALL, \
    { slot, (uint64_t)(label) << THOLE_TAG_LABEL_SHIFT | 6, __VA_ARGS__ }
#define MESSAGE(call, slot, slots) call, { slot, 1, 7, 0, 0, 0, 0, 0, slots }

/* What the thread that runs does, init too: it finds other things in its slots, or nothing. */
static const struct letter letter[] = {
    { "call", MESSAGE(SYSCALL_CALL, ENDPOINT, 0) },
    { "try_call", MESSAGE(SYSCALL_TRY_CALL, ENDPOINT, 0) },
    { "reply_recv", MESSAGE(SYSCALL_REPLY_RECV, ENDPOINT, 0) },
    { "recv", MESSAGE(SYSCALL_RECV, ENDPOINT, 0) },
    { "recv aside", MESSAGE(SYSCALL_RECV, ENDPOINT, EMPTY_SLOT) },
    { "try_recv", MESSAGE(SYSCALL_TRY_RECV, ENDPOINT, 0) },
    { "answer", MESSAGE(SYSCALL_CALL, EMPTY_SLOT, 0) },
    { "yield", SYSCALL_YIELD, { 0 } },
    { "exit", SYSCALL_EXIT, { 0 } },
    { "signal", OPERATION(BELL, NOTIFICATION_SIGNAL, 0) },
    { "cancel client", OPERATION(CLIENT, THREAD_CANCEL, 0) },
    { "suspend client", OPERATION(CLIENT, THREAD_SUSPEND, 0) },
    { "resume client", OPERATION(CLIENT, THREAD_RESUME, 0) },
    { "suspend server", OPERATION(SERVER, THREAD_SUSPEND, 0) },
    { "resume server", OPERATION(SERVER, THREAD_RESUME, 0) },
    { "unbind other", OPERATION(OTHER, THREAD_BIND_TIME, 0) },
    { "bind server", OPERATION(SERVER, THREAD_BIND_TIME, OTHER_TIME) },
    { "delete client", OPERATION(TABLE, CAPTABLE_DELETE, CLIENT) },
    { "delete server", OPERATION(TABLE, CAPTABLE_DELETE, SERVER) },
    { "delete time", OPERATION(TABLE, CAPTABLE_DELETE, CLIENT_TIME) },
    { "delete endpoint", OPERATION(TABLE, CAPTABLE_DELETE, ENDPOINT) },
    { "delete reply", OPERATION(TABLE, CAPTABLE_DELETE, EMPTY_SLOT) },
    { "close", OPERATION(TABLE, CAPTABLE_CLOSE, ENDPOINT) },
    { "cancel badge", OPERATION(TABLE, CAPTABLE_CANCEL_BADGE, ENDPOINT, 0) },
    { "200 ticks", 0, { 200 } },
    { "1000 ticks", 0, { 1000 } },
};
#define LETTERS (sizeof(letter) / sizeof(letter[0]))

static struct snapshot *level[DEPTH_MAX + 1];
static unsigned word[DEPTH_MAX], length, depth = 5, count = 1;
static uint64_t *met, steps, cut;

static void tell_word(int signal)
{
    (void)signal;
    story_tell();
    fprintf(stderr, "the events:");
    for (unsigned at = 0; at <= length && at < depth; at++)
        fprintf(stderr, " [%s]", letter[word[at]].name);
    fprintf(stderr, "\n");
    _exit(1);
}

/* Was this state met with as many events to go? It is from now on. */
static bool was_met(unsigned to_go)
{
    uint64_t hash = state_hash() * 31 + to_go + 1, at = hash >> (64 - SEEN_BITS);

    while (met[at] != 0) {
        if (met[at] == hash)
            return true;
        at = (at + 1) % (1u << SEEN_BITS);
    }
    met[at] = hash;
    return false;
}

/* On the first core that has a thread, or something to do. */
static void happen(const struct letter *what)
{
    if (what->number != 0)
        event_system_call(what->number, what->reg);
    else
        event_time(what->reg[0]);
    steps++;
}

static void all_words(void)
{
    snapshot_take(level[length]);
    for (unsigned each = 0; each < LETTERS; each++) {
        if (each != 0)
            snapshot_restore(level[length]);
        word[length] = each;
        happen(&letter[each]);
        if (model.dead || length + 1 == depth)
            continue;
        if (was_met(depth - length - 1)) {
            cut++;
            continue;
        }
        length++;
        all_words();
        length--;
    }
}

int main(int argc, char **argv)
{
    for (int at = 1; at + 1 < argc; at += 2) {
        if (strcmp(argv[at], "--depth") == 0)
            depth = (unsigned)strtoul(argv[at + 1], NULL, 0);
        else if (strcmp(argv[at], "--cores") == 0)
            count = (unsigned)strtoul(argv[at + 1], NULL, 0);
    }
    if (depth == 0 || depth > DEPTH_MAX || count == 0 || count > MODEL_CORES)
        return 2;
    if (!short_way_open())
        return 2;
    signal(SIGABRT, tell_word);
    invariants_every = 512;
    met = calloc(1u << SEEN_BITS, sizeof(*met));
    world_make(WORLD_TINY, count);
    for (unsigned each = 0; each <= depth; each++)
        level[each] = snapshot_new();
    event_system_call(SYSCALL_YIELD, letter[0].reg); /* init waits: the others run */
    all_words();
    world_check_outside();
    printf("%zu letters, %u events: %llu steps, %llu times a state met before\n", LETTERS, depth,
           (unsigned long long)steps, (unsigned long long)cut);
    return 0;
}
