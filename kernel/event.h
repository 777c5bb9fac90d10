/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into the kernel. The machine's entry code has saved the running
 * thread's registers in its frame; each event returns the thread to resume.
 */
#pragma once
#include "core.h"
#include "lock.h"
#include "object/thread.h"

/* One core at a time is in the kernel: all of its state is behind this. */
extern struct lock kernel_lock;

/*
 * The short ways (arch: a call, an answer) are not behind it. Each core has a gate for
 * its own, which a short way takes while it is in; who has the lock takes those of the
 * other cores. GATE_CLOSED: nobody is in, and what is to be done is not for them.
 */
enum gate { GATE_OPEN = 0, GATE_CLOSED = 1, GATE_TAKEN = 2 /* or anything above it */ };

/* `svc #number`; unknown numbers become a fault of the thread. */
struct thread *kernel_syscall(struct core *core, unsigned number);
/* word: enum thole_fault, address, syndrome, pc, sp. */
struct thread *kernel_fault(struct core *core, const uint64_t word[5]);
struct thread *kernel_interrupt(struct core *core);

/*
 * What each begins with. False: another core took the running thread away before
 * this one had the lock. The event was the thread's, and is to happen again when
 * it runs again.
 */
bool event_enter(struct core *core);
/* What each ends with. */
struct thread *event_leave(struct core *core);
/* The kernel is left by a way of its own, for ever. */
void event_abandon(void);
