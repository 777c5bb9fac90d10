/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots and the derivation list: filling, moving, copying and deleting. What
 * the deletion of an object means stands in object.c's table of destroyers.
 */
#include "capability.h"

#include "address_space.h"
#include "object.h"
#include "sched_context.h"
#include "sender.h"

#define HOLDER_SHIFT 1

/* How much one system call deletes, in units of about ten instructions. */
#define WORK_A_CALL 64
#define WORK_SLOT   16  /* a slot goes, and what was mapped by it; or a look into a dying table */
#define WORK_OBJECT 40  /* others wait for what goes, or run on it; a level of derivations weighs 1 */
/* Of a table that dies: others must not pay for large ones that are mostly empty. */
#define EMPTY_SLOTS_A_STEP 32

/* What is too much for the rest of a call is not too much for the next one. */
STATIC_ASSERT(WORK_SLOT + WORK_OBJECT <= WORK_A_CALL);

/*
 * Where deleting has come to, on the way down from `from` to what goes next: `at` is one of
 * its descendants, or `from` itself. Whoever deletes begins his own way from the top, but
 * not before the step that this one is in was done: nobody's is in vain, however deep.
 */
static struct {
    struct slot *from; /* NULL: nowhere */
    struct slot *at;
    bool in_step;
} way;

/* Fills an empty slot with what another was, behind `above`. */
static void fill_behind(struct slot *slot, struct slot *above, const struct slot *was,
                        unsigned depth)
{
    slot->object = was->object;
    slot->badge = was->badge;
    slot->next = slot_link_word(slot_next(above), depth, (unsigned)(was->next >> SLOT_FLAGS_SHIFT));
    slot_set_prev(slot, above);
    slot_link_neighbours(slot);
}

APART void slot_fill_root(struct slot *slot, uint64_t object, uint64_t badge, unsigned flags)
{
    ASSERT(slot_is_empty(slot));
    slot->object = object;
    slot->badge = badge;
    slot->next = slot_link_word(NULL, 0, flags);
    slot->prev = 0;
}

APART void slot_fill_child(struct slot *slot, struct slot *source, uint64_t object, uint64_t badge,
                           unsigned flags)
{
    slot_put_child(slot, source, object, badge, flags);
}

void slot_embed(struct slot *slot, struct slot *source, enum slot_holder holder)
{
    slot_fill_child(slot, source, source->object, source->badge, (unsigned)holder << HOLDER_SHIFT);
}

void slot_move(struct slot *to, struct slot *from)
{
    ASSERT(slot_is_empty(to) && !slot_is_empty(from));
    if (way.from == from)
        way.from = to;
    if (way.at == from)
        way.at = to;
    *to = *from;
    slot_link_neighbours(to);
    *from = (struct slot){ 0 };
    if (slot_type(to) == OBJECT_REPLY)
        reply_moved(to);
}

/* What the way has led to goes. */
static void way_back(struct slot *prev)
{
    if (way.at != way.from) {
        way.at = prev;
        return;
    }
    way.from = way.at = NULL;
    way.in_step = false;
}

void slot_clear(struct slot *slot)
{
    struct slot *next = slot_next(slot), *prev = slot_prev(slot);

    if (way.at == slot)
        way_back(prev);
    if (next != NULL)
        slot_set_prev(next, prev);
    if (prev != NULL)
        slot_set_next(prev, next);
    *slot = (struct slot){ 0 };
}

/* --- Deleting -------------------------------------------------------------- */

struct dying *dying_first;

void dying_add(struct dying *object)
{
    object->next = dying_first;
    dying_first = object;
}

/* A call that deletes. */
struct work {
    struct core *core;
    unsigned left;
};

/* Is so much more to be done by this call? If not, it is over. */
static bool work_take(struct work *work, unsigned weight)
{
    bool enough = weight <= work->left;

    work->left = enough ? work->left - weight : 0;
    return enough;
}

/*
 * Follows the first descendants down, at most DERIVATION_MAX_DEPTH of them. From
 * then on nothing is derived from any of these: or one who copies faster than
 * another deletes would keep him from ever coming to an end. NULL: the call is over.
 */
