/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The servers, the edges between them, and their incarnations.
 *
 * A server is made once, out of a page that holds its kernel objects: endpoint,
 * notification, timer, time. They live as long as the system, so clients hold
 * capabilities of them that never go stale. An incarnation is what dies and is
 * made anew, out of one quota, in two parts: its life is what the program ran on
 * and could put capabilities into, and goes with it; its body is memory where it
 * is mapped, and may be used by the next when what the program could write is
 * pristine again. Revoking the quota takes both.
 */
#pragma once
#include <service/init.h>
#include <service/result.h>

#include "checker/system.h"
#include "checker/text.h"
#include "memory.h"

/* Badges of init's own endpoint: what it is, and of which server. */
enum badge_kind { BADGE_REQUEST = 1, BADGE_CONTROL, BADGE_FAULT, BADGE_PROBE };
#define BADGE(kind, index) ((uint64_t)(kind) << 8 | (index))
#define BADGE_KIND(badge)  ((badge) >> 8)
#define BADGE_INDEX(badge) ((badge) & 0xff)

#define PROGRAM_TABLE_BITS 6
#define PROGRAM_SLOTS      (1u << PROGRAM_TABLE_BITS)

struct incarnation {
    struct quota quota;
    uint16_t holdings;     /* slots in init's table: the table of all that it is made of, */
    uint16_t space;
    uint16_t life;         /* the Untyped page of the next two: */
    uint16_t table;        /* the program's CapTable, */
    uint16_t thread;
    bool whole;            /* all of the body is there, as the program got it */
    uint32_t held;         /* slots of `holdings` that are in use: the last one */
    uint32_t holdings_max;
    uint32_t mirrored;     /* pages of the server's mirror that are mapped */
    uint64_t entry;
    uint64_t heap_end;
};

/*
 * Init's view of the pages of an incarnation that change: of each writable segment in
 * turn, of the stack, and the startup page. A server has one program for good, so it
 * has as many in each incarnation.
 */
struct mirror {
    char *start;
    uint32_t pages;
};

enum power_way { POWER_WAY_OFF, POWER_WAY_RESET, POWER_WAYS };

struct server {
    const struct system_server *tree; /* what its node says */
    uint16_t endpoint;     /* slots in init's table, for the life of the system */
    uint16_t fault;        /* init's endpoint, with a badge that names this server */
    uint16_t notification;
    uint16_t start_signal; /* the same, with the badge of the start signal */
    uint16_t power_signal[POWER_WAYS]; /* likewise; 0: it has no say in it */
    uint16_t timer;
    uint16_t time;         /* 0: it has none */
    uint16_t event_time;
    uint16_t interrupt_time;
    uint16_t interrupt[STARTUP_INTERRUPT_MAX];
    uint16_t dma_frames;   /* in a row; 0: it has no memory for its device */
    uint64_t dma_bus;      /* the device's address of the first */
    uint8_t edge_count;    /* how many edges have it as a side: the next takes this bit */
    bool made;             /* the above is there */
    bool attached;         /* its lines fire */
    bool alive;            /* the incarnation below is there, in part at least */
    bool dying;            /* its end waits for lent time */
    bool start_wanted;     /* when that has come home, or the back-off is over */
    enum server_state state;
    uint32_t starts;       /* incarnations so far */
    uint32_t restarts;     /* of them after failures */
    uint32_t failures;     /* entries of failure_at that count */
    uint64_t retry_at;     /* ticks; 0: nothing is to be tried */
    uint64_t failure_at[SYSTEM_RESTARTS_MAX + 1];
    struct mirror mirror;
    struct incarnation now;
    char why[96];          /* one sentence for `ps`; empty if all is well */
};

#define EDGE_INIT 0xff /* in place of a server's index: init itself */

/* Where the edge is in the incarnation of one side. */
struct edge_place {
    uint16_t call;          /* slots of the program's table; 0: none */
    uint16_t signal;
    uint64_t buffer;        /* address */
    bool given;             /* false: it is nowhere */
};

