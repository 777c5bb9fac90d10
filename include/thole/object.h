/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's ABI, part two: kernel objects, rights, and the operations on
 * them. An operation is a call on the object's capability with its number as
 * the tag's label. The answer's label is an enum thole_result. Slots named in
 * words are slots of the caller's own CapTable unless stated otherwise.
 */
#pragma once
#include <stdint.h>

/*
 * Object types. X(number, NAME, size, what it is); size is the binary
 * logarithm of the bytes taken from the untyped memory, 0 where the type is
 * not made by retype, and negative where the caller names the size:
 * THOLE_SIZE_FREE for Untyped and Frame, THOLE_SIZE_SLOTS for CapTable.
 */
#define THOLE_SIZE_FREE  (-1)
#define THOLE_SIZE_SLOTS (-2)
#define THOLE_OBJECTS(X)                                                         \
    X(0, NULL, 0, "an empty slot")                                               \
    X(1, UNTYPED, THOLE_SIZE_FREE, "a power-of-two region of physical memory")   \
    X(2, CAPTABLE, THOLE_SIZE_SLOTS, "2^n capability slots of 32 bytes")         \
    X(3, THREAD, 11, "saved registers and what they run in")                     \
    X(4, SCHED_CONTEXT, 8, "time: core, priority, budget, period")               \
    X(5, ENDPOINT, 7, "where messages meet")                                     \
    X(6, INTERRUPT, 8, "a sender that a hardware line fires")                    \
    X(7, TIMER, 8, "a sender that a deadline fires")                             \
    X(8, NOTIFICATION, 8, "a sender that a signal fires")                        \
    X(9, REPLY, 0, "the right to answer one message that was set aside")         \
    X(10, ADDRESS_SPACE, 12, "a translation root")                               \
    X(11, PAGE_TABLE, 12, "a lower translation table")                           \
    X(12, FRAME, THOLE_SIZE_FREE, "mappable memory of 4 KiB, 2 MiB or 1 GiB")    \
    X(13, IRQ_CONTROL, 0, "the authority to attach Interrupts to lines")         \
    X(14, SCHED_CONTROL, 0, "the authority to fill SchedContexts, set ceilings") \
    X(15, ASID_CONTROL, 0, "the authority to give address spaces their ASID")    \
    X(16, MACHINE, 0, "the authority to power off, reset, print early and trace")

/* Rights. They only shrink. X(bit, NAME, what it permits) */
#define THOLE_RIGHTS(X)                                                          \
    X(0, SEND, "call an Endpoint, signal a Notification, arm a Timer")           \
    X(1, RECV, "receive on an Endpoint, or aim a sender at it")                  \
    X(2, GRANT, "send capabilities through an Endpoint")                         \
    X(3, CONTROL, "configure the object, and all that no other right names")     \
    X(4, READ, "map a Frame readable")                                           \
    X(5, WRITE, "map a Frame writable")                                          \
    X(6, EXECUTE, "map a Frame executable")
#define RIGHTS_ALL 0x7f

/* Answers of kernel objects, the label of the answer's tag. */
#define THOLE_RESULTS(X)                                                         \
    X(0, DONE, "done")                                                           \
    X(1, MORE, "a bounded part is done: repeat the same call")                   \
    X(2, BUSY, "lent time must come home first: repeat later")                   \
    X(3, BAD_OPERATION, "this object has no such operation")                     \
    X(4, BAD_ARGUMENT, "a word is out of range, misaligned or not allowed")      \
    X(5, BAD_SLOT, "a slot that a word names is out of range or of a wrong type") \
    X(6, EMPTY, "the source slot is empty")                                      \
    X(7, OCCUPIED, "the destination slot, address or state is already taken")    \
    X(8, NO_RIGHT, "a capability that a word names lacks a right")               \
    X(9, NO_MEMORY, "the untyped memory is too small for this")                  \
    X(10, NO_TABLE, "a page table is missing on the way to that address")        \
    X(11, TOO_DEEP, "the derivation would be too deep")                          \
    X(12, NOT_COPYABLE, "can be moved, but not copied; or is being deleted")          \
    X(13, NO_ASID, "the address space has no ASID, or none is left")             \
    X(14, NOT_READY, "the object is not configured for this")