static struct slot *first_leaf(struct work *work, struct slot *from)
{
    const uint64_t ending = (uint64_t)SLOT_ENDING << SLOT_FLAGS_SHIFT;
    struct slot *slot = way.from == from ? way.at : from;
    unsigned top = slot_depth(slot), depth = top;

    for (;; depth++) {
        struct slot *next = slot_next(slot);

        slot->next |= ending;
        if (next == NULL || slot_depth(next) <= depth || depth - top > work->left)
            break;
        slot = next;
    }
    way.from = from;
    way.at = slot;
    way.in_step = true;
    return work_take(work, depth - top) ? slot : NULL;
}

/* How far the machine's tables are walked for it is within WORK_SLOT. */
static unsigned weight_of(const struct slot *leaf)
{
    enum thole_object type = slot_type(leaf);
    unsigned plain = 1u << OBJECT_UNTYPED | 1u << OBJECT_CAPTABLE | 1u << OBJECT_ENDPOINT |
                     1u << OBJECT_PAGE_TABLE | 1u << OBJECT_FRAME;

    if (slot_holder(leaf) != HOLDER_TABLE || type == OBJECT_REPLY)
        return WORK_OBJECT;
    return !slot_is_original(leaf) || (plain >> type & 1) != 0 ? WORK_SLOT : WORK_OBJECT;
}

/* Removes a slot that has no descendants, and destroys the object if this was its original. */
static enum thole_result remove_slot(struct core *core, struct slot *slot)
{
    if (!slot_is_original(slot))
        capability_removed(core, slot);
    else if (object_destroy(core, slot) == RESULT_MORE)
        return RESULT_MORE;
    slot_clear(slot);
    return RESULT_DONE;
}

/* Removes what the way has led to. */
static enum thole_result remove_leaf(struct work *work, struct slot *leaf)
{
    if (!work_take(work, weight_of(leaf)))
        return RESULT_MORE;
    way.in_step = false;
    enum thole_result result = remove_slot(work->core, leaf);

    if (result == RESULT_MORE)
        work->left = 0; /* it waits for another core */
    return result;
}

/*
 * Time that dies when it comes home holds up nobody: while what it was made of
 * is deleted it moves up to stand before `slot`, a child of the same parent.
 */
static void move_out(struct slot *dying, const struct slot *slot)
{
    struct slot *above = slot_prev(slot);
    struct slot moved = *dying;

    way.in_step = false;
    slot_clear(dying);
    if (above == NULL)
        slot_fill_root(dying, moved.object, moved.badge, SLOT_ORIGINAL);
    else
        fill_behind(dying, above, &moved, slot_depth(slot));
}

/* A step of deleting `slot`; RESULT_DONE if it was the last. */
static enum thole_result delete_step(struct work *work, struct slot *slot)
{
    struct slot *leaf = first_leaf(work, slot);

    if (leaf == NULL)
        return RESULT_MORE;
    if (sched_context_dying(leaf) != NULL) {
        if (leaf == slot)
            way.in_step = false; /* another's step, who was to gather it: he finds it again */
        else if (work_take(work, WORK_SLOT))
            move_out(leaf, slot);
        return RESULT_MORE;
    }
    return remove_leaf(work, leaf) == RESULT_DONE && leaf == slot ? RESULT_DONE : RESULT_MORE;
}

/*
 * The first child of `slot` stands for all dying time below it that was found;
 * so there is never more than one to pass by on the way to what can be removed.
 */
static void gather(struct slot *slot, struct slot *first, struct slot *dying)
{
    struct slot moved = *dying;

    way.in_step = false;
    if (first != NULL) {
        sched_context_stand_for(sched_context_dying(first), sched_context_dying(dying));
        return;
    }
    slot_clear(dying);
    fill_behind(dying, slot, &moved, slot_depth(slot) + 1);
}

/* A step of deleting what is below `slot`. RESULT_BUSY: only dying time is left. */
static enum thole_result revoke_step(struct work *work, struct slot *slot)
{
    struct slot *child = slot_has_children(slot) ? slot_next(slot) : NULL;
    struct slot *top = child;

    if (child == NULL)
        return RESULT_DONE;
    if (sched_context_dying(child) != NULL) {
        top = slot_next(child);
        if (top == NULL || slot_depth(top) <= slot_depth(slot))
            return RESULT_BUSY;
    } else {
        child = NULL;
    }
    struct slot *leaf = first_leaf(work, top);