struct edge {
    const char *use_name;   /* what the client calls it */
    const struct system_use *use; /* where it comes from; NULL: init made it by itself */
    uint8_t client, server; /* indices, or EDGE_INIT */
    uint8_t client_bit, server_bit;
    bool optional;
    bool read_only;
    uint16_t frames;        /* slots in init's table, in a row */
    uint16_t pages;
    uint16_t signal;        /* init's own way to signal the server; 0: none */
    struct edge_place in_client, in_server;
};

#define EDGES_MAX (SYSTEM_SERVERS_MAX * STARTUP_EDGE_MAX / 2 + 2 * SYSTEM_SERVERS_MAX)

struct init {
    const struct boot_info *info;
    struct system system;
    struct server server[SYSTEM_SERVERS_MAX];
    unsigned edge_count;
    struct edge edge[EDGES_MAX];
    const void *tree;       /* merged */
    uint16_t timer;         /* init's own */
    uint16_t work_frame;    /* slots for what is being made: a frame, */
    uint16_t work_copy;     /* a copy of it, */
    uint16_t work_table;    /* and a page table on the way to it */
    uint16_t log_frames;
    void *control_buffer[SYSTEM_SERVERS_MAX]; /* of servers with system-control */
    bool booted;            /* from now on servers run, and a console may show lines */
};
extern struct init init;

static inline unsigned index_of(const struct server *server)
{
    return (unsigned)(server - init.server);
}

static inline void name_copy(char to[STARTUP_NAME_BYTES], const char *from)
{
    struct text text = text_in(to, STARTUP_NAME_BYTES);

    text_format(&text, "%s", from);
}

/* All that can fail answers NULL, or says in a sentence (static storage) what is wrong. */
typedef const char *wrong_t;
wrong_t wrong_of(enum thole_result result);
wrong_t quota_wrong(enum thole_result result);

/* --- server.c: what lives as long as the system ---------------------------- */

wrong_t server_make(struct server *server);
wrong_t server_attach(struct server *server);
void state_set(struct server *server, enum server_state state, const char *why, ...)
    __attribute__((format(printf, 3, 4)));
struct server *server_named(const char *name);
/* Does `server` need `other`, itself or through servers it uses? */
bool server_needs(const struct server *server, const struct server *other);

/* --- device.c ----------------------------------------------------------------- */

/* Makes the frames of a server's registers. */
wrong_t device_make(const struct server *server);
/* Where the index-th region begins in a program's memory. */
uint64_t device_place(const struct server *server, unsigned index);
/* Maps them into a new incarnation, and says where. */
wrong_t device_give(struct server *server, struct startup *startup);

/* --- probe.c ------------------------------------------------------------------- */

/* For the checker (struct system_input), before servers have registers. */
const char *probe_virtio(void *context, uint64_t registers, uint32_t *device);
/* What that took is given back. */
void probe_end(void);

/* --- dma.c --------------------------------------------------------------------- */

/* Takes the memory that a server's device may reach; it stays the server's. */
wrong_t dma_make(struct server *server);
/* Maps it into a new incarnation, and says where. */
wrong_t dma_give(struct server *server, struct startup *startup);
unsigned dma_pages(const struct server *server);

/* --- edge.c ------------------------------------------------------------------ */

/* A server for whose edges there is no room is failed, and the log says so. */
void edges_make(void);
/* Puts the edges of a new body into its memory and its startup page, which names their slots. */
wrong_t edges_place(struct server *server, struct startup *startup, unsigned *free_slot);
/* Would they be placed as they were? */
bool edges_are_placed(const struct server *server);
/* Puts them into a new table, into those slots. */
wrong_t edges_give(const struct server *server);
/* Pages of all shared buffers that will be mapped. */
unsigned edges_pages(const struct server *server);
/* Could the edge be used now? */
bool edge_is_open(const struct edge *edge);

/* --- incarnation.c ------------------------------------------------------------- */

