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

struct invocation {
    struct core *core;
    struct thread *caller;
    struct slot *target;                  /* the capability called */
    const uint64_t *word;                 /* the caller's message registers */
    uint64_t out[THOLE_MESSAGE_WORDS];
    unsigned outs;                        /* how many of them the answer has */
};

typedef enum thole_result operation_function(struct invocation *);

/* Not made one of all: each would pay for what any of them keeps on the stack. */
#define OPERATION(TYPE, number, NAME, right, in, out) \
    APART operation_function op_##TYPE##_##NAME;
THOLE_OPERATIONS(OPERATION)
#undef OPERATION

/* Dispatches, and gives the caller its answer. */
void operation_invoke(struct core *core, struct slot *target);

/*
 * A slot of the caller's table that holds a capability of `type` with `right`;
 * RESULT_BAD_SLOT, RESULT_EMPTY or RESULT_NO_RIGHT otherwise.
 */
INLINED MUST_CHECK enum thole_result operation_slot(const struct invocation *invocation,
                                                    uint64_t index, enum thole_object type,
                                                    unsigned right, struct slot **slot)
{
    const struct thread *caller = invocation->caller;

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
enum thole_result operation_bind(struct invocation *invocation, struct sender *sender) MUST_CHECK;
