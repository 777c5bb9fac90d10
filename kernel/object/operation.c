/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a call on a kernel object to the function that does it, and back.
 */
#include "operation.h"

#include "sched_context.h"
#include "thread.h"

struct operation_outs operation_outs;

enum thole_result operation_bind(struct thread *caller, uint64_t endpoint_index,
                                 uint64_t time_index, struct sender *sender)
{
    struct slot *endpoint, *time = NULL;
    enum thole_result result;

    if (!slot_is_empty(&sender->endpoint))
        return RESULT_OCCUPIED;
    result = operation_slot(caller, endpoint_index, OBJECT_ENDPOINT, RIGHT_RECV, &endpoint);
    if (result == RESULT_DONE)
        result = slot_check_depth(endpoint);
    if (result == RESULT_DONE && time_index != 0) {
        result = operation_slot(caller, time_index, OBJECT_SCHED_CONTEXT, RIGHT_CONTROL, &time);
        if (result == RESULT_DONE)
            result = slot_check_depth(time);
    }
    if (result != RESULT_DONE)
        return result;
    if (time != NULL && !sched_context_is_configured(slot_object(time)))
        return RESULT_NOT_READY;
    sender_bind(sender, endpoint, time);
    event_bound(sender);
    sender_refire(core_of(caller), sender);
    return RESULT_DONE;
}

/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a list, one comparison each */
INLINED enum thole_result dispatch_type(uint64_t label, enum thole_object type,
                                        OPERATION_PARAMETERS)
{
#define OPERATION(TYPE, number, NAME, right, in, out)                          \
    if (type == OBJECT_##TYPE && label == (number))                            \
        return slot_permits(target, RIGHT_##right) ? op_##TYPE##_##NAME(OPERATION_ARGUMENTS) \
                                                   : RESULT_NO_RIGHT;
    THOLE_OPERATIONS(OPERATION)
#undef OPERATION
    return RESULT_BAD_OPERATION;
}

/*
 * Compared, and not looked up in a table: there is no indirect branch, and no index to
 * be masked. What happens most comes first; the compiler drops what is of other types.
 */
INLINED enum thole_result dispatch(uint64_t label, OPERATION_PARAMETERS)
{
    enum thole_object type = slot_type(target);

    if (type == OBJECT_CAPTABLE)
        return dispatch_type(label, OBJECT_CAPTABLE, OPERATION_ARGUMENTS);
    if (type == OBJECT_FRAME)
        return dispatch_type(label, OBJECT_FRAME, OPERATION_ARGUMENTS);
    if (type == OBJECT_NOTIFICATION)
        return dispatch_type(label, OBJECT_NOTIFICATION, OPERATION_ARGUMENTS);
    if (type == OBJECT_UNTYPED)
        return dispatch_type(label, OBJECT_UNTYPED, OPERATION_ARGUMENTS);
    return dispatch_type(label, type, OPERATION_ARGUMENTS);
}

INLINED void answer(struct thread *caller, enum thole_result result)
{
    thread_return_nothing(caller, STATUS_OK, thole_tag(result, operation_outs.count));
    for (unsigned index = 0; index < operation_outs.count; index++)
        frame_words(&caller->frame)[index] = operation_outs.word[index];
}

void operation_answer(struct thread *caller, enum thole_result result)
{
    operation_outs.count = 0;
    answer(caller, result);
}

APART SELDOM void operation_invoke(struct core *core, struct slot *target)
{
    struct thread *caller = core->current;
    const uint64_t *word = frame_words(&caller->frame);
    uint64_t label = thole_tag_label(frame_get(&caller->frame, 1));

    operation_outs.count = 0;
    answer(caller, dispatch(label, caller, target, word[0], word[1], word[2], word[3], word[4],
                            word[5]));
}