/* Makes all of one but its first step; what is left after a failure goes by incarnation_end. */
wrong_t incarnation_begin(struct server *server);
/* Lets it run. BUSY: its time is still lent out by the one before, try again later. */
enum thole_result incarnation_enter(struct server *server);
/*
 * Ends it; `renew`: but for its body, if the next can have that. False: what is to go is not
 * all gone yet, try again later.
 */
bool incarnation_end(struct server *server, bool renew);
/* Grows the heap, if all of it fits. */
wrong_t heap_grow(struct server *server, uint64_t bytes);

/* --- page.c: pages of an incarnation ---------------------------------------------- */

struct content {
    const void *from;
    size_t bytes;
    size_t offset;   /* in the page */
};
/* Makes one page out of the quota at an address of the program; content NULL: zeroes. */
wrong_t page_new(struct server *server, uint64_t at, unsigned rights,
                 const struct content *content);
/* Maps the frame in `slot` there, with the tables that takes, and keeps it. */
wrong_t page_map(struct server *server, unsigned slot, uint64_t at, unsigned rights,
                 enum thole_memory memory);
/* Makes a zeroed page that is seen in the next page of the server's mirror, too. */
wrong_t page_mirrored(struct server *server, uint64_t at, unsigned rights);
/* Copies from a page of the stack; false: the address is not in it. */
bool stack_read(const struct server *server, uint64_t at, void *to, size_t bytes);

/* --- loader.c: programs out of the archive ------------------------------------------- */

/* Reads the archive's list of files; says what is wrong with it. */
wrong_t archive_read(void);
/* The index-th program, NULL past the last. */
const char *archive_program(void *context, unsigned index);
/* Reads the program: where it begins, and for how many pages a mirror is needed. */
wrong_t program_measure(struct server *server);
/* Makes its pages. */
wrong_t program_load(struct server *server);
/* Fills what of them it may write, which is zero, as the file says. */
wrong_t program_fill(struct server *server);

/* --- startup.c ------------------------------------------------------------------------ */

/* The startup page, and of what it tells all that is mapped: edges, registers; configuration. */
wrong_t startup_make(struct server *server);
/* What of it changes from one incarnation to the next. */
void startup_renew(struct server *server);
/* The capabilities that it tells of, into a new table. */
wrong_t startup_give(const struct server *server);

/* --- supervise.c ------------------------------------------------------------------- */

void server_start(struct server *server);
/* Lets one run that was started before init.booted was set. */
void server_release(struct server *server);
void server_stop(struct server *server, const char *why);
void server_restart(struct server *server);
/* Why an incarnation has ended. */
struct ending {
    const char *what;            /* for the log and `ps` */
    bool failed;                 /* else it ended well, by itself */
    bool for_good;               /* the next would end in the same way */
    const struct message *fault; /* whose details go into the log; NULL: none */
};
/* What now is up to its restart policy. */
void server_ended(struct server *server, const struct ending *ending);
void server_fault(struct server *server, const struct message *message);
/* What was to be tried at or before `now` is tried; arms init's timer for the rest. */
void retries_run(uint64_t now);

/* --- report.c ------------------------------------------------------------------------ */

/* A fault as a sentence. */
void fault_describe(const struct server *server, const struct message *message, char *buffer,
                    size_t bytes);
/* Registers and return addresses of the thread, into the log. */
void fault_details(struct server *server, const struct message *message);

/* --- control.c ------------------------------------------------------------------------- */

/* Answers a request; the answer is in *message. */
void request_answer(struct message *message);

/* --- power.c --------------------------------------------------------------------------- */

/* Ends the work of the machine, or sees to it that somebody does; what came of it. */
uint32_t power_end(enum power_way way);

/* --- trace.c --------------------------------------------------------------------------- */

/* What records call a thread. */
wrong_t trace_name(unsigned thread, unsigned number);

/* --- tree.c ------------------------------------------------------------------------------ */

/* Joins the trees and checks the system; says what is wrong. False: there is no system. */
bool tree_read(void);

/* --- boot.c -------------------------------------------------------------------------------- */

void boot_run(void);
