/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's ABI, part one: system calls, registers, tags and statuses.
 * This header, object.h, boot.h and trace.h are the one truth for the kernel, for
 * programs and for the host tests; they need <stdint.h> only (and assembly may
 * include this one). Each list below makes the numbers, the names, the stubs
 * and the tables of docs/abi.md, which a test compares.
 */
#pragma once

/* Checked by init and by each program when it starts; see docs/versioning.md. */
#define THOLE_ABI 1

/*
 * System calls: the number is the immediate of `svc`.
 *   X(number, NAME, name, what it does)
 */
#define THOLE_SYSCALLS(X)                                                        \
    X(1, CALL, call, "send a request and wait for its answer")                   \
    X(2, TRY_CALL, try_call, "call, but only if a receiver is waiting")          \
    X(3, REPLY_RECV, reply_recv, "answer what is owed, then wait for the next")  \
    X(4, RECV, recv, "wait for a message; set aside or abandon what is owed")    \
    X(5, TRY_RECV, try_recv, "recv, but only if a sender is queued; ends an event") \
    X(6, YIELD, yield, "let equals of the same priority run first")              \
    X(7, EXIT, exit, "end the thread: its supervisor gets an exit fault")

/*
 * Registers of a system call.
 *
 *            in                                   out
 *   x0       slot of the capability called,       enum thole_status
 *            or of the endpoint received on
 *   x1       tag                                  tag, with the kind
 *   x2-x7    six message words                    six message words
 *   x8       slots: THOLE_SLOTS(reply, arrival)   badge of what was received
 *   x9-x18   lost                                 zero
 *   x19-x30, sp, TPIDR_EL0, FP/SIMD               kept
 *
 * All six words always travel; the tag says how many mean something. A sender
 * that does not want its other registers seen clears them. An answer that is
 * owed is given by reply_recv; after yield, x0 is the status and x1-x8 are 0.
 *
 * x8 in: the low half is the slot in which recv and try_recv put an owed
 * message aside as a Reply capability (0: none, and who waits for the answer
 * gets ABANDONED); the high half is the slot in which a capability that arrives
 * with the next message, or with the answer to this call, is put (0: none).
 */
#define THOLE_SLOTS(reply, arrival) ((uint64_t)(arrival) << 32 | (uint32_t)(reply))
#define THOLE_MESSAGE_WORDS 6

/*
 * Transport status, x0: whether the message got there and an answer came.
 * What was answered stands in the tag's label; the two are never mixed.
 */
#define THOLE_STATUSES(X)                                                                  \
    X(0, OK, "the message got there, and what came back is in the other registers")       \
    X(1, BAD_CAPABILITY, "the slot is out of range, empty, or not fit for this call")      \
    X(2, NO_RIGHT, "the capability lacks the right that this needs")                       \
    X(3, WOULD_WAIT, "try_call found no receiver, or try_recv no sender")                  \
    X(4, PEER_DIED, "the server died, or the Reply was deleted, before it answered")       \
    X(5, PEER_STOPPED, "the endpoint is closed")                                           \
    X(6, ABANDONED, "the server took the next message without answering this one")        \
    X(7, CANCELLED, "the wait was cancelled by a holder of this thread")

/* Kinds of message, in the tag on arrival. X(number, NAME, words, what its reply does) */
#define THOLE_KINDS(X)                                                                     \
    X(0, ANSWER, "the server's words", "nothing: it is itself a reply")                    \
    X(1, CALL, "the client's words", "answers the client and gives its time back")         \
    X(2, INTERRUPT, "line, how many times it fired since", "unmasks the line")             \
    X(3, TIMER, "deadline, now (ticks)", "arms it again if it carries a word: a deadline") \
    X(4, SIGNAL, "the OR-ed badges", "nothing")                                            \
    X(5, FAULT, "fault, address, syndrome, pc, sp", "label 0 resumes, 2 for one instruction; else it stays stopped")

/* Faults, word 0 of a message of kind FAULT. */
#define THOLE_FAULTS(X)                                                       \
    X(1, READ, "a read that the address space does not allow")                \
    X(2, WRITE, "a write that the address space does not allow")              \
    X(3, EXECUTE, "an instruction fetch that the address space does not allow") \
    X(4, ALIGNMENT, "a misaligned access, stack pointer or program counter")  \
    X(5, INSTRUCTION, "an undefined or trapped instruction")                  \
    X(6, SYSCALL, "an unknown system call; address is its number")            \
    X(7, BREAKPOINT, "a breakpoint instruction; address is its immediate")    \
    X(8, EXIT, "the thread ended itself; address is its exit code")           \
    X(9, MACHINE, "an external abort or another error the machine reports")   \
    X(10, TIMEOUT, "used lent time beyond its grace; address is the ticks")   \
    X(11, STEP, "the one instruction it was resumed for is done")

/* The tag, x1: words [2:0], capability [3], kind [7:4], zero [31:8], label [63:32]. */
#define THOLE_TAG_WORDS_MASK 7
#define THOLE_TAG_CAP        8
#define THOLE_TAG_KIND_SHIFT 4
#define THOLE_TAG_KIND_MASK  0xf0
#define THOLE_TAG_LABEL_SHIFT 32

/* Reply labels to a FAULT. */
#define THOLE_FAULT_RESUME 0
#define THOLE_FAULT_STOP   1
#define THOLE_FAULT_STEP   2

#ifndef __ASSEMBLER__
#include <stdint.h>

#define THOLE_X(number, NAME, ...) SYSCALL_##NAME = number,
enum thole_syscall { THOLE_SYSCALLS(THOLE_X) };
#undef THOLE_X
#define THOLE_X(number, NAME, ...) STATUS_##NAME = number,
enum thole_status { THOLE_STATUSES(THOLE_X) };
#undef THOLE_X
#define THOLE_X(number, NAME, ...) KIND_##NAME = number,
enum thole_kind { THOLE_KINDS(THOLE_X) };
#undef THOLE_X
#define THOLE_X(number, NAME, ...) FAULT_##NAME = number,
enum thole_fault { THOLE_FAULTS(THOLE_X) };
#undef THOLE_X

static inline uint64_t thole_tag(uint32_t label, unsigned words)
{
    return (uint64_t)label << THOLE_TAG_LABEL_SHIFT | (words & THOLE_TAG_WORDS_MASK);
}

static inline uint32_t thole_tag_label(uint64_t tag)
{
    return (uint32_t)(tag >> THOLE_TAG_LABEL_SHIFT);
}

static inline unsigned thole_tag_words(uint64_t tag)
{
    return (unsigned)tag & THOLE_TAG_WORDS_MASK;
}

static inline enum thole_kind thole_tag_kind(uint64_t tag)
{
    return (enum thole_kind)((tag & THOLE_TAG_KIND_MASK) >> THOLE_TAG_KIND_SHIFT);
}
#endif
