/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second kernel, for comparison: what docs/kernel-states.md and docs/abi.md
 * say, over arrays, indices and sequence numbers. It shares no line and no
 * structure with kernel/; only the numbers of include/thole/ are the same.
 *
 * These structures are the abstract state: the model works on them directly,
 * reader.c fills the same ones from the kernel, and compare.c lays the two side
 * by side. Fields below a line "the model's own" are not compared.
 *
 * Every field that means nothing in a state is zero in that state, on both sides.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <thole/abi.h>
#include <thole/object.h>

#define MODEL_CORES    4
#define MODEL_OBJECTS  192 /* index 0 is nobody */
#define MODEL_CAPS     512 /* index 0 is none */
#define MODEL_SLOTS    64  /* of a table that are looked at; and of a place's number */
#define MODEL_QUEUE    32
#define MODEL_LEAVES   16
#define MODEL_LINES    96
#define MODEL_ASIDS    1024
#define MODEL_REGISTERS 35 /* as THREAD_READ_REGISTERS numbers them */
#define MODEL_LOST_LAST 18 /* of those that no system call keeps */
#define MODEL_SCRATCH_FIRST 9 /* from here on they are no message's either */
#define MODEL_PC       32
#define MODEL_SP       31
#define MODEL_PSTATE   33
#define MODEL_FLAGS    0xf0000000ULL
#define MODEL_STEP     (1ULL << 21)
#define NEVER          UINT64_MAX
#define CLOCK_FREQUENCY 1000000 /* a tick is a microsecond */
#define PAUSE          (2 + 1)  /* microseconds, and what is begun of one; an event takes no time here */
#define TIME_END       (1ULL << 62) /* what is due later never comes */
#define NO_LINE        UINT32_MAX

typedef uint16_t object_t; /* an index into model.object */
typedef uint16_t cap_t;    /* an index into model.cap */
/* Where a capability lies: MODEL_SLOTS * object + slot of a table, or what of the object it is. */
typedef uint16_t place_t;

enum part { /* slots that are embedded in objects */
    PART_ENDPOINT = 1, PART_TIME, PART_CAPTABLE, PART_SPACE, PART_FAULT, PART_DYING,
};
#define PARTS 7

struct queue {
    uint16_t count;
    object_t who[MODEL_QUEUE];
};

enum sender_place { AT_HOME, FOR_TIME, IN_QUEUE, WITH_SERVANT, SET_ASIDE };

struct m_sender {
    uint64_t badge;   /* threads: while they are not at home */
    uint8_t kind;     /* enum thole_kind */
    uint8_t place;    /* enum sender_place */
    uint8_t doomed;   /* enum thole_status */
    uint8_t again;    /* fires once more */
    uint8_t grant;    /* queued calls */
    object_t at;      /* IN_QUEUE */
    object_t servant; /* WITH_SERVANT */
    place_t reply;    /* SET_ASIDE */
};

struct m_thread {
    struct m_sender sender;
    uint64_t reg[MODEL_REGISTERS];
    uint64_t fault[3];
    uint64_t grace;
    uint64_t fp;         /* what all its FP/SIMD registers are made of: fp_word */
    uint32_t arrival;    /* while it receives or calls */
    uint8_t state;       /* enum thole_thread_state */
    uint8_t ceiling;
    uint8_t lent;
    uint8_t suspended;
    uint8_t bereft;      /* what it owed an answer to is gone */
    uint8_t vital;
    uint8_t stopping;    /* whom it owes is yet to be told */
    uint8_t ending;      /* destroyed but for its memory: a core must leave it */
    object_t receiving_on;
    object_t owes;
    object_t time;
    cap_t part[PARTS];
};

struct m_time {
    uint64_t budget, period;
    uint64_t consumed;   /* in the books: see m_core.since */
    int64_t remaining;   /* of the budget, in the books; below 0: used too much */
    uint64_t period_end; /* of the period that `remaining` is for; NEVER: whole */
    uint64_t waited_for; /* NEVER; or somebody waits for this end of a period */
    uint64_t due;        /* of that: when it could come first */
    uint8_t priority;
    uint8_t core;
    uint8_t dying;
    object_t thread, event;
    struct queue waiting;
    cap_t stand;         /* dying: the capability that stands for it */
};

