/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library's surroundings for host tests of servers' and drivers' main.c: a
 * startup page that the test fills, and records of what the program asked for. A
 * test file includes the program's main.c with `main` renamed, so that it may also
 * clear the program's state as a restart does.
 */
#pragma once
#include <lib/server.h>

#define FAKE_ANSWERS 64
#define FAKE_LOG     256
#define FAKE_CONFIG  4

struct fake_answer {
    unsigned reply;
    uint32_t result;
    unsigned words;
    uint64_t word[6];
};

struct fake {
    struct startup startup;
    const struct server *server;             /* that the program runs */
    uint64_t now;                            /* ticks, which are nanoseconds */
    uint64_t armed;                          /* deadline of its timer; 0: not armed */
    unsigned signals[STARTUP_EDGE_MAX];      /* sent over each edge */
    unsigned slots;                          /* still free for replies */
    unsigned reserved;                       /* by the request being handled */
    struct fake_answer answer[FAKE_ANSWERS]; /* given later, in order */
    unsigned answers;
    void (*on_answer)(void);                 /* what the one that is answered does at once; NULL: nothing */
    unsigned logs;
    char log[FAKE_LOG]; /* the last line */
    size_t registers;   /* bytes of the device's; 0: it has none */
    uint32_t period_ms; /* config; 0: not said */
    uint32_t seconds;   /* the same */
    struct {
        const char *name; /* NULL: no more */
        uint32_t value;
    } config[FAKE_CONFIG];
};

extern struct fake fake;

/* A new world; and an edge in it, with a buffer that the caller owns. */
void fake_reset(void);
struct startup_edge *fake_edge(uint32_t kind, const char *name, void *buffer, size_t bytes);
/* Runs the program's main up to its loop and then its start; what main returned, or -1. */
int fake_start(int (*program)(void));
/* A request of a client; fills word[] with the answer. SERVER_LATER: the reply is fake.reserved. */
uint32_t fake_request(const struct startup_edge *client, uint32_t operation, uint64_t word[6]);
void fake_signal(const struct startup_edge *edge);
