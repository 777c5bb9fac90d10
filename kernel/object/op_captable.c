/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on CapTable: capabilities are copied, minted, moved, deleted and
 * revoked by (table, slot), so that a parent can fill its child's table.
 */
#include "endpoint.h"
#include "operation.h"
#include "thread.h"

/* The slots of COPY, MINT and MOVE: words are slot, source table, source slot. */
struct pair {
    struct slot *target;
    struct slot *source;
};

INLINED enum thole_result check_pair(const struct thread *caller, const struct slot *into,
                                     uint64_t target_index, uint64_t table_index,
                                     uint64_t source_index, struct pair *pair)
{
    struct slot *table;
    enum thole_result result =
        operation_slot(caller, table_index, OBJECT_CAPTABLE, RIGHT_CONTROL, &table);

    if (result != RESULT_DONE)
        return result;
    pair->target = operation_table_slot(into, target_index);
    pair->source = operation_table_slot(table, source_index);
    if (pair->target == NULL || pair->source == NULL)
        return RESULT_BAD_SLOT;
    if (slot_is_empty(pair->source))
        return RESULT_EMPTY;
    return slot_is_empty(pair->target) ? RESULT_DONE : RESULT_OCCUPIED;
}

enum thole_result op_CAPTABLE_MINT(OPERATION_PARAMETERS)
{
    uint64_t rights = word3, badge = word4;
    struct pair pair;
    struct copied copied;
    enum thole_result result = check_pair(caller, target, word0, word1, word2, &pair);

    if (result == RESULT_DONE)
        result = slot_check_copy(pair.source, (unsigned)(rights & RIGHTS_ALL), badge, &copied);
    if (result == RESULT_DONE)
        slot_put_child(pair.target, pair.source, copied.object, copied.badge, 0);
    return result;
}

enum thole_result op_CAPTABLE_COPY(OPERATION_PARAMETERS)
{
    word4 = 0; /* no badge is given */
    return op_CAPTABLE_MINT(OPERATION_ARGUMENTS);
}

SELDOM enum thole_result op_CAPTABLE_MOVE(OPERATION_PARAMETERS)
{
    struct pair pair;
    enum thole_result result = check_pair(caller, target, word0, word1, word2, &pair);

    if (result == RESULT_DONE)
        slot_move(pair.target, pair.source);
    return result;
}

INLINED enum thole_result own_slot(const struct slot *table, uint64_t index, struct slot **slot)
{
    *slot = operation_table_slot(table, index);
    return *slot != NULL ? RESULT_DONE : RESULT_BAD_SLOT;
}

enum thole_result op_CAPTABLE_DELETE(OPERATION_PARAMETERS)
{
    struct slot *slot;
    enum thole_result result = own_slot(target, word0, &slot);

    return result == RESULT_DONE ? slot_delete(core_of(caller), slot) : result;
}

SELDOM enum thole_result op_CAPTABLE_REVOKE(OPERATION_PARAMETERS)
{
    struct slot *slot;
    enum thole_result result = own_slot(target, word0, &slot);

    return result == RESULT_DONE ? slot_revoke(core_of(caller), slot) : result;
}

SELDOM enum thole_result op_CAPTABLE_INSPECT(OPERATION_PARAMETERS)
{
    struct slot *slot;
    enum thole_result result = own_slot(target, word0, &slot);

    if (result != RESULT_DONE)
        return result;
    bool has_badge =
        slot_type(slot) == OBJECT_ENDPOINT || slot_type(slot) == OBJECT_NOTIFICATION;

    operation_outs.word[0] = slot_type(slot);
    operation_outs.word[1] = slot_rights(slot);
    operation_outs.word[2] = has_badge ? slot->badge : 0; /* others hold the kernel's own affairs */
    operation_outs.word[3] = slot_depth(slot);
    operation_outs.count = 4;
    return RESULT_DONE;
}

static enum thole_result endpoint_of(const struct slot *table, uint64_t index,
                                     struct endpoint **endpoint)
{
    struct slot *slot;
    enum thole_result result = own_slot(table, index, &slot);

    if (result != RESULT_DONE)
        return result;
    if (slot_type(slot) != OBJECT_ENDPOINT)
        return RESULT_BAD_SLOT;
    *endpoint = slot_object(slot);
    return slot_permits(slot, RIGHT_CONTROL) ? RESULT_DONE : RESULT_NO_RIGHT;
}

SELDOM enum thole_result op_CAPTABLE_CLOSE(OPERATION_PARAMETERS)
{
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(target, word0, &endpoint);

    return result == RESULT_DONE ? endpoint_close(core_of(caller), endpoint) : result;
}

SELDOM enum thole_result op_CAPTABLE_CANCEL_BADGE(OPERATION_PARAMETERS)
{
    uint64_t badge = word1;
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(target, word0, &endpoint);

    return result == RESULT_DONE ? endpoint_cancel_badge(core_of(caller), endpoint, badge)
                                 : result;
}

SELDOM enum thole_result op_CAPTABLE_OPEN(OPERATION_PARAMETERS)
{
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(target, word0, &endpoint);

    if (result == RESULT_DONE)
        endpoint_open(endpoint);
    return result;
}