struct m_endpoint {
    uint8_t closed, dying, cancels;
    uint64_t cancelling;
    uint16_t marker;     /* cancels: how many of `calls` stand before the marker */
    struct queue receivers, active, events, timeless, calls;
};

struct m_event { /* Interrupt, Timer, Notification */
    struct m_sender sender;
    uint64_t bits;       /* Notification: signalled. Interrupt: fired. Timer: the deadline that fired */
    uint64_t deadline;   /* Timer: armed for; NEVER: it is not */
    uint64_t due;        /* Timer, armed: when it could come first */
    uint32_t line;       /* Interrupt */
    uint8_t owing;
    uint8_t home;        /* Timer, armed: on this core */
    cap_t part[PARTS];
};

struct m_table {
    uint16_t slots;
    uint8_t dying;
    uint32_t progress;
    cap_t slot[MODEL_SLOTS];
};

struct m_leaf {
    uint64_t at, address;
    uint8_t bits, rights, memory;
    uint8_t zero[5];     /* compared as bytes: no padding */
};

struct m_node { /* a page table in a space */
    uint64_t at;
    object_t table;
    uint8_t level;
    uint8_t zero[5];
};

struct m_space {
    uint16_t asid;       /* 0: none */
    uint16_t leaves, nodes;
    struct m_leaf leaf[MODEL_LEAVES];
    struct m_node node[MODEL_LEAVES];
};

struct m_object {
    uint8_t type;        /* OBJECT_NULL: free */
    uint64_t address;
    union {
        struct m_thread thread;
        struct m_time time;
        struct m_endpoint endpoint;
        struct m_event event;
        struct m_table table;
        struct m_space space;
    };
};

#define SPACE_GONE UINT16_MAX

struct m_cap {
    uint8_t type;        /* OBJECT_NULL: free */
    uint8_t rights;
    uint8_t original;
    uint8_t bits;        /* Untyped, Frame: size */
    uint8_t device;
    uint8_t mapped;      /* PageTable, Frame */
    uint8_t level;
    uint8_t making;      /* Untyped: the size of the object being cleared */
    uint8_t ending;      /* nothing is derived from it any more */
    uint16_t depth;
    cap_t parent;
    place_t place;
    object_t object;     /* what it names; of memory: 0 */
    object_t space;      /* mapped in; SPACE_GONE: that space is no more */
    object_t sender;     /* Reply */
    uint32_t cleared;
    uint64_t badge;
    uint64_t address;    /* Untyped, Frame */
    uint64_t used;       /* Untyped */
    uint64_t at;         /* mapped */
    /* the model's own */
    uint16_t children;
    uint64_t birth;      /* among siblings, the youngest stands first */
};
#define CAP_COMPARED offsetof(struct m_cap, children)

struct m_line {
    uint8_t enabled, active, latched, asserted;
    uint8_t core;        /* where it goes */
};

struct m_core {
    object_t current;    /* who runs; 0: nobody, or another core took it */
    object_t loaded;     /* whose registers it has; 0: it is idle */
    object_t running;    /* the SchedContext that is accounted */
    object_t space;      /* loaded; 0: none */
    object_t left;       /* loaded before, and perhaps walked until it enters the kernel again */
    struct queue ready;  /* SchedContexts, as they would run */
    uint64_t since;      /* the use of `running` is in the books up to here */
    uint64_t timer;      /* what the machine's timer is set for */
    uint64_t pause_end;  /* no deadline comes before */
    uint8_t kicked;      /* it enters the kernel soon */
    uint8_t graced;      /* the budget of lent time that runs is used up */
};

/* How far deleting `from` has come: `at` is where it goes on. */
struct m_way {
    cap_t from, at;
    bool in_step;
};