/*
 * Operations. X(TYPE, number, NAME, right, "words in", "words out")
 * RETYPE makes one object; while its memory is being cleared it answers MORE.
 * COPY, MINT and MOVE are called on the table that receives. A call on an
 * Endpoint is no operation but a message to its server, and one on a Reply is
 * the answer to the message it stands for, whatever the label.
 */
#define THOLE_OPERATIONS(X)                                                                 \
    X(UNTYPED, 1, RETYPE, CONTROL, "type, size bits (or slots' bits), table, slot in table", "") \
    X(UNTYPED, 2, INFO, CONTROL, "", "physical address, size bits, bytes used, 1 if a device") \
    X(CAPTABLE, 1, COPY, CONTROL, "slot, source table, source slot, rights", "")             \
    X(CAPTABLE, 2, MINT, CONTROL, "slot, source table, source slot, rights, badge", "")      \
    X(CAPTABLE, 3, MOVE, CONTROL, "slot, source table, source slot", "")                     \
    X(CAPTABLE, 4, DELETE, CONTROL, "slot", "")                                              \
    X(CAPTABLE, 5, REVOKE, CONTROL, "slot", "")                                              \
    X(CAPTABLE, 6, INSPECT, CONTROL, "slot", "type, rights, badge, depth")                   \
    X(CAPTABLE, 7, CLOSE, CONTROL, "slot of an Endpoint with CONTROL", "")                   \
    X(CAPTABLE, 8, OPEN, CONTROL, "slot of an Endpoint with CONTROL", "")                    \
    X(CAPTABLE, 9, CANCEL_BADGE, CONTROL, "slot of an Endpoint with CONTROL, badge", "")     \
    X(THREAD, 1, CONFIGURE, CONTROL, "CapTable, AddressSpace, Endpoint, fault Endpoint or 0, SchedContext or 0", "") \
    X(THREAD, 2, START, CONTROL, "pc, sp, TPIDR_EL0", "")                                    \
    X(THREAD, 3, CANCEL, CONTROL, "", "")                                                    \
    X(THREAD, 4, READ_REGISTERS, CONTROL, "first register (0-30 x, 31 sp, 32 pc, 33 pstate, 34 TPIDR_EL0)", "six registers; x1 to x18, and x0 unless it calls, are 0 while it waits; x9 to x18 if it asks itself") \
    X(THREAD, 5, WRITE_REGISTERS, CONTROL, "first register, how many (1-4), their values", "") \
    X(THREAD, 6, SUSPEND, CONTROL, "", "")                                                   \
    X(THREAD, 7, RESUME, CONTROL, "1: for one instruction; else 0", "")                      \
    X(THREAD, 8, BIND_TIME, CONTROL, "SchedContext or 0", "")                                \
    X(THREAD, 9, INSPECT, CONTROL, "", "enum thole_thread_state, flags, ceiling, grace, badge it was called with, fault") \
    X(SCHED_CONTEXT, 1, CONSUMED, CONTROL, "", "ticks used so far, priority, budget, period, core, ticks left") \
    X(INTERRUPT, 1, BIND, CONTROL, "Endpoint, SchedContext or 0", "")                        \
    X(TIMER, 1, BIND, CONTROL, "Endpoint, SchedContext or 0", "")                            \
    X(TIMER, 2, ARM, SEND, "deadline (ticks)", "")                                           \
    X(TIMER, 3, DISARM, SEND, "", "")                                                        \
    X(NOTIFICATION, 1, BIND, CONTROL, "Endpoint, SchedContext or 0", "")                     \
    X(NOTIFICATION, 2, SIGNAL, SEND, "", "")                                                 \
    X(PAGE_TABLE, 1, MAP, CONTROL, "AddressSpace, address", "")                              \
    X(PAGE_TABLE, 2, UNMAP, CONTROL, "", "")                                                 \
    X(FRAME, 1, MAP, CONTROL, "AddressSpace, address, rights, enum thole_memory", "")        \
    X(FRAME, 2, UNMAP, CONTROL, "", "")                                                      \
    X(FRAME, 3, ADDRESS, CONTROL, "", "physical address, size bits")                         \
    X(IRQ_CONTROL, 1, ATTACH, CONTROL, "Interrupt, line, enum thole_trigger", "")            \
    X(SCHED_CONTROL, 1, CONFIGURE, CONTROL, "SchedContext, core, priority, budget, period (ticks)", "") \
    X(SCHED_CONTROL, 2, CEILING, CONTROL, "Thread, ceiling, grace (ticks)", "")              \
    X(ASID_CONTROL, 1, ASSIGN, CONTROL, "AddressSpace", "ASID")                              \
    X(MACHINE, 1, POWER_OFF, CONTROL, "", "(returns only where the firmware cannot)")        \
    X(MACHINE, 2, RESET, CONTROL, "", "(returns only where the firmware cannot)")            \
    X(MACHINE, 3, PRINT, CONTROL, "bytes (0-40), the text in five words", "bytes taken") \
    X(MACHINE, 4, TRACE, CONTROL, "Frame for the ring of thole/trace.h, or 0: end", "")      \
    X(MACHINE, 5, NAME, CONTROL, "Thread, the number by which traces call it", "")

