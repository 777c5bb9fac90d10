/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on kernel objects. Each line of THOLE_OPERATIONS has one function
 * op_TYPE_NAME here; operation.c tells them apart by the same list. An
 * operation reads its words into named locals, checks everything, and then
 * commits through functions that cannot fail.
 */
#pragma once
#include "../core.h"
#include "capability.h"
#include "thread.h"

/*
 * All have the same parameters: who called, the capability called, the six message words.
 * So they stay in the same registers all the way, and each operation uses what it needs.
 */
#define MAYBE __attribute__((unused))
#define OPERATION_PARAMETERS                                                          \
    struct thread *caller MAYBE, struct slot *target MAYBE, uint64_t word0 MAYBE,     \
    uint64_t word1 MAYBE, uint64_t word2 MAYBE, uint64_t word3 MAYBE, uint64_t word4 MAYBE, \
    uint64_t word5 MAYBE
#define OPERATION_ARGUMENTS caller, target, word0, word1, word2, word3, word4, word5

/*
 * Not made one of all: each would pay for what any of them keeps on the stack. Nor are its
 * parameters made fewer: what is left would have to be moved.
 */
#define OPERATION(TYPE, number, NAME, right, in, out) \
    AS_WRITTEN enum thole_result op_##TYPE##_##NAME(OPERATION_PARAMETERS);
THOLE_OPERATIONS(OPERATION)
#undef OPERATION

/* The words of the answer, for those that give any. One core at a time is in the kernel. */
extern struct operation_outs {
    uint64_t word[THOLE_MESSAGE_WORDS];
    unsigned count; /* 0 when an operation begins */
} operation_outs;

/* The core that the caller called on. */
static inline struct core *core_of(const struct thread *caller)
{
    return core_numbered(caller->loaded_on);
}

/* A call of core's current thread: does what it asks `target` to do, and gives it its answer. */
void operation_invoke(struct core *core, struct slot *target);
/* Gives the answer alone; even if the caller has ended itself, which is memory of nobody else's yet. */
void operation_answer(struct thread *caller, enum thole_result result);

/*
 * A slot of the caller's table that holds a capability of `type` with `right`;
 * RESULT_BAD_SLOT, RESULT_EMPTY or RESULT_NO_RIGHT otherwise.
 */
INLINED MUST_CHECK enum thole_result operation_slot(const struct thread *caller, uint64_t index,
                                                    enum thole_object type, unsigned right,
                                                    struct slot **slot)
{
    if (index > caller->table_last)
        return RESULT_BAD_SLOT;
    *slot = &caller->table[index & caller->table_last]; /* as thread_slot */
    if (slot_type(*slot) == type)
        return slot_permits(*slot, right) ? RESULT_DONE : RESULT_NO_RIGHT;
    return slot_is_empty(*slot) ? RESULT_EMPTY : RESULT_BAD_SLOT;
}
/* Slot `index` of the table that `table` names; NULL if there is none. Slot 0 is never used. */
INLINED struct slot *operation_table_slot(const struct slot *table, uint64_t index)
{
    uint64_t limit = 1ULL << slot_size_bits(table);
    struct slot *slots = slot_object(table);

    if (index == 0 || index >= limit)
        return NULL;
    return &slots[index & (limit - 1)]; /* also under speculation */
}

/* BIND of the three event objects: words are Endpoint, SchedContext or 0. */
enum thole_result operation_bind(struct thread *caller, uint64_t endpoint_index,
                                 uint64_t time_index, struct sender *sender) MUST_CHECK;
