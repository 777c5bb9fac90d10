/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the short ways know of the portable core, asserted: in the kernel, and on the
 * host, where the same structures are under the interpreter that tests run them with.
 */
#pragma once
#include "kernel/core.h"
#include "kernel/event.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/event_object.h"
#include "kernel/object/thread.h"
#include "offsets.h"

#define AT(type, member, offset) STATIC_ASSERT(offsetof(struct type, member) == (offset))
AT(thread, sender, 0);
AT(sender, badge, THREAD_BADGE);
AT(sender, servant, THREAD_SERVANT);
AT(sender, servant, THREAD_BADGE + 8);
AT(sender, flags, THREAD_FLAGS);
AT(sender, fp_turns, THREAD_FP_TURNS);
AT(sender, fp_turns, THREAD_FLAGS + 1);
AT(sender, doomed, THREAD_FLAGS + 2);
AT(sender, ceiling, THREAD_FLAGS + 3);
AT(sender, ceiling, THREAD_CEILING);
AT(sender, fired_again, THREAD_FIRED_AGAIN);
AT(sender, state, THREAD_SENDER_STATE);
AT(thread, state, THREAD_SENDER_STATE + 1);
AT(thread, state, THREAD_STATE);
AT(thread, loaded_on, THREAD_STATE + 1);
AT(thread, lent, THREAD_STATE + THREAD_LENT_BIT / 8);
AT(sender, flags, THREAD_STATE - 8);
AT(thread, bereft, THREAD_STATE + 3);
AT(thread, table, THREAD_TABLE);
AT(thread, table_last, THREAD_TABLE + 8);
AT(thread, space_word, THREAD_SPACE_WORD);
AT(thread, owes, THREAD_OWES);
AT(thread, owes, THREAD_STATE + 8);
AT(thread, zero, THREAD_STATE + 4);
AT(thread, receiving_on, THREAD_RECEIVING_ON);
AT(thread, slots, THREAD_RECEIVING_ON + 8);
AT(thread, slots, THREAD_SLOTS);
AT(thread, ending, THREAD_ENDING);
AT(thread, vital, THREAD_ENDING + 1);
AT(thread, fault_word, THREAD_FAULT_WORD);
AT(thread, frame, THREAD_FRAME);
AT(thread, fault, THREAD_FAULT);
AT(thread, link_receive, THREAD_LINK_RECEIVE);
AT(thread, fp, THREAD_FP);
AT(fp_state, fpsr, FP_STATUS);
AT(fp_state, fpcr, FP_STATUS + 8);
AT(fp_state, q, FP_Q(0));
AT(core, gate, CORE_GATE);
AT(core, runs_lent, CORE_RUNS_LENT);
AT(core, current, CORE_CURRENT);
AT(core, loaded, CORE_CURRENT + 8);
AT(core, space, CORE_SPACE);
AT(core, space_left, CORE_SPACE + 8);
AT(core, ready_levels, CORE_READY_LEVELS);
AT(core, running, CORE_RUNNING);
AT(core, interrupted, CORE_READY_LEVELS + 8);
AT(core, interrupted, CORE_INTERRUPTED);
AT(core, interrupted_thread, CORE_INTERRUPTED + 8);
AT(core, interrupted_thread, CORE_INTERRUPTED_THREAD);
AT(endpoint, home, ENDPOINT_HOME);
AT(endpoint, warm, ENDPOINT_WARM);
AT(endpoint, receivers, ENDPOINT_RECEIVERS);
AT(endpoint, active, ENDPOINT_ACTIVE);
AT(notification, sender, 0);
AT(notification, bits, NOTIFICATION_BITS);
STATIC_ASSERT(THREAD_FIRED_AGAIN % 2 == 0 && THREAD_SENDER_STATE == THREAD_FIRED_AGAIN + 1); /* ldxrh */
AT(sender, flags, SENDER_FLAGS);
AT(sender, flags, THREAD_FLAGS);
AT(sender, kind, SENDER_KIND);
AT(sender, kind, SENDER_FLAGS + KIND_SHIFT / 8);
AT(sender, shares, SENDER_KIND + 1);
AT(sender, fired_again, SENDER_KIND + 2);
AT(sender, state, SENDER_KIND + 3);
AT(thread, time, THREAD_TIME);
AT(core, since, CORE_RUNNING + 8);
AT(core, timer_before, CORE_TIMER_BEFORE);
AT(core, timer_set, CORE_TIMER_BEFORE + 8);
AT(core, timer_set, CORE_TIMER_SET);
AT(core, number, CORE_NUMBER);
AT(core, alone, CORE_ALONE);
STATIC_ASSERT(sizeof(((struct core *)0)->number) == 2 && sizeof(((struct core *)0)->alone) == 2);
AT(core, ready, CORE_READY);
AT(interrupt, sender, 0);
AT(interrupt, line, INTERRUPT_LINE);
AT(interrupt, line, INTERRUPT_OWING + 4);
AT(interrupt, owing, INTERRUPT_OWING);
AT(interrupt, owing, SENDER_FLAGS + 8);
AT(interrupt, zero, INTERRUPT_OWING + 2);
AT(interrupt, ends, EVENT_TIME);
AT(notification, ends, EVENT_TIME);
AT(event_ends, time, 0);
AT(event_ends, endpoint, 8);
AT(core, took, CORE_TOOK);
STATIC_ASSERT(CORE_TOOK % 8 == 0 && sizeof(struct interrupt_taken) == 12);
AT(interrupt_taken, flags, 0);
AT(interrupt_taken, awaited, 1);
AT(interrupt_taken, doomed, 2);
AT(interrupt_taken, ceiling, 3);
AT(interrupt_taken, kind, SENDER_KIND - SENDER_FLAGS);
AT(interrupt_taken, shares, SENDER_KIND - SENDER_FLAGS + 1);
AT(interrupt_taken, fired_again, SENDER_KIND - SENDER_FLAGS + 2);
AT(interrupt_taken, state, SENDER_KIND - SENDER_FLAGS + 3);
AT(interrupt_taken, owing, INTERRUPT_OWING - SENDER_FLAGS);
AT(interrupt_taken, zero, INTERRUPT_OWING - SENDER_FLAGS + 2);
AT(sched_context, ready, 0);
AT(sched_context, thread, SCHED_CONTEXT_THREAD);
AT(sched_context, event, SCHED_CONTEXT_EVENT);
AT(sched_context, event, SCHED_CONTEXT_THREAD + 8);
AT(sched_context, priority, SCHED_CONTEXT_PRIORITY);
AT(sched_context, core, SCHED_CONTEXT_WORD);
AT(sched_context, priority, SCHED_CONTEXT_WORD + 3);
AT(sched_context, nothing, SCHED_CONTEXT_WORD + 1);
STATIC_ASSERT(THREAD_FLAGS_MASK == 0xffffff && THREAD_CEILING == THREAD_FLAGS + 3); /* as in that word */
AT(sched_context, level, SCHED_CONTEXT_LEVEL);
AT(sched_context, remaining, SCHED_CONTEXT_REMAINING);
AT(sched_context, period_end, SCHED_CONTEXT_REMAINING + 8);
AT(sched_context, core, SCHED_CONTEXT_CORE);
AT(core, deadlines.timer, CORE_TIMER_SET + 8);
AT(sched_context, dying_ring, SCHED_CONTEXT_DYING_RING);
STATIC_ASSERT(sizeof(struct list) == 16 && offsetof(struct list, next) == 0); /* and prev behind it */
STATIC_ASSERT(SENDER_FLAG_EVENT == SENDER_EVENT && SENDER_IDLE == 0);
STATIC_ASSERT(KIND_NUMBER_INTERRUPT == KIND_INTERRUPT && KIND_NUMBER_SIGNAL == KIND_SIGNAL);
STATIC_ASSERT(SENDER_FLAG_FAULTED == SENDER_FAULTED && KIND_NUMBER_FAULT == KIND_FAULT);
STATIC_ASSERT(KIND_NUMBER_CALL == KIND_CALL && THOLE_FAULT_RESUME == 0);
STATIC_ASSERT(FAULT_NUMBER_READ == FAULT_READ && FAULT_NUMBER_READ + 1 == FAULT_WRITE);
STATIC_ASSERT(FAULT_NUMBER_TIMEOUT == FAULT_TIMEOUT);
STATIC_ASSERT(IRQ_LINES == GIC_LINES_END);
AT(slot, object, 0);
AT(slot, badge, 8);
AT(slot, next, SLOT_NEXT);
AT(slot, prev, SLOT_PREV);
AT(slot, prev, SLOT_NEXT + 8);
STATIC_ASSERT(sizeof(struct slot) == 32);
STATIC_ASSERT(SLOT_DEPTH_SHIFT == SLOT_TYPE_SHIFT && SLOT_FLAGS_SHIFT == SLOT_TYPE_SHIFT + 8);
STATIC_ASSERT(SLOT_ADDRESS_MASK == (1ULL << SLOT_TYPE_SHIFT) - 1);
STATIC_ASSERT(SLOT_DEPTH_MAX == DERIVATION_MAX_DEPTH);
STATIC_ASSERT(1 << (SLOT_ENDING_BIT - SLOT_FLAGS_SHIFT) == SLOT_ENDING);
STATIC_ASSERT(SLOT_TYPE_FRAME == OBJECT_FRAME);
STATIC_ASSERT(SLOT_TYPES_NO_COPY == (1 << OBJECT_NULL | 1 << OBJECT_UNTYPED | 1 << OBJECT_REPLY |
                                     1 << OBJECT_PAGE_TABLE));