/* What THREAD_INSPECT answers. X(number, NAME, what it is) */
#define THOLE_THREAD_STATES(X)                                                   \
    X(0, STOPPED, "new, ended, or left stopped after a fault")                   \
    X(1, READY, "runs, or is to run")                                            \
    X(2, RECEIVING, "waits at an endpoint")                                      \
    X(3, CALLING, "waits for an answer")                                         \
    X(4, STRANDED, "could run, but has no time")
/* Its flags. X(bit, NAME, what it means) */
#define THOLE_THREAD_FLAGS(X)                                                    \
    X(0, SUSPENDED, "does not run until it is resumed")                          \
    X(1, LENT, "runs on time that was lent to it")                               \
    X(2, OWES, "has received a message and not answered it")                     \
    X(3, FAULTED, "its fault waits for a handler")                               \
    X(4, HAS_TIME, "has time now")                                               \
    X(5, SPENT, "waits for the next period of its time")

#define THOLE_X(number, NAME, ...) OBJECT_##NAME = number,
enum thole_object { THOLE_OBJECTS(THOLE_X) OBJECT_COUNT };
#undef THOLE_X
#define THOLE_X(bit, NAME, ...) RIGHT_##NAME = 1 << bit,
enum thole_right { THOLE_RIGHTS(THOLE_X) };
#undef THOLE_X
#define THOLE_X(number, NAME, ...) RESULT_##NAME = number,
enum thole_result { THOLE_RESULTS(THOLE_X) RESULT_COUNT };
#undef THOLE_X
#define THOLE_X(TYPE, number, NAME, ...) TYPE##_##NAME = number,
enum thole_operation { THOLE_OPERATIONS(THOLE_X) };
#undef THOLE_X
#define THOLE_X(number, NAME, ...) THREAD_##NAME = number,
enum thole_thread_state { THOLE_THREAD_STATES(THOLE_X) };
#undef THOLE_X
#define THOLE_X(bit, NAME, ...) THREAD_FLAG_##NAME = 1 << bit,
enum thole_thread_flag { THOLE_THREAD_FLAGS(THOLE_X) };
#undef THOLE_X

/* How memory is mapped, a word of FRAME_MAP. Device frames are always DEVICE. */
enum thole_memory { MEMORY_NORMAL = 0, MEMORY_DEVICE = 1, MEMORY_UNCACHED = 2 };

enum thole_trigger { TRIGGER_LEVEL = 0, TRIGGER_EDGE = 1 };

#define PRIORITY_COUNT 64          /* 0 (least urgent) to 63 */
#define UNTYPED_MIN_BITS 6
#define UNTYPED_MAX_BITS 39
#define CAPTABLE_MIN_BITS 1        /* slots of a table: 2^1 to 2^16 */
#define CAPTABLE_MAX_BITS 16
#define DERIVATION_MAX_DEPTH 255
#define FRAME_BITS_4K 12
#define FRAME_BITS_2M 21
#define FRAME_BITS_1G 30
#define USER_ADDRESS_BITS 39       /* programs' addresses are below 2^39 */
#define INTERRUPT_SHARE_MAX 8      /* Interrupts on one line */
