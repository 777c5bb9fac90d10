/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conformance program runs in init's place and holds what init would. Each
 * test makes what it needs out of one Untyped, the pool; when it ends, all of
 * that is revoked, and neither memory nor slots may be missing.
 *
 * The main thread runs the tests at PRIORITY_MAIN. Helpers are threads that a
 * test makes: of a higher priority they run as soon as they are let, of a lower
 * one while main waits. `settle` returns when all others wait.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lib/syscall.h>
#include <thole/boot.h>

/* --- Tests ------------------------------------------------------------------------ */

enum test_needs {
    NEEDS_NOTHING = 0,
    NEEDS_CORES = 1,   /* two cores or more */
    NEEDS_EXACT = 2,   /* a clock that counts instructions: QEMU's -icount */
    NEEDS_GIGABYTE = 4, /* a free block of memory for a frame of 1 GiB */
};

struct test {
    const char *name;   /* a sentence */
    const char *rows;   /* of docs/conformance.md, with spaces between; and "" */
    void (*run)(void);
    unsigned needs;     /* enum test_needs */
};

struct test_group {
    const struct test *test;
    unsigned count;
};

#define TEST(function, rows, needs) {#function, rows, function, needs}
#define TEST_GROUP(tests) {tests, sizeof(tests) / sizeof((tests)[0])}

extern const struct test_group captable_group, retype_group, mapping_group, asid_group,
    fault_group, message_group, pairs_group, rights_group, event_group, interrupt_group,
    scheduler_group, thread_state_group, lending_group, budget_group, cores_group, local_group,
    float_group;

/* --- Checks: the first that fails ends the test ----------------------------------- */

_Noreturn void check_failed(const char *file, int line, const char *what, uint64_t found,
                            uint64_t expected);

#define CHECK(condition)                                                             \
    do {                                                                             \
        if (!(condition))                                                            \
            check_failed(__FILE__, __LINE__, #condition, 0, 1);                      \
    } while (0)
#define CHECK_EQUAL(found, expected)                                                 \
    do {                                                                             \
        uint64_t check_found = (uint64_t)(found), check_expected = (uint64_t)(expected); \
        if (check_found != check_expected)                                           \
            check_failed(__FILE__, __LINE__, #found, check_found, check_expected);   \
    } while (0)

void print_line(const char *format, ...);
/* What the failed check said, or "". */
const char *check_text(void);

/* --- The machine ------------------------------------------------------------------ */

extern const struct boot_info *boot;
/* The clock counts instructions, and no core waits for real time. */
extern bool clock_is_exact;
/* The kernel records what it does: nothing else may be different. */
extern bool events_are_traced;

uint64_t ticks_now(void);
/* Of the counter, in so many microseconds. */
uint64_t ticks_of(uint64_t microseconds);

/*
 * While another core is waited for, or kept busy: an emulator that runs all cores in one
 * thread goes over to the next.
 */
static inline void relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* --- Tracing (trace.c): nothing, unless events are traced -------------------------- */

void trace_begin(void);
/* What was recorded since the last is as it should be. */
void trace_check(void);
void trace_print(void);

/* --- Kernel objects (object.c) ---------------------------------------------------- */

extern unsigned pool;       /* Untyped, what tests use */
extern unsigned keep;       /* Untyped, what stays */
#define POOL_BITS 25
#define KEEP_BITS 23

/* INVOKE(slot, LABEL, words...): at least one word. ASK(slot, LABEL): none. */
#define INVOKE(slot, label, ...)                                                      \
    invoke(slot, label, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),         \
           (const uint64_t[]){__VA_ARGS__})
#define ASK(slot, label) invoke(slot, label, 0, NULL)
/* thole_invoke, which lets other cores get on between the steps. */
enum thole_result invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word);
/* One word that comes back from an operation without words. */
uint64_t answer_of(unsigned slot, uint32_t label, unsigned word);

unsigned slot_take(void);
unsigned slot_take_row(unsigned count);
unsigned slot_type(unsigned slot);

enum thole_result retype(unsigned untyped, enum thole_object type, unsigned bits, unsigned slot);
/* In a new slot, out of the pool. */
unsigned make(enum thole_object type, unsigned bits);
/* Before the tests, out of what stays. */
unsigned keep_make(enum thole_object type);
/* In a new slot, derived from another; `badge` 0: none. */
unsigned copy(unsigned source, unsigned rights);
unsigned mint(unsigned source, unsigned rights, uint64_t badge);
enum thole_result delete(unsigned slot);
enum thole_result revoke(unsigned slot);

/* Budget and period of who is never spent; no test lasts until such a turn is over. */
#define SLICE ticks_of(100000000)

/* Time of its own for a thread or an event: never spent. */
unsigned time_make(unsigned priority);
unsigned time_make_on(unsigned core, unsigned priority);
enum thole_result time_configure(unsigned time, unsigned core, unsigned priority, uint64_t budget,
                                 uint64_t period);

