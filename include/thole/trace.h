/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's ABI, part four: the ring of events that the kernel writes while
 * it is traced. MACHINE_TRACE gives it a Frame, which holds struct thole_trace
 * and records from THOLE_TRACE_RECORDS bytes on, as many as fit. Record number n
 * lies at place n modulo their number; a new one overwrites the oldest. Numbers
 * begin where the last trace ended, so that what an earlier one left is told
 * from what belongs to this one.
 *
 * Reading while the kernel writes: copy a record, and believe the copy if its
 * sequence is the wanted one in the ring both before and after copying. What
 * lies more than `capacity` behind `written` is lost.
 *
 * One record is one event: a core came into the kernel and left it. It is in the
 * ring when any core comes into the kernel next. Those of one core are in order. A core that has nothing to run when tracing starts is
 * recorded from the next thread on that it runs. A thread that another core
 * takes away in the moment of its system call makes that call again when it runs
 * again, and each is recorded.
 */
#pragma once
#include <stdint.h>

/* What an event was. X(number, NAME, `code`, `argument`, `tag`) */
#define THOLE_TRACE_KINDS(X)                                                          \
    X(1, SYSCALL, "number of the system call", "x0: a slot", "x1: a tag")             \
    X(2, FAULT, "enum thole_fault", "address", "syndrome")                            \
    X(3, INTERRUPT, "how many lines", "up to four lines, 16 bits each, the first lowest", "0")

#define THOLE_X(number, NAME, ...) TRACE_##NAME = number,
enum thole_trace_kind { THOLE_TRACE_KINDS(THOLE_X) };
#undef THOLE_X

/* In place of an interrupt's line: the kernel's own. */
#define TRACE_LINE_TIMER 0xfffe /* for deadlines and budgets */
#define TRACE_LINE_KICK  0xfffd /* another core wants this one to look */

/* Threads are named by the number that MACHINE_NAME gave them; 0: none was given. */
#define TRACE_NOBODY UINT32_MAX /* the core was idle, or is now */

struct thole_trace_record {
    uint64_t sequence; /* the record's number, from 1; 0 while it is written */
    uint64_t entered;  /* ticks: the core came to the kernel */
    uint64_t left;     /* ticks: what it did there was done */
    uint32_t thread;   /* who ran */
    uint32_t next;     /* who runs */
    uint8_t kind;      /* enum thole_trace_kind */
    uint8_t core;
    uint8_t object;    /* SYSCALL: enum thole_object of what the slot in x0 held */
    uint8_t reserved;
    uint32_t code;
    uint64_t argument;
    uint64_t tag;
    uint64_t badge;    /* SYSCALL: of the Endpoint or Notification that the slot in x0 held */
};

struct thole_trace {
    uint64_t magic;     /* TRACE_MAGIC */
    uint32_t bytes;     /* of a record */
    uint32_t capacity;  /* records that fit */
    uint64_t first;     /* the number of this trace's first record */
    uint64_t written;   /* the number of the last that is complete; first - 1: none */
};

#define TRACE_MAGIC 0x4543415254ULL /* "TRACE" */
#define THOLE_TRACE_RECORDS 64      /* where records begin, and how long each is */