struct model {
    struct m_core core[MODEL_CORES];
    struct m_object object[MODEL_OBJECTS];
    struct m_cap cap[MODEL_CAPS];
    struct m_line line[MODEL_LINES];
    object_t dying[MODEL_QUEUE]; /* the last to die is emptied first */
    uint16_t dyings;
    struct m_way way;
    struct queue stopping;
    uint16_t caps;       /* how many there are */
    uint64_t now;
    /* the model's own */
    uint16_t cores;
    object_t sharer[MODEL_QUEUE]; /* attached Interrupts, in the order in which lines ask them */
    uint16_t sharers;
    uint16_t next_asid;
    uint16_t cap_limit, object_limit; /* nothing is used from here on */
    uint64_t births;
    uint8_t profile;     /* of event.c: what programs mostly do */
    uint16_t returned[MODEL_ASIDS]; /* ASIDs that came back, the first to come first */
    uint16_t returned_first, returned_count;
    bool dead;           /* nothing can ever run; its driver says so */
};
extern struct model model;

/* --- The events. `core` is where each happens. ---------------------------------- */

void model_syscall(unsigned core, unsigned number);
void model_fault(unsigned core, const uint64_t word[5]);
/* Of those that are pending: the first, or as many as one event takes. */
void model_interrupt(unsigned core, bool only_one);

/* --- Between the files of the model --------------------------------------------- */

static inline struct m_thread *thread_at(object_t who)
{
    return &model.object[who].thread;
}

static inline struct m_time *time_at(object_t what)
{
    return &model.object[what].time;
}

static inline struct m_endpoint *endpoint_at(object_t what)
{
    return &model.object[what].endpoint;
}

static inline struct m_event *event_at(object_t what)
{
    return &model.object[what].event;
}

static inline bool is_thread(object_t what)
{
    return model.object[what].type == OBJECT_THREAD;
}

/* Both begin with their sender. */
static inline struct m_sender *sender_at(object_t what)
{
    return is_thread(what) ? &thread_at(what)->sender : &event_at(what)->sender;
}

static inline cap_t *parts_of(object_t what)
{
    return is_thread(what) ? thread_at(what)->part : event_at(what)->part;
}

/* What the embedded capability names, or 0. */
static inline object_t part_of(object_t what, enum part part)
{
    return model.cap[parts_of(what)[part]].object;
}

/* The model itself is wrong, or too small for this world. */
_Noreturn void model_broken(const char *why);

/* Which object lies at an address: reader.c asks, so that both sides call it the same. */
void names_add(object_t what);
void names_drop(object_t what);

/* m_caps.c */
void queue_add(struct queue *queue, object_t who, unsigned at);
bool queue_take(struct queue *queue, object_t who);
cap_t *cap_slot(object_t table, uint64_t index);      /* NULL: out of range */
cap_t *thread_slot_of(object_t thread, uint64_t index);
cap_t cap_root(place_t place, enum thole_object type, unsigned rights);
cap_t cap_child(place_t place, cap_t parent);         /* a copy, with all rights */
void cap_put(place_t place, cap_t cap);
void cap_free(cap_t cap);
cap_t cap_copy(place_t place, cap_t parent, unsigned rights, uint64_t badge);
enum thole_result cap_check_copy(cap_t source, uint64_t badge);
enum thole_result cap_check_child(cap_t cap);
void part_embed(object_t holder, enum part part, cap_t source);
void part_drop(object_t holder, enum part part);
enum thole_result caps_delete(unsigned core, cap_t *slot);
enum thole_result caps_revoke(unsigned core, cap_t *slot);
enum thole_result dying_step(unsigned core);
void dying_push(object_t what);
object_t object_new(enum thole_object type, uint64_t address);
void object_end(object_t what);

