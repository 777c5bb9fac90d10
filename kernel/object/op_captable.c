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

INLINED enum thole_result check_pair(struct invocation *invocation, struct pair *pair)
{
    uint64_t target_index = invocation->word[0];
    uint64_t table_index = invocation->word[1];
    uint64_t source_index = invocation->word[2];
    struct slot *table;
    enum thole_result result =
        operation_slot(invocation, table_index, OBJECT_CAPTABLE, RIGHT_CONTROL, &table);

    if (result != RESULT_DONE)
        return result;
    pair->target = operation_table_slot(invocation->target, target_index);
    pair->source = operation_table_slot(table, source_index);
    if (pair->target == NULL || pair->source == NULL)
        return RESULT_BAD_SLOT;
    if (slot_is_empty(pair->source))
        return RESULT_EMPTY;
    return slot_is_empty(pair->target) ? RESULT_DONE : RESULT_OCCUPIED;
}

INLINED enum thole_result copy(struct invocation *invocation, uint64_t rights, uint64_t badge)
{
    struct pair pair;
    struct copied copied;
    enum thole_result result = check_pair(invocation, &pair);

    if (result == RESULT_DONE)
        result = slot_check_copy(pair.source, (unsigned)(rights & RIGHTS_ALL), badge, &copied);
    if (result != RESULT_DONE)
        return result;
    slot_fill_child(pair.target, pair.source, copied.object, copied.badge, 0);
    return RESULT_DONE;
}

enum thole_result op_CAPTABLE_COPY(struct invocation *invocation)
{
    return copy(invocation, invocation->word[3], 0);
}

enum thole_result op_CAPTABLE_MINT(struct invocation *invocation)
{
    return copy(invocation, invocation->word[3], invocation->word[4]);
}

enum thole_result op_CAPTABLE_MOVE(struct invocation *invocation)
{
    struct pair pair;
    enum thole_result result = check_pair(invocation, &pair);

    if (result == RESULT_DONE)
        slot_move(pair.target, pair.source);
    return result;
}

static enum thole_result own_slot(struct invocation *invocation, struct slot **slot)
{
    *slot = operation_table_slot(invocation->target, invocation->word[0]);
    return *slot != NULL ? RESULT_DONE : RESULT_BAD_SLOT;
}

enum thole_result op_CAPTABLE_DELETE(struct invocation *invocation)
{
    struct slot *slot;
    enum thole_result result = own_slot(invocation, &slot);

    return result == RESULT_DONE ? slot_delete(invocation->core, slot) : result;
}

enum thole_result op_CAPTABLE_REVOKE(struct invocation *invocation)
{
    struct slot *slot;
    enum thole_result result = own_slot(invocation, &slot);

    return result == RESULT_DONE ? slot_revoke(invocation->core, slot) : result;
}

SELDOM enum thole_result op_CAPTABLE_INSPECT(struct invocation *invocation)
{
    struct slot *slot;
    enum thole_result result = own_slot(invocation, &slot);

    if (result != RESULT_DONE)
        return result;
    bool has_badge =
        slot_type(slot) == OBJECT_ENDPOINT || slot_type(slot) == OBJECT_NOTIFICATION;

    invocation->out[0] = slot_type(slot);
    invocation->out[1] = slot_rights(slot);
    invocation->out[2] = has_badge ? slot->badge : 0; /* others hold the kernel's own affairs */
    invocation->out[3] = slot_depth(slot);
    invocation->outs = 4;
    return RESULT_DONE;
}

static enum thole_result endpoint_of(struct invocation *invocation, struct endpoint **endpoint)
{
    struct slot *slot;
    enum thole_result result = own_slot(invocation, &slot);

    if (result != RESULT_DONE)
        return result;
    if (slot_type(slot) != OBJECT_ENDPOINT)
        return RESULT_BAD_SLOT;
    *endpoint = slot_object(slot);
    return slot_permits(slot, RIGHT_CONTROL) ? RESULT_DONE : RESULT_NO_RIGHT;
}

SELDOM enum thole_result op_CAPTABLE_CLOSE(struct invocation *invocation)
{
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(invocation, &endpoint);

    return result == RESULT_DONE ? endpoint_close(invocation->core, endpoint) : result;
}

SELDOM enum thole_result op_CAPTABLE_CANCEL_BADGE(struct invocation *invocation)
{
    uint64_t badge = invocation->word[1];
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(invocation, &endpoint);

    return result == RESULT_DONE ? endpoint_cancel_badge(invocation->core, endpoint, badge)
                                 : result;
}

SELDOM enum thole_result op_CAPTABLE_OPEN(struct invocation *invocation)
{
    struct endpoint *endpoint;
    enum thole_result result = endpoint_of(invocation, &endpoint);

    if (result == RESULT_DONE)
        endpoint_open(endpoint);
    return result;
}
