/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a call on a kernel object to the function that does it, and back.
 */
#include "operation.h"

#include "sched_context.h"
#include "thread.h"

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

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a list, one comparison each */
INLINED enum thole_result dispatch_type(struct invocation *invocation, uint64_t label,
                                        enum thole_object type)
{
#define OPERATION(TYPE, number, NAME, right, in, out)                          \
    if (type == OBJECT_##TYPE && label == (number))                            \
        return slot_permits(invocation->target, RIGHT_##right) ? op_##TYPE##_##NAME(invocation) \
                                                               : RESULT_NO_RIGHT;
    THOLE_OPERATIONS(OPERATION)
#undef OPERATION
    return RESULT_BAD_OPERATION;
}

/*
 * Compared, and not looked up in a table: there is no indirect branch, and no index to
 * be masked. What happens most comes first; the compiler drops what is of other types.
 */
INLINED enum thole_result dispatch(struct invocation *invocation, uint64_t label)
{
    enum thole_object type = slot_type(invocation->target);

    if (type == OBJECT_CAPTABLE)
        return dispatch_type(invocation, label, OBJECT_CAPTABLE);
    if (type == OBJECT_FRAME)
        return dispatch_type(invocation, label, OBJECT_FRAME);
    if (type == OBJECT_NOTIFICATION)
        return dispatch_type(invocation, label, OBJECT_NOTIFICATION);
    if (type == OBJECT_UNTYPED)
        return dispatch_type(invocation, label, OBJECT_UNTYPED);
    return dispatch_type(invocation, label, type);
}

APART void operation_invoke(struct core *core, struct slot *target)
{
    /* Who has the lock has it: on the stack it would cost each call a look at the guard. */
    static struct invocation invocation;
    struct thread *caller = core->current;
    uint64_t *word = frame_words(&caller->frame);

    /* All of it: what another got is nobody else's affair. */
    invocation = (struct invocation){ .core = core, .caller = caller, .target = target, .word = word };
    enum thole_result result = dispatch(&invocation, thole_tag_label(frame_get(&caller->frame, 1)));

    /* The caller may have ended itself by this; its registers are still memory of nobody else's. */
    thread_return_nothing(caller, STATUS_OK, thole_tag(result, invocation.outs));
    for (unsigned index = 0; index < invocation.outs; index++)
        word[index] = invocation.out[index];
}