STATIC_ASSERT(THREAD_ARRIVAL == THREAD_SLOTS + 4 && THOLE_MESSAGE_WORDS == 6); /* x7 is the last */
STATIC_ASSERT((THREAD_FRAME + OFFSET_X(19)) % 64 == 0);
STATIC_ASSERT(THREAD_FP_TURNS_MASK == 0xff << THREAD_FP_TURNS_SHIFT && THREAD_FP_TURNS_SHIFT == 8);
STATIC_ASSERT(SYSCALL_NUMBER_CALL == SYSCALL_CALL && SYSCALL_NUMBER_REPLY_RECV == SYSCALL_REPLY_RECV);
STATIC_ASSERT(SYSCALL_NUMBER_TRY_RECV == SYSCALL_TRY_RECV && SYSCALL_NUMBER_YIELD == SYSCALL_YIELD);
STATIC_ASSERT(SYSCALL_NUMBER_YIELD + 1 == SYSCALL_EXIT); /* the last that is no fault */
STATIC_ASSERT(STATUS_NUMBER_WOULD_WAIT == STATUS_WOULD_WAIT && SIGNAL_LABEL == NOTIFICATION_SIGNAL);
STATIC_ASSERT(SLOT_TYPE_NOTIFICATION == OBJECT_NOTIFICATION);
STATIC_ASSERT(OPERATIONS_TYPES == (1 << OBJECT_UNTYPED | 1 << OBJECT_CAPTABLE | 1 << OBJECT_FRAME));
#define OPERATION_BIT(type, label) (1ULL << (((type) % 8) * OPERATIONS_LABELS + (label)))
STATIC_ASSERT((OPERATIONS_LOW | (uint64_t)OPERATIONS_HIGH << 32) ==
              (OPERATION_BIT(OBJECT_UNTYPED, UNTYPED_RETYPE) |
               OPERATION_BIT(OBJECT_CAPTABLE, CAPTABLE_COPY) |
               OPERATION_BIT(OBJECT_CAPTABLE, CAPTABLE_MINT) |
               OPERATION_BIT(OBJECT_CAPTABLE, CAPTABLE_MOVE) |
               OPERATION_BIT(OBJECT_CAPTABLE, CAPTABLE_DELETE) |
               OPERATION_BIT(OBJECT_FRAME, FRAME_MAP) | OPERATION_BIT(OBJECT_FRAME, FRAME_UNMAP)));
