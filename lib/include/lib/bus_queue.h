/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server of a bus which does one request at a time: others wait in the order they
 * came, one of each client. A second request of a client says that the one who made the
 * first is gone, and what was read for that one is for nobody.
 *
 * The device is looked at when it interrupts, and after a time that its driver says; and
 * what does not end by its limit is given up.
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

#define BUS_GOES_ON UINT64_MAX /* in place of an error */

/* What a driver's device does. An error is 0 for none, or the protocol's own. */
struct bus_master {
    /* Copies what goes out, and begins. How long it may take at most, in ns. */
    uint64_t (*begin)(const struct bus_request *request);
    /* After how long the device is looked at, if it does not interrupt, in ns. */
    uint64_t (*look)(const struct bus_request *request);
    /* Moves what can be moved: BUS_GOES_ON, or how it ended. */
    uint64_t (*go_on)(void);
    void (*give_up)(void);
    /* It has ended; `wanted`: what came is to be copied to the client. */
    void (*ended)(const struct bus_request *request, uint64_t error, bool wanted);
    uint64_t no_end;  /* the error of what was given up */
    bool tells_error; /* as the answer's word */
};

struct bus_server {
    const struct bus_master *master;
    struct bus_request waiting[STARTUP_EDGE_MAX]; /* by the client's edge */
    uint64_t order;
    struct bus_request active; /* on the bus */
    uint64_t deadline;         /* of it */
};

/* An operation's result: SERVER_LATER, or BUSY. */
uint32_t bus_transfer(struct bus_server *bus, const struct request *request);
/* A client begins: what waits of it or is on the bus was for the one before. */
void bus_forget(struct bus_server *bus, const struct startup_edge *client);
/* The line may be shared with other controllers: often there is nothing to do. */
void bus_interrupt(struct bus_server *bus);
void bus_timer(struct bus_server *bus, uint64_t now);