/* All that tests made is gone; says what is missing, or NULL. */
const char *objects_clean(void);
void objects_init(void);

/* --- Threads (thread.c) ----------------------------------------------------------- */

enum priority {
    PRIORITY_LOWEST = 0,
    PRIORITY_LOW = 16,
    PRIORITY_MAIN = 32,
    PRIORITY_HIGH = 40,
    PRIORITY_HIGHER = 48,
    PRIORITY_WATCH = 63,
};

#define HELPERS_MAX 96
#define HELPER_FAILED 0xbad0bad0

struct space {
    unsigned slot;      /* AddressSpace */
    unsigned stack;     /* Frame below SPACE_STACK_TOP */
    unsigned shared;    /* Frame at SPACE_SHARED */
    void *stack_seen;   /* where main sees them */
    void *shared_seen;
};

typedef uint64_t helper_function(void *argument, struct message *first);

/* What is 0 is chosen for the test. */
struct helper_plan {
    helper_function *run;
    void *argument;
    unsigned priority;
    unsigned core;
    bool passive;       /* has no time of its own */
    unsigned time;      /* its SchedContext */
    unsigned endpoint;  /* that it first waits on */
    unsigned watch;     /* the capability that its faults go through */
    unsigned table;     /* its CapTable */
    uint64_t local;     /* TPIDR_EL0 */
    const struct space *space; /* one of space_make: such a helper has no data but its stack */
};

struct helper {
    unsigned thread, time, endpoint, kick, watch;
    uint64_t stack_top;
};

/* A helper that waits for its first message, and ends with the value that run returns. */
struct helper *helper_make(const struct helper_plan *plan);
#define HELPER(function, value, level, ...)                                          \
    helper_make(&(struct helper_plan){.run = (function),                              \
                                      .argument = (void *)(uintptr_t)(value),         \
                                      .priority = (level), __VA_ARGS__})
/* Lets one with time of its own begin. */
void helper_go(struct helper *helper);
#define HELPER_GO(...) helper_started(HELPER(__VA_ARGS__))
struct helper *helper_started(struct helper *helper);
/* Waits until it ends; what it returned. */
uint64_t helper_join(struct helper *helper);
/* Has it ended? Its exit waits to be received. */
bool helper_ended(struct helper *helper);
void helpers_forget(void);
void helpers_delete(void);
void helpers_print(void);

/* Returns when nobody else on core 0 can run. */
void settle(void);
void settle_on(unsigned core);
void idlers_make(void);

/* A call with one word in, and its status; the answer's first word in *answer unless NULL. */
enum thole_status call_word(unsigned slot, uint64_t word, uint64_t *answer);
/* Answers all calls with their first word plus one, for ever; argument: the endpoint's slot. */
helper_function serve_plus_one;

/* Of a thread: word of THREAD_INSPECT. */
unsigned thread_state(unsigned thread);
unsigned thread_flags(unsigned thread);
/* The priority of main itself, from now on. */
void main_priority(unsigned priority);
/* Lets less urgent threads run until so much time has passed. */
void sleep_until(uint64_t ticks);
void sleep_for(uint64_t microseconds);
/* A Notification told at `endpoint`, with the time `time` or 0; signals set `bits`. */
unsigned signal_make(unsigned endpoint, unsigned time, uint64_t bits);
void signal(unsigned notification);

/* --- Address spaces (space.c) ----------------------------------------------------- */

#define WINDOW_ADDRESS     INIT_FREE_ADDRESS      /* 2 MiB of pages in main's own space */
#define WINDOW_PAGES       510u                   /* the last two are for trace.c and mapping.c */
#define WINDOW_LARGE       (INIT_FREE_ADDRESS + 0x200000ULL) /* for one frame of 2 MiB */
#define WINDOW_TABLE       (INIT_FREE_ADDRESS + 0x400000ULL) /* no table is there */
#define WINDOW_HUGE        0xc0000000ULL          /* for one frame of 1 GiB */
#define SPACE_STACK_TOP    0x5f0000ULL            /* in address spaces that space_make makes */
#define SPACE_SHARED       0x5ff000ULL            /* a page that main sees, too */

void spaces_init(void);
/* A space with this program's code and constants, a stack and a shared page; no data. */
struct space space_make(void);
/* Maps into main's own space, at the next page of the window. */
void *window_map(unsigned frame, unsigned rights, enum thole_memory memory);
uint64_t window_next(void);
void window_forget(void);
/* One with room for a frame of 1 GiB (mapping.c); 0: there is none. */
unsigned gigabyte_untyped(void);
/* What was written there can be executed. */
void code_written(const void *start, size_t bytes);

/* --- What ends a test that hangs (watch.c) ---------------------------------------- */

void watch_init(void);
/* Ends the run; the machine is off, if it can be. */
_Noreturn void power_off(void);
void watch_begin(const char *name, unsigned number);
void watch_end(void);

/* enter.S: where helpers begin. faulty.S has functions for fault.c. */
void helper_enter(void);