#undef OPERATION_BIT
STATIC_ASSERT(OBJECT_COUNT <= 32); /* a right in the bits above is lost in a shift */
STATIC_ASSERT(OPERATION_ENDS == 1u << OPERATION_ENDS_BIT);
STATIC_ASSERT((SYSCALL_CALL & GATE_TAKEN) == SYSCALL_CALL && SYSCALL_CALL != 0);
STATIC_ASSERT((SYSCALL_REPLY_RECV & GATE_TAKEN) == SYSCALL_REPLY_RECV && SYSCALL_REPLY_RECV != 0);
STATIC_ASSERT(GATE_TAKEN == 0xffff && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__); /* stlrh */
STATIC_ASSERT(SLOT_TYPE_ENDPOINT == OBJECT_ENDPOINT && SLOT_RIGHT_SEND == RIGHT_SEND << 8);
STATIC_ASSERT(1ULL << SLOT_RIGHT_RECV_BIT == (uint64_t)RIGHT_RECV << (SLOT_TYPE_SHIFT + 8));
STATIC_ASSERT(1ULL << SLOT_RIGHT_GRANT_BIT == (uint64_t)RIGHT_GRANT << (SLOT_TYPE_SHIFT + 8));
STATIC_ASSERT(1 << THOLE_TAG_CAP_BIT == THOLE_TAG_CAP && TAG_KIND_CALL == KIND_CALL << THOLE_TAG_KIND_SHIFT);
STATIC_ASSERT(TAG_KEPT == (UINT64_MAX << THOLE_TAG_LABEL_SHIFT | THOLE_TAG_WORDS_MASK | THOLE_TAG_CAP));
STATIC_ASSERT(TAG_LABEL == UINT64_MAX << THOLE_TAG_LABEL_SHIFT);
STATIC_ASSERT(KIND_ANSWER == 0 && STATUS_OK == 0 && SENDER_IDLE == 0);
STATIC_ASSERT(SENDER_STATE_IN_SERVICE == SENDER_IN_SERVICE);
STATIC_ASSERT(THREAD_STATE_RECEIVING == THREAD_RECEIVING && THREAD_STATE_CALLING == THREAD_CALLING);
#undef AT
