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
 * its own: GATE_TAKEN says that one is in, and a short way writes only that half of the
 * word. Who has the lock closes those of the other cores, taken or not, and waits for
 * who is in: it waits for one short way, and no other begins. GATE_CLOSED without the
 * lock: what is to be done is not for them.
 */
enum gate { GATE_OPEN = 0, GATE_TAKEN = 0xffff /* any of it */, GATE_CLOSED = 1 << 16 };

/* `svc #number`; unknown numbers become a fault of the thread. */
struct thread *kernel_syscall(struct core *core, unsigned number);
/*
 * A short way's call on a kernel object: CAPTABLE_COPY, MINT, MOVE or DELETE, FRAME_MAP or
 * UNMAP, UNTYPED_RETYPE. On a core that is alone and whose gate it has; the tag is in the
 * caller's frame, the registers that a call keeps are in the core yet. An enum thole_result, if
 * nothing else is to be done and the caller goes on; with OPERATION_ENDS besides, these are to
 * be saved, and the event ends by kernel_operation_end, which is given the result alone.
 */
#define OPERATION_ENDS (1u << 16)
uint32_t kernel_operation(struct thread *caller, struct slot *target, uint64_t word0,
                          uint64_t word1, uint64_t word2, uint64_t word3, uint64_t word4,
                          uint64_t word5);
struct thread *kernel_operation_end(struct core *core, struct thread *caller,
                                    enum thole_result result);
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