/* m_ipc.c */
void set_status(object_t thread, enum thole_status status);
void set_answer(object_t thread, enum thole_status status, uint64_t tag);
void event_fires(unsigned core, object_t what);
void event_refires(unsigned core, object_t what);
void sender_comes(unsigned core, object_t endpoint, object_t what);
void receiver_comes(unsigned core, object_t endpoint, object_t thread);
void call_endpoint(unsigned core, cap_t cap, bool may_wait);
void receive_on(unsigned core, cap_t cap, bool may_wait);
void reply_and_receive(unsigned core, cap_t cap);
void answer_reply(unsigned core, cap_t reply, object_t servant);
void reply_gone(unsigned core, cap_t reply);
void service_dropped(unsigned core, object_t servant, enum thole_status status);
void sender_refused(unsigned core, object_t what, enum thole_status status);
void sender_withdrawn(object_t what);
void sender_recalled(unsigned core, object_t what);
void sender_loses_time(unsigned core, object_t what);
void sender_loses_endpoint(unsigned core, object_t what);
void sender_ends(unsigned core, object_t what);
enum thole_result endpoint_closes(unsigned core, object_t what);
enum thole_result endpoint_cancels(unsigned core, object_t what, uint64_t badge);
bool endpoint_is_quiet(object_t what); /* nobody is there */
bool endpoint_empties(unsigned core, object_t what); /* false: nothing was left */

/* m_time.c */
unsigned priority_of(object_t thread);
enum { BEHIND, BEFORE };
void thread_ready(unsigned core, object_t thread, int where);
void thread_unready(unsigned core, object_t thread);
void time_released(unsigned core, object_t time);
void thread_ready_later(unsigned core, object_t thread);
bool time_spent(object_t time);                     /* brings the books up to now */
bool waits_for_period(unsigned core, object_t time);
struct m_share { uint64_t core, priority, budget, period; };
void time_fill(unsigned core, object_t time, struct m_share share);
void thread_stranded(unsigned core, object_t thread);
void time_ends(unsigned core, cap_t cap);
void time_came_back(unsigned core, object_t time);
void time_stands_with(cap_t standing, cap_t dying);
void choose(unsigned core);
void thread_yields(unsigned core);
bool time_passes(unsigned core);                    /* the machine's timer came: for deadlines? */
uint64_t timer_due(unsigned core);                  /* what it must be set for */
void set_ceiling(unsigned core, object_t thread, unsigned ceiling);
void timer_armed(unsigned core, object_t timer, uint64_t when);

/* m_cores.c: what one core does to what another runs. */
#define NO_CORE UINT8_MAX
unsigned core_of(object_t thread);                  /* that has its registers; NO_CORE */
bool is_current(object_t thread);
void core_kicked(unsigned core, unsigned other);    /* nothing if it is the same */
bool core_left(unsigned core, object_t thread);     /* false: kicked, another has it still */
bool core_entered(unsigned core);                   /* false: its thread had been taken */

/* m_thread.c */
void fault_of(unsigned core, uint64_t kind, uint64_t address, uint64_t syndrome);
void thread_resumes(unsigned core, object_t thread);
void thread_suspends(unsigned core, object_t thread);
void thread_takes_time(object_t thread);
void thread_got_time(unsigned core, object_t thread);
void thread_stops(object_t thread);
void thread_stop_finished(unsigned core, object_t thread);
void thread_unconfigured(unsigned core, object_t thread);
enum thole_result thread_dies(unsigned core, object_t thread);
object_t space_of(object_t thread);

/* m_ops.c */
void operate(unsigned core, cap_t cap);

/* m_memory.c */
unsigned size_of(uint64_t type, uint64_t size_bits);
enum thole_result retype(unsigned core, cap_t cap, const uint64_t word[6]);
enum thole_result map_frame(cap_t frame, cap_t space, uint64_t at, uint64_t rights, uint64_t memory);
enum thole_result map_table(cap_t table, cap_t space, uint64_t at);
void unmap_frame(cap_t frame);
void unmap_table(cap_t table);
enum thole_result assign_asid(cap_t space, uint64_t *asid);
enum thole_result space_dies(unsigned core, object_t space);

/* m_lines.c */
enum thole_result attach(object_t interrupt, uint64_t line, uint64_t trigger);
void line_fires(unsigned core, unsigned line);
void line_routed(object_t interrupt);
void interrupt_done(object_t interrupt);
void interrupt_dies(unsigned core, object_t interrupt);
bool interrupt_pending(unsigned core);
#define INTERRUPTS_AN_EVENT 4
void take_interrupts(unsigned core, unsigned limit);
