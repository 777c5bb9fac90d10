/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on kernel objects. Each line of THOLE_OPERATIONS has one function
 * op_TYPE_NAME here; the table in operation.c is made from the same list. An
 * operation reads its words into named locals, checks everything, and then
 * commits through functions that cannot fail.
 */
#pragma once
#include "../core.h"
#include "capability.h"

struct invocation {
    struct core *core;
    struct thread *caller;
    struct slot *target;                  /* the capability called */
    uint64_t word[THOLE_MESSAGE_WORDS];
    uint64_t out[THOLE_MESSAGE_WORDS];
    unsigned outs;                        /* how many of them the answer has */
};

typedef enum thole_result operation_function(struct invocation *);

#define OPERATION(TYPE, number, NAME, right, in, out) operation_function op_##TYPE##_##NAME;
THOLE_OPERATIONS(OPERATION)
#undef OPERATION

/* Dispatches, and gives the caller its answer. */
void operation_invoke(struct core *core, struct slot *target);

/*
 * A slot of the caller's table that holds a capability of `type` with `right`;
 * RESULT_BAD_SLOT, RESULT_EMPTY or RESULT_NO_RIGHT otherwise.
 */
enum thole_result operation_slot(const struct invocation *invocation, uint64_t index,
                                 enum thole_object type, unsigned right,
                                 struct slot **slot) MUST_CHECK;
/* Slot `index` of the table that `table` names; NULL if there is none. Slot 0 is never used. */
struct slot *operation_table_slot(const struct slot *table, uint64_t index);

/* BIND of the three event objects: words are Endpoint, SchedContext or 0. */
enum thole_result operation_bind(struct invocation *invocation, struct sender *sender) MUST_CHECK;
