/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that has booted on the simulated machine, and the words in which
 * tests are written. All that happens, happens by system calls, faults and
 * interrupts; after each the invariants are checked, and a call that was
 * refused must have changed nothing but its caller's registers.
 *
 * Init is the most urgent thread. as(&party) lets the others run, and fails
 * unless it is the party that does; as_init() brings init back by an interrupt,
 * and so does the machine when nobody else can run.
 */
#pragma once
/* CMocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <thole/boot.h>

#include "invariants.h"
#include "kernel/event.h"

/* The core whose turn it is. */
static inline struct core *here(void)
{
    return &cores[sim.here];
}

/* --- Starting ------------------------------------------------------------------ */

#define SMALL_RAM (2ULL << 20)
#define LARGE_RAM (16ULL << 20)
void boot_machine(uint64_t ram_bytes);
/*
 * The same with several cores: all but the first are idle. Registers of what
 * runs on a core are hidden while it is another core's turn.
 */
void boot_cores(uint64_t ram_bytes, unsigned count);
/* The events that follow happen on that core. */
void on_core(unsigned number);
/* What that core has pending is handled, as the machine would: kicks above all. */
void settle_core(unsigned number);

/*
 * The events that follow are recorded in that frame (4 KiB). With THOLE_TRACED in
 * the environment each machine begins so.
 */
void trace_into(unsigned frame);

/* Runs each test in a process of its own: the kernel boots once. Answers how many failed. */
int run_each(const char *group, const struct CMUnitTest *tests, unsigned count);
#define RUN_EACH(tests) run_each(#tests, tests, sizeof(tests) / sizeof((tests)[0]))

/* --- Events ---------------------------------------------------------------------- */

/* What the running thread has in its message registers when it enters the kernel. */
struct registers {
    uint64_t target;  /* x0 */
    uint32_t label;
    unsigned words;   /* how many the tag says */
    bool cap;         /* the last word offers a capability */
    uint64_t word[THOLE_MESSAGE_WORDS];
    uint32_t reply, arrival; /* x8 */
};

void system_call(unsigned number, struct registers registers);
/* Memory is compared after every so-manieth refused call only: 1 unless a driver is in a hurry. */
extern unsigned compare_every;
void fault(enum thole_fault what, uint64_t address);
void interrupt(void);
/* The clock moves; the timer interrupts whenever it is due. */
void advance(uint64_t ticks);

#define WORDS(...) .word = { __VA_ARGS__ }
/* An operation by the running thread: invoke(slot, UNTYPED_RETYPE, type, bits, ...). */
#define invoke(slot, operation, ...) \
    invoke_words(slot, operation, (const uint64_t[THOLE_MESSAGE_WORDS]){ __VA_ARGS__ })
enum thole_result invoke_words(uint64_t slot, unsigned operation,
                               const uint64_t word[THOLE_MESSAGE_WORDS]);
/* The words that the last invoke answered. */
extern uint64_t answer[THOLE_MESSAGE_WORDS];
/* Must be DONE; MORE is repeated. */
#define must(slot, operation, ...) \
    must_words(slot, operation, (const uint64_t[THOLE_MESSAGE_WORDS]){ __VA_ARGS__ })
void must_words(uint64_t slot, unsigned operation, const uint64_t word[THOLE_MESSAGE_WORDS]);
enum thole_result delete_slot(unsigned slot);  /* of the runner's own table; repeats MORE */
enum thole_result revoke_slot(unsigned slot);

void call(uint64_t slot, uint32_t label, uint64_t word);
void try_call(uint64_t slot, uint32_t label, uint64_t word);
void reply_recv(uint64_t slot, uint32_t label, uint64_t word);
void recv(uint64_t slot, uint32_t reply);
void try_recv(uint64_t slot);
void yield(void);

/* --- Making things, as init -------------------------------------------------------- */

unsigned new_slot(void);                                  /* empty, in init's table */
unsigned make_sized(enum thole_object type, unsigned bits);
unsigned make(enum thole_object type);
unsigned make_from(unsigned untyped, enum thole_object type, unsigned bits);
unsigned make_untyped(unsigned bits);
unsigned make_time(unsigned priority);
unsigned make_space(void);                                /* with an ASID */
unsigned mint(unsigned slot, unsigned rights, uint64_t badge);
/* The object behind a slot of init's table: for looking, not for touching. */
void *object_of(unsigned slot);
bool slot_in_use(unsigned slot);

#define PASSIVE 100 /* a priority: no time of its own */
#define PARTY_TABLE_BITS 6

struct party {
    struct thread *thread;  /* for looking */
    unsigned cap, table, time, endpoint; /* slots of init's table; time 0: passive */
    unsigned next;          /* empty slot of its own table */
    unsigned bell;          /* a Notification that enters it */
};

/* Every party holds these in its own table. */
#define OWN_TABLE    1
#define OWN_THREAD   2
#define OWN_ENDPOINT 3
#define OWN_FREE     4

/* A started thread with a table and an endpoint of its own; faults go to init. */
struct party make_party(unsigned priority);
/* The same, that receives on `endpoint` and whose faults go to `fault` (0: nobody). */
struct party make_party_on(unsigned priority, unsigned endpoint, unsigned fault);
/* A child of init's capability in the party's table: its slot there. */
unsigned give(struct party *party, unsigned slot);
unsigned give_minted(struct party *party, unsigned slot, unsigned rights, uint64_t badge);
/* An active party enters its program. */
void wake(struct party *party);
struct party make_awake(unsigned priority);

/* --- Who runs ------------------------------------------------------------------------ */

void as(const struct party *party);
void as_init(void);
bool runs(const struct party *party);
bool init_runs(void);

/* --- What a thread got --------------------------------------------------------------- */

uint64_t got_status(const struct party *party);
uint32_t got_label(const struct party *party);
enum thole_kind got_kind(const struct party *party);
uint64_t got_word(const struct party *party, unsigned index);
uint64_t got_badge(const struct party *party);
bool got_cap(const struct party *party);

#define assert_status(party, status) assert_int_equal(got_status(party), STATUS_##status)
#define assert_result(expression, result) assert_int_equal(expression, RESULT_##result)
#define assert_state(party, expected) assert_int_equal((party)->thread->state, THREAD_##expected)