    if (leaf != NULL && sched_context_dying(leaf) == NULL)
        (void)remove_leaf(work, leaf); /* if not now, another call does */
    else if (leaf != NULL && work_take(work, WORK_SLOT))
        gather(slot, child, leaf);
    return RESULT_MORE;
}

/* A table that dies lends its slot 0, which is never used, to struct dying. */
static enum thole_result table_step(struct work *work, struct dying *table)
{
    struct slot *slots = (struct slot *)table;
    unsigned at = table->progress, end = 1u << table->count_bits;
    unsigned last = end - at > EMPTY_SLOTS_A_STEP ? at + EMPTY_SLOTS_A_STEP : end;

    if (!work_take(work, WORK_SLOT))
        return RESULT_MORE;
    while (at < last && slot_is_empty(&slots[at]))
        at++;
    table->progress = at;
    if (at == end)
        return RESULT_DONE;
    if (at < last)
        table->progress += delete_step(work, &slots[at]) == RESULT_DONE;
    return RESULT_MORE;
}

static enum thole_result endpoint_step(struct work *work, struct dying *endpoint)
{
    if (!work_take(work, WORK_SLOT))
        return RESULT_MORE;
    enum thole_result result = endpoint_dying_step(work->core, endpoint);

    if (result == RESULT_MORE)
        (void)work_take(work, WORK_OBJECT); /* somebody was told */
    return result;
}

static enum thole_result dying_step(struct work *work)
{
    struct dying *object = dying_first;

    if (object == NULL)
        return RESULT_DONE;
    enum thole_result result = object->count_bits != 0 ? table_step(work, object)
                                                       : endpoint_step(work, object);

    if (result != RESULT_DONE)
        return result;
    /* A step that finishes its object adds no other, so it still stands first. */
    ASSERT(dying_first == object);
    dying_first = object->next;
    *object = (struct dying){ 0 };
    return RESULT_MORE;
}

/* Does the step that an earlier call was in. False: another call has to go on with it. */
static bool finish_step(struct work *work)
{
    if (way.in_step)
        (void)delete_step(work, way.from);
    return !way.in_step;
}

APART enum thole_result dying_work(struct core *core)
{
    struct work work = { .core = core, .left = WORK_A_CALL };

    return finish_step(&work) ? dying_step(&work) : RESULT_MORE;
}

enum deleting { REVOKE, DELETE };

/* Whoever has done another's step enters his own, even if he cannot pay for it any more. */
static APART enum thole_result repeat(struct core *core, struct slot *slot, enum deleting what)
{
    struct work work = { .core = core, .left = WORK_A_CALL };

    do {
        if (!finish_step(&work))
            return RESULT_MORE;
        if (dying_step(&work) == RESULT_MORE)
            continue;
        if (slot_is_empty(slot))
            return RESULT_DONE;
        enum thole_result result = what == DELETE ? delete_step(&work, slot)
                                                  : revoke_step(&work, slot);

        if (result == RESULT_BUSY || (result == RESULT_DONE && !dying_any()))
            return result;
    } while (work.left != 0);
    return RESULT_MORE;
}

enum thole_result slot_revoke(struct core *core, struct slot *slot)
{
    return repeat(core, slot, REVOKE);
}

enum thole_result slot_delete(struct core *core, struct slot *slot)
{
    bool is_alone = !way.in_step && !dying_any() && !slot_is_empty(slot) &&
                    !slot_has_children(slot);

    /* Most are, and for one slot there is nothing to be weighed. */
    if (is_alone) {
        enum thole_result result = remove_slot(core, slot);

        if (result != RESULT_DONE || !dying_any())
            return result;
    }
    return repeat(core, slot, DELETE);
}

bool slot_delete_copy(struct slot *slot)
{
    if (way.in_step || dying_any() || slot_is_original(slot) ||
        slot_holder(slot) != HOLDER_TABLE || slot_has_children(slot) || slot_is_empty(slot) ||
        slot_type(slot) == OBJECT_REPLY)
        return false;
    frame_capability_removed(slot);
    slot_clear(slot);
    return true;
}
