/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated machine under the portable core: physical memory with caches,
 * translation with a TLB that forgets nothing by itself, interrupt lines, a
 * clock that tests move. What real hardware punishes later and elsewhere, this
 * machine punishes at once: it fails the test.
 *
 * sim.c: the machine as a whole. memory.c: memory, caches. translation.c: page
 * tables, TLB. interrupt.c: lines, clock, timer.
 */
#pragma once
#include <setjmp.h>

#include "kernel/arch.h"

#define SIM_RAM_BASE   0x40000000ULL
#define SIM_UART       0x09000000ULL /* a device of 4 KiB */
#define SIM_WINDOW     0x80000000ULL /* a device of 1 GiB */
#define SIM_LINES      96            /* lines 16 to 95 are drivers', but for the timer's */
#define SIM_LINE_FIRST 16
#define SIM_LINE_TIMER 27
#define SIM_TIME_END   (1ULL << 62)  /* what is due later never comes */
#define SIM_CORES      8
#define SIM_PRINTED    4096

struct sim_line {
    bool enabled, active;
    unsigned core;   /* where it goes */
    unsigned taken_by; /* active: the core that acknowledged it */
    bool latched;  /* edge: fired and not acknowledged */
    bool asserted; /* level: the device wants something */
};

/* What each core has of its own; of the one whose turn it is, in struct sim itself. */
struct sim_core {
    uint64_t timer;
    struct frame *frame;
    struct fp_state fp;
    bool fp_open;
    void *root;
    unsigned asid;
    struct frame registers; /* of what runs there */
};

struct sim {
    char *ram;       /* the kernel's view of SIM_RAM_BASE: what the caches hold */
    char *coherent;  /* what memory holds: a line that differs from `ram` is dirty */
    uint64_t ram_bytes;
    struct sim_line line[SIM_LINES];
    unsigned here;       /* the core whose turn it is */
    bool is_acknowledged; /* `acknowledged` was taken before C asks */
    uint32_t acknowledged;
    bool timer_left;     /* its turn was a short way, which leaves the timer as it was */
    struct sim_core other[SIM_CORES]; /* the cores whose turn it is not */
    bool kicked[SIM_CORES];
    bool traced;         /* events go by kernel/trace.h, on all cores at once */
    uint64_t now, timer; /* UINT64_MAX: the timer is silent */
    uint64_t looking;    /* ticks that pass whenever the kernel looks at the clock */
    struct frame *frame; /* what arch_thread_switch loaded last */
    struct fp_state fp;  /* FP/SIMD registers */
    bool fp_open;        /* programs that use them do not trap */
    void *root;
    unsigned asid;
    char printed[SIM_PRINTED];
    unsigned printed_bytes, print_room;
    bool no_firmware;    /* none that switches off or resets */
    jmp_buf *ending; /* where panic, reset and power-off go if a test expects them */
    void (*idle)(void); /* called when nothing can run: may raise a line; NULL: the test fails */
};
extern struct sim sim;

/* A machine with this much memory, all zero, time 1000. */
void sim_start(uint64_t ram_bytes);
/* The test failed: says why, what was done last, and aborts. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line that sim_fail prints too: what a random driver needs to do it again. */
extern char sim_story[256];

enum sim_ending { SIM_PANIC = 1, SIM_RESET, SIM_POWER_OFF };

struct thread;
/* What that program, which runs on this core, finds in its FP/SIMD registers, and may write. */
struct fp_state *sim_use_fp(struct thread *thread);
/* What is in them if that core has them open, or NULL. */
const struct fp_state *sim_fp_of(unsigned core);

/* --- Memory ----------------------------------------------------------------- */

static inline bool sim_is_ram(uint64_t address, uint64_t bytes)
{
    return address >= SIM_RAM_BASE && address + bytes <= SIM_RAM_BASE + sim.ram_bytes;
}
/* Is [address, + bytes) zero, and clean, for everybody who may look? */
bool sim_is_clear(paddr_t address, uint64_t bytes);

/* --- Translation ------------------------------------------------------------- */

struct sim_translation {
    uint64_t address; /* physical, of the frame */
    uint8_t size_bits, rights, memory;
};

/* Walks the tables that `root` leads to, as the hardware would without a TLB. */
bool sim_walk(void *root, uint64_t at, struct sim_translation *found);
/* Calls for every leaf and every table below `root`. */
void sim_each_mapping(void *root, void (*leaf)(uint64_t at, const struct sim_translation *, void *),
                      void (*table)(void *table, void *), void *context);
/* A program's access: through the TLB, which is filled. False: a fault. */
bool sim_access(unsigned asid, void *root, uint64_t at, unsigned right, uint64_t *physical);
/* The hardware may have walked anything that is mapped: the TLB has it now. */
void sim_tlb_add(unsigned asid, uint64_t at, const struct sim_translation *to);
/* Fails the test if an entry says what `root_of(asid)` does not say any more. */
void sim_tlb_check(void *(*root_of)(unsigned asid));

/* --- Lines and time ------------------------------------------------------------ */

/* The device asks (level, until sim_line_lower), or gives a pulse (edge). */
void sim_line_raise(unsigned line);
void sim_line_lower(unsigned line);
void sim_line_pulse(unsigned line);
/* It is that core's turn. */
void sim_turn_to(unsigned core);
/* Would the core take an interrupt now? */
bool sim_interrupt_pending(void);
