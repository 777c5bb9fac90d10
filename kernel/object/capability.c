/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots and the derivation list: filling, moving, copying and deleting. What
 * the deletion of an object means stands in object.c's table of destroyers.
 */
#include "capability.h"

#include "object.h"
#include "sender.h"

#define FLAGS_SHIFT  56
#define DEPTH_SHIFT  48
#define HOLDER_SHIFT 1

/* Slots removed, or objects destroyed, in one system call. */
#define DELETE_STEPS 8

static uint64_t link_word(const struct slot *to, unsigned depth, unsigned flags)
{
    return ((uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK) | (uint64_t)depth << DEPTH_SHIFT |
           (uint64_t)flags << FLAGS_SHIFT;
}

static void set_next(struct slot *slot, const struct slot *to)
{
    slot->next = (slot->next & ~SLOT_ADDRESS_MASK) | ((uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK);
}

static void set_prev(struct slot *slot, const struct slot *to)
{
    slot->prev = (uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK;
}

static void link_neighbours(struct slot *slot)
{
    if (slot_next(slot) != NULL)
        set_prev(slot_next(slot), slot);
    if (slot_prev(slot) != NULL)
        set_next(slot_prev(slot), slot);
}

void slot_fill_root(struct slot *slot, uint64_t object, uint64_t badge, unsigned flags)
{
    ASSERT(slot_is_empty(slot));
    slot->object = object;
    slot->badge = badge;
    slot->next = link_word(NULL, 0, flags);
    slot->prev = 0;
}

enum thole_result slot_check_depth(const struct slot *source)
{
    return slot_depth(source) < DERIVATION_MAX_DEPTH ? RESULT_DONE : RESULT_TOO_DEEP;
}

void slot_fill_child(struct slot *slot, struct slot *source, uint64_t object, uint64_t badge,
                     unsigned flags)
{
    ASSERT(slot_is_empty(slot) && !slot_is_empty(source));
    ASSERT(slot_depth(source) < DERIVATION_MAX_DEPTH);
    slot->object = object;
    slot->badge = badge;
    slot->next = link_word(slot_next(source), slot_depth(source) + 1, flags);
    set_prev(slot, source);
    link_neighbours(slot);
}

void slot_embed(struct slot *slot, struct slot *source, enum slot_holder holder)
{
    slot_fill_child(slot, source, source->object, source->badge, (unsigned)holder << HOLDER_SHIFT);
}

void slot_move(struct slot *to, struct slot *from)
{
    ASSERT(slot_is_empty(to) && !slot_is_empty(from));
    *to = *from;
    link_neighbours(to);
    *from = (struct slot){ 0 };
    if (slot_type(to) == OBJECT_REPLY)
        reply_moved(to);
}

void slot_clear(struct slot *slot)
{
    struct slot *next = slot_next(slot), *prev = slot_prev(slot);

    if (next != NULL)
        set_prev(next, prev);
    if (prev != NULL)
        set_next(prev, next);
    *slot = (struct slot){ 0 };
}

enum thole_result slot_check_copy(const struct slot *source, unsigned rights, uint64_t badge,
                                  struct copied *copied)
{
    enum thole_object type = slot_type(source);

    if (type == OBJECT_UNTYPED || type == OBJECT_PAGE_TABLE || type == OBJECT_REPLY)
        return RESULT_NOT_COPYABLE;
    if (badge != 0 && source->badge != 0)
        return RESULT_BAD_ARGUMENT; /* a badge is given once */
    if (badge != 0 && type != OBJECT_ENDPOINT && type != OBJECT_NOTIFICATION)
        return RESULT_BAD_ARGUMENT;
    uint64_t rights_mask = (uint64_t)(rights & RIGHTS_ALL) << 56 | ((1ULL << 56) - 1);

    copied->object = source->object & rights_mask;
    copied->badge = badge != 0 ? badge : source->badge;
    if (type == OBJECT_FRAME)
        copied->badge = 0; /* where the source is mapped is its own affair */
    return slot_check_depth(source);
}

/* --- Deleting -------------------------------------------------------------- */

static struct dying *dying_first;

void dying_add(struct dying *object)
{
    object->next = dying_first;
    dying_first = object;
}

bool dying_any(void)
{
    return dying_first != NULL;
}

/* Follows the first descendants down: at most DERIVATION_MAX_DEPTH of them. */
static struct slot *first_leaf(struct slot *slot)
{
    while (slot_has_children(slot))
        slot = slot_next(slot);
    return slot;
}

/*
 * Removes one slot that has no descendants, and destroys the object if this
 * was its original. RESULT_BUSY if that must wait; then nothing has changed.
 */
static enum thole_result remove_leaf(struct core *core, struct slot *leaf)
{
    if (slot_is_original(leaf)) {
        enum thole_result result = object_destroy(core, leaf);

        if (result != RESULT_DONE)
            return result;
    } else {
        capability_removed(core, leaf);
    }
    slot_clear(leaf);
    return RESULT_DONE;
}

static enum thole_result remove_below(struct core *core, struct slot *slot, bool and_itself)
{
    for (unsigned step = 0; step < DELETE_STEPS; step++) {
        enum thole_result result = dying_work(core);

        if (result == RESULT_BUSY)
            return result;
        if (result == RESULT_MORE)
            continue;
        if (slot_is_empty(slot))
            return RESULT_DONE;
        struct slot *leaf = first_leaf(slot);

        if (leaf == slot && !and_itself)
            return RESULT_DONE;
        result = remove_leaf(core, leaf);
        if (result != RESULT_DONE)
            return result;
    }
    return RESULT_MORE;
}

enum thole_result slot_revoke(struct core *core, struct slot *slot)
{
    return remove_below(core, slot, false);
}

enum thole_result slot_delete(struct core *core, struct slot *slot)
{
    return remove_below(core, slot, true);
}

/* A table that dies lends its slot 0, which is never used, to struct dying. */
static enum thole_result table_step(struct core *core, struct dying *table)
{
    struct slot *slot = (struct slot *)table + table->progress;

    if (table->progress >= 1u << table->count_bits)
        return RESULT_DONE;
    if (table->progress > 0 && !slot_is_empty(slot)) {
        struct slot *leaf = first_leaf(slot);
        enum thole_result result = remove_leaf(core, leaf);

        if (result != RESULT_DONE)
            return result;
        if (leaf != slot)
            return RESULT_MORE;
    }
    table->progress++;
    return RESULT_MORE;
}

enum thole_result dying_work(struct core *core)
{
    struct dying *object = dying_first;

    if (object == NULL)
        return RESULT_DONE;
    enum thole_result result = object->count_bits != 0 ? table_step(core, object)
                                                       : endpoint_dying_step(core, object);

    if (result != RESULT_DONE)
        return result;
    /* A step that finishes its object adds no other, so it still stands first. */
    ASSERT(dying_first == object);
    dying_first = object->next;
    *object = (struct dying){ 0 };
    return RESULT_MORE;
}
