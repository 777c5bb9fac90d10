/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread: registers, and what they run in. Every thread is in exactly one
 * state:
 *
 * STOPPED    in no queue; new, ended, or left stopped by its fault's handler
 * READY      `time` is set; that SchedContext is queued, or the core's current,
 *            or in no queue: the thread is suspended
 * RECEIVING  in endpoint->receivers; with its own time: in endpoint->active
 * CALLING    its sender is QUEUED, IN_SERVICE or ASIDE (a call or a fault)
 * STRANDED   could run, but the time it ran on was taken away
 */
#pragma once
#include "sender.h"

/*
 * The order is for the short ways, as in struct sender: they touch four cache lines,
 * one around `state`, one behind it, and the two of the frame's registers that are kept.
 */
struct thread {
    struct sender sender;         /* first: one address for both */
    uint8_t state;                /* enum thole_thread_state; behind sender.state */
    uint8_t loaded_on;            /* the core that had its registers last */
    bool lent;                    /* `time` came with what it owes and goes back with the reply */
    bool bereft;                  /* what it owed an answer to is gone: nobody is owed */
    uint32_t zero;                /* the short ways write from `state` to `owes` as two words */
    struct sender *owes;          /* received, and not answered yet */
    struct endpoint *receiving_on; /* RECEIVING: where */
    uint64_t slots;               /* CALLING: low half, what it called; high half: see thread_arrival */
    struct slot *table;           /* its CapTable's slots, or one empty slot */
    uint64_t table_last;          /* the index of the last of them: 2^n - 1 */
    struct sched_context *time;   /* what it runs on; NULL: none now */
    uint64_t space_word;          /* arch_space_word of its AddressSpace; 0: see SENDER_UNMAPPED */
    bool ending;                  /* being destroyed: a core must leave it first */
    bool vital;                   /* init: its fault ends the machine */
    uint8_t unused[6];
    uint64_t grace;               /* ticks, declared by SCHED_CONTROL_CEILING */
    uint64_t fault_word[3];       /* of the fault being reported: kind, address, syndrome */
    uint32_t number;              /* what records of its events call it: thole/trace.h */
    uint32_t unused_word;
    struct frame frame;           /* exception entry saves registers here */
    struct slot captable;
    struct slot space;
    struct slot fault;            /* fault endpoint, with its badge */
    struct list link_receive;     /* RECEIVING: unless it is receiving_on's warmest; STOPPED: until it has finished */
    struct fp_state fp;
};
STATIC_ASSERT(sizeof(struct thread) <= 1 << 11);

static inline struct frame *thread_frame(struct thread *thread)
{
    return &thread->frame;
}

static inline struct thread *thread_of_sender(const struct sender *sender)
{
    return CONTAINER_OF(sender, struct thread, sender);
}

static inline bool thread_suspended(const struct thread *thread)
{
    return (thread->sender.flags & SENDER_SUSPENDED) != 0;
}

/* The slot for a capability that comes with the message or the answer it waits for; 0: none. */
static inline uint32_t thread_arrival(const struct thread *thread)
{
    return (uint32_t)(thread->slots >> 32);
}

/*
 * FP/SIMD registers: the first use of them traps. From then on they are loaded with the
 * thread in each of its turns on a core but the last of so many; if that traps again, it
 * still uses them. While it is loaded, they are in the core unless fp_turns is 0, and only
 * that core writes it. The short ways (arch) count, too.
 */
#define FP_TURNS 64

/* Those that are in the core if it is loaded, and are to be loaded if it is not; NULL: none. */
static inline struct fp_state *thread_fp(struct thread *thread)
{
    return thread != NULL && thread->sender.fp_turns != 0 ? &thread->fp : NULL;
}

/* It gets a turn. */
static inline struct fp_state *thread_load_fp(struct thread *thread)
{
    if (thread_fp(thread) != NULL)
        thread->sender.fp_turns--;
    return thread_fp(thread);
}

/* It used them, and they were not loaded. */
static inline struct fp_state *thread_use_fp(struct thread *thread)
{
    thread->sender.fp_turns = FP_TURNS;
    return &thread->fp;
}

void thread_init(struct thread *thread);

/*
 * The slot `index` of the thread's own table, or NULL: out of range. Without a table it
 * has one slot, 0, which is empty, as it is in every table.
 */
static inline struct slot *thread_slot(const struct thread *thread, uint64_t index)
{
    if (index > thread->table_last)
        return NULL;
    return &thread->table[index & thread->table_last]; /* also under speculation */
}
/* Its CapTable is what `slot` names; NULL: it has none. */
void thread_set_table(struct thread *thread, const struct slot *slot);

/* Ends a system call: status and tag, beside words and x8; x9 to x18 become zero. */
static inline void thread_return(struct thread *thread, enum thole_status status, uint64_t tag)
{
    frame_set(&thread->frame, 0, status);
    frame_set(&thread->frame, 1, tag);
    frame_clear_scratch(&thread->frame);
}

/* The same; words and x8 are zero, too. */
static inline void thread_return_nothing(struct thread *thread, enum thole_status status,
                                         uint64_t tag)
{
#pragma GCC unroll 7
    for (unsigned index = 2; index <= 8; index++)
        frame_set(&thread->frame, index, 0);
    thread_return(thread, status, tag);
}
void thread_return_status(struct thread *thread, enum thole_status status);

/* Its own SchedContext, if it has one and that is free or its own already, is what it runs on. */
void thread_take_time(struct thread *thread);

/* May a SchedContext be bound to it now, and what that does. */
bool thread_can_be_bound(const struct thread *thread);
void thread_bound(struct core *core, struct thread *thread);

void thread_suspend(struct core *core, struct thread *thread);
void thread_resume(struct core *core, struct thread *thread);

/* A fault of the running thread: word[0] enum thole_fault ... as KIND_FAULT's words. */
void thread_fault(struct core *core, const uint64_t word[5]);

/* The running thread has used lent time beyond its grace: a fault. */
void thread_timeout(struct core *core, uint64_t ticks);

/*
 * It is STOPPED, and in the list of those whose callers are yet to get
 * PEER_DIED: a few of them at the end of each event, as one may lead to others.
 */
void thread_stop(struct thread *thread);
/* This one's callers get it now. */
void thread_finish_stop(struct core *core, struct thread *thread);
/* A bounded number of those in the list; true: there are more. */
bool threads_finish_stopping(struct core *core);
extern struct list threads_stopped; /* that list */
static inline bool threads_stopping(void)
{
    return !list_empty(&threads_stopped);
}
/* Once, at boot. */
void threads_start(void);

/* It executes one instruction when it runs next, and then faults: FAULT_STEP. */
void thread_step(struct thread *thread);
/* That fault has come, or will never come. */
void thread_stepped(struct thread *thread);

/* The arch_space_word of its address space; 0: it has none, or one without ASID. */
uint64_t thread_space(struct thread *thread);
/* The address space of `thread` changed or is gone. */
void thread_space_changed(struct core *core, struct thread *thread);
/* A stopped thread gives back its time and refers to nothing any more. */
void thread_unconfigure(struct core *core, struct thread *thread);
/* All but its memory at once; MORE: repeat it when another core has left it. */
enum thole_result thread_destroy(struct core *core, struct thread *thread) MUST_CHECK;

/* Its SchedContext was taken away (destroyed or unbound). */
void thread_strand(struct core *core, struct thread *thread);
