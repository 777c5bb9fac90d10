/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to init on SLOT_INIT, which every program has, and the control
 * protocol, which only programs whose node has `system-control` are given: as
 * a use named "system" with a buffer, in which names, paths and structs travel
 * from its first byte.
 */
#pragma once
#include <stdint.h>

#include <service/startup.h>

enum init_operation {
    /*
     * in: bytes; 0 changes nothing, and shows that init answers. Extends the heap; out: its
     * new end. NO_MEMORY: the quota is used up.
     */
    INIT_GROW = 1,
    /*
     * in: bit of one of the asker's edges (struct startup_edge). out: enum server_state of who is
     * at its other end. NOT_FOUND. So who is told PEER_STOPPED learns whether a server waits for
     * its restart, or does not come by itself any more.
     */
    INIT_PEER,

    /* Control. Names and paths: in: bytes of the string in the buffer. */
    INIT_SERVER = 16,    /* in: index from 0. struct init_server in the buffer. NOT_FOUND past the last */
    INIT_START,          /* name. ALREADY, NOT_FOUND, FAILED */
    INIT_STOP,           /* name. ALREADY, NOT_FOUND, NOT_PERMITTED */
    INIT_RESTART,        /* name. A clean stop and start, counted as no failure */
    INIT_KILL,           /* name. As if it had faulted now: supervision acts */
    INIT_TREE,           /* in: offset. out: bytes in the buffer, bytes of the whole merged tree */
    INIT_OWNER,          /* path of a node. Name of the server that owns it in the buffer; NOT_FOUND: nobody */
    INIT_MEMORY,         /* struct init_memory in the buffer */
    INIT_POWER_OFF,      /* OK: the server with `system-power` was told to; it takes a moment */
    INIT_RESET,          /* likewise */
    INIT_VERSION,        /* text in the buffer; out: its bytes */

    /*
     * What a server has now: name, and a second word. NOT_FOUND: nobody has that name. The
     * incarnation in the answer is another if it was restarted between two requests.
     */
    INIT_THREAD,         /* index from 0. out: threads, incarnation; struct init_thread if there */
    INIT_TIME,           /* index from 0. out: times; struct init_time if there */
    /*
     * in: 0, then where the answer says that it goes on. out: structs init_capability in the
     * buffer, where it goes on (0: nowhere), incarnation, 1 if it is there (0: it has none now).
     */
    INIT_CAPABILITIES,

    /*
     * Time that all have used so far: an array of struct init_usage in the buffer, by the index
     * of INIT_SERVER; the last is init's own. out: how many, ticks since the kernel's start,
     * cores that run.
     */
    INIT_USAGE,

    /*
     * What the kernel does, thole/trace.h. INIT_TRACE: in: 1: from now on; 0: no more. ALREADY,
     * NO_MEMORY. What was recorded can be read until the next begins.
     * INIT_TRACE_READ: in: the number of a record. out: that of the first in the buffer, how many
     * struct thole_trace_record are there, and the numbers of the oldest and the newest that are
     * left. Fewer than fit: the next was just being overwritten. NOT_FOUND: there was no trace yet.
     */
    INIT_TRACE,
    INIT_TRACE_READ,
};

/* By which numbers records name threads. */
#define INIT_TRACE_NUMBER 1        /* init's own */
#define INIT_TRACE_NUMBER_SERVER 2 /* and on: servers, by the index of INIT_SERVER */

enum server_state {
    SERVER_RUNNING = 1,  /* its thread runs or can run */
    SERVER_WAITING,      /* between a failure and its restart */
    SERVER_STOPPED,      /* by request, or it ended by itself */
    SERVER_DISABLED,     /* by the tree: status, or no hardware, or what it needs is not there */
    SERVER_FAILED,       /* restarted too often, or cannot be started */
};

struct init_server {
    char name[STARTUP_NAME_BYTES];
    char why[96];              /* one sentence, empty if all is well */
    uint32_t state;            /* enum server_state */
    uint32_t restarts;         /* after failures, since boot */
    uint64_t memory_used;      /* bytes given out of its quota */
    uint64_t memory_quota;
    uint64_t time_ticks;       /* used on its own time contexts */
    uint32_t priority;
    uint32_t reserved;
};

enum init_time_kind { TIME_OWN, TIME_EVENTS, TIME_INTERRUPTS, TIME_KINDS };

struct init_thread {
    char called[STARTUP_NAME_BYTES]; /* whose answer it waits for; empty: not known, or none's */
    uint32_t state;            /* enum thole_thread_state */
    uint32_t flags;            /* enum thole_thread_flag */
    uint32_t ceiling;
    uint32_t fault;            /* enum thole_fault, if the flags say FAULTED */
    uint64_t grace;            /* ticks */
};

struct init_time {
    uint32_t kind;             /* enum init_time_kind: whose way of running it is lent to */
    uint32_t priority;
    uint32_t core;
    uint32_t reserved;
    uint64_t used;             /* ticks, by all incarnations */
    uint64_t budget;
    uint64_t period;
    uint64_t left;             /* of this period's budget; 0: it is spent */
};

/* What init knows of a capability. */
enum init_origin {
    ORIGIN_UNKNOWN,            /* it came with a message */
    ORIGIN_OWN,
    ORIGIN_CALL,               /* calls `of` */
    ORIGIN_CONTROL,            /* controls the system: calls init */
    ORIGIN_SIGNAL,             /* signals `of` */
    ORIGIN_REPLY,              /* answers a message that was set aside */
    /* Not in its table: memory that init has mapped for it. */
    ORIGIN_PRIVATE,            /* image, stack, heap, and what the kernel needs for it */
    ORIGIN_BUFFER,             /* shared with `of` */
    ORIGIN_DEVICE,             /* registers of `of` */
    ORIGIN_DMA,                /* memory that `of` reads and writes, too */
};

struct init_capability {
    char of[STARTUP_NAME_BYTES]; /* a server, `init`, or a device's node */
    uint32_t origin;           /* enum init_origin */
    uint32_t slot;             /* 0: not in its table */
    uint32_t type;             /* enum thole_object */
    uint32_t rights;           /* enum thole_right */
    uint32_t depth;            /* of derivation */
    uint32_t reserved;
    uint64_t badge;
    uint64_t address;          /* of memory; 0: at several */
    uint64_t bytes;
};

struct init_usage {
    uint64_t ticks[TIME_KINDS]; /* used by all incarnations */
    uint8_t core[TIME_KINDS];
    uint8_t reserved;
    uint32_t starts;           /* incarnations so far */
};

#define INIT_SERVERS_MAX 64    /* a system has no more; init itself comes on top */

struct init_memory {
    uint64_t ram;              /* all RAM the tree names */
    uint64_t kernel;           /* image, tables, stacks, trees, archive, init's first objects */
    uint64_t free;             /* in no use */
    uint64_t servers;          /* quotas of servers, their endpoints and shared buffers */
    uint64_t init;             /* init's own beyond that */
    uint64_t timer_frequency;
    uint32_t cores;
    uint32_t cores_running;
};
