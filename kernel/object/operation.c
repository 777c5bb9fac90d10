/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a call on a kernel object to the function that does it, and back.
 */
#include "operation.h"

#include "sched_context.h"
#include "thread.h"

#define OPERATIONS_A_TYPE 10

struct operation {
    operation_function *function;
    uint8_t right;
};

static const struct operation operation_table[OBJECT_COUNT][OPERATIONS_A_TYPE] = {
#define OPERATION(TYPE, number, NAME, right, in, out) \
    [OBJECT_##TYPE][number] = { op_##TYPE##_##NAME, RIGHT_##right },
    THOLE_OPERATIONS(OPERATION)
#undef OPERATION
};

struct slot *operation_table_slot(const struct slot *table, uint64_t index)
{
    uint64_t limit = 1ULL << slot_size_bits(table);
    struct slot *slots = slot_object(table);

    if (index == 0 || index >= limit)
        return NULL;
    return &slots[arch_mask_index(index, limit)];
}

enum thole_result operation_slot(const struct invocation *invocation, uint64_t index,
                                 enum thole_object type, unsigned right, struct slot **slot)
{
    *slot = thread_slot(invocation->caller, index);
    if (*slot == NULL)
        return RESULT_BAD_SLOT;
    if (slot_is_empty(*slot))
        return RESULT_EMPTY;
    if (slot_type(*slot) != type)
        return RESULT_BAD_SLOT;
    return slot_permits(*slot, right) ? RESULT_DONE : RESULT_NO_RIGHT;
}

enum thole_result operation_bind(struct invocation *invocation, struct sender *sender)
{
    uint64_t endpoint_index = invocation->word[0], time_index = invocation->word[1];
    struct slot *endpoint, *time = NULL;
    enum thole_result result;

    if (!slot_is_empty(&sender->endpoint))
        return RESULT_OCCUPIED;
    result = operation_slot(invocation, endpoint_index, OBJECT_ENDPOINT, RIGHT_RECV, &endpoint);
    if (result == RESULT_DONE)
        result = slot_check_depth(endpoint);
    if (result == RESULT_DONE && time_index != 0) {
        result = operation_slot(invocation, time_index, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &time);
        if (result == RESULT_DONE)
            result = slot_check_depth(time);
    }
    if (result != RESULT_DONE)
        return result;
    if (time != NULL && !sched_context_is_configured(slot_object(time)))
        return RESULT_NOT_READY;
    sender_bind(sender, endpoint, time);
    sender_refire(invocation->core, sender);
    return RESULT_DONE;
}

static enum thole_result dispatch(struct invocation *invocation, uint64_t label)
{
    enum thole_object type = slot_type(invocation->target);
    const struct operation *operation;

    if (label >= OPERATIONS_A_TYPE)
        return RESULT_BAD_OPERATION;
    operation = &operation_table[type][arch_mask_index(label, OPERATIONS_A_TYPE)];
    if (operation->function == NULL)
        return RESULT_BAD_OPERATION;
    if (!slot_permits(invocation->target, operation->right))
        return RESULT_NO_RIGHT;
    return operation->function(invocation);
}

void operation_invoke(struct core *core, struct slot *target)
{
    struct thread *caller = core->current;
    struct invocation invocation = { .core = core, .caller = caller, .target = target };
    enum thole_result result;

    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        invocation.word[index] = frame_get(&caller->frame, 2 + index);
    result = dispatch(&invocation, thole_tag_label(frame_get(&caller->frame, 1)));
    /* The caller may have ended itself by this; its registers are still memory of nobody else's. */
    for (unsigned index = 0; index < THOLE_MESSAGE_WORDS; index++)
        frame_set(&caller->frame, 2 + index, index < invocation.outs ? invocation.out[index] : 0);
    frame_set(&caller->frame, 8, 0);
    thread_return(caller, STATUS_OK, thole_tag(result, invocation.outs));
}
