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
    /* in: bytes. Extends the heap; out: its new end. NO_MEMORY: the quota is used up. */
    INIT_GROW = 1,

    /* Control. Names and paths: in: bytes of the string in the buffer. */
    INIT_SERVER = 16,    /* in: index from 0. struct init_server in the buffer. NOT_FOUND past the last */
    INIT_START,          /* name. ALREADY, NOT_FOUND, FAILED */
    INIT_STOP,           /* name. ALREADY, NOT_FOUND, NOT_PERMITTED */
    INIT_RESTART,        /* name. A clean stop and start, counted as no failure */
    INIT_KILL,           /* name. As if it had faulted now: supervision acts */
    INIT_TREE,           /* in: offset. out: bytes in the buffer, bytes of the whole merged tree */
    INIT_OWNER,          /* path of a node. Name of the server that owns it in the buffer; NOT_FOUND: nobody */
    INIT_MEMORY,         /* struct init_memory in the buffer */
    INIT_POWER_OFF,
    INIT_RESET,
    INIT_VERSION,        /* text in the buffer; out: its bytes */
};

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
