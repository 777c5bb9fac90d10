/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that wait for a bus which does one at a time: in the order they came, one of
 * each client. A second request of a client says that the one who made the first is gone.
 */
#pragma once
#include <lib/server.h>

struct bus_request {
    const struct startup_edge *client;
    unsigned reply; /* 0: there is none */
    uint64_t order;
    uint64_t word[2]; /* the request's first two */
    bool forgotten; /* its client is gone: what it reads is for nobody */
};

struct bus_queue {
    struct bus_request waiting[STARTUP_EDGE_MAX]; /* by the client's edge */
    uint64_t order;
};

/* An operation's result: SERVER_LATER, or BUSY. */
uint32_t bus_queue_add(struct bus_queue *queue, const struct request *request);
/* Takes the one that came first; false: none waits. */
bool bus_queue_take(struct bus_queue *queue, struct bus_request *first);
/* A client begins: what waits of it, and `active` if it is its, was for the one before. */
void bus_queue_forget(struct bus_queue *queue, struct bus_request *active,
                      const struct startup_edge *client);
/* Does a request of that client wait? Then what it asked for before, nobody waits for. */
bool bus_queue_has(const struct bus_queue *queue, const struct startup_edge *client);
