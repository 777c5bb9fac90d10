/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What holds between any two events, whatever programs did: checked on the
 * whole kernel, from the capabilities down, after every event of every test.
 * A broken one ends the test with a sentence.
 *
 * known.c finds what there is; derivation.c, threads.c, events.c and mappings.c
 * judge it.
 */
#pragma once
#include "kernel/core.h"
#include "kernel/object/address_space.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/event_object.h"
#include "kernel/object/object.h"
#include "kernel/object/thread.h"
#include "sim.h"

/* Init's table is where the search begins: it is the only table not made by retype. */
void invariants_start(struct core *core, struct slot *init_table, unsigned table_bits);
void invariants_check(void);

/* --- Between the files of the invariants ----------------------------------------- */

#define KNOWN_TABLES  512
#define KNOWN_OBJECTS 8192
#define KNOWN_SLOTS   16384 /* twice as many as there can be slots in use */

struct known_object {
    enum thole_object type;
    void *object;            /* as the kernel sees it; NULL for memory and authorities */
    const struct slot *original;
    const struct slot *parent;
};

struct known {
    struct core *core;
    struct slot *init_table;
    unsigned init_table_bits;
    struct { struct slot *base; unsigned count; } table[KNOWN_TABLES];
    unsigned tables;
    struct known_object object[KNOWN_OBJECTS];
    unsigned objects;
    const struct slot *slot[KNOWN_SLOTS]; /* every slot in use, a hash table */
    uint16_t by_address[KNOWN_SLOTS];     /* objects by address, their index + 1, likewise */
    unsigned slots;
};
extern struct known known;

#define REQUIRE(condition, ...)                                       \
    do {                                                              \
        if (!(condition))                                             \
            sim_fail("broken invariant: " __VA_ARGS__);             \
    } while (0)

/* Fills `known`, judging the derivation tree on the way. */
void known_find(void);
/* The object of this type at this address, or NULL. */
const struct known_object *known_object(enum thole_object type, const void *object);
void derivation_check(const struct slot *slot, const struct slot *parent);
/* Is it the `sender` of an object that lives? */
bool known_sender(struct sender *sender);
void threads_check(void);  /* threads, endpoints, SchedContexts, the scheduler */
void events_check(void);   /* events, lines, deadlines */
void mappings_check(void); /* translation and its book-keeping */
