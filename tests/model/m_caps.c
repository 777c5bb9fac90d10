/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: each knows its parent, its depth and when it was born. Deleting
 * follows the youngest child down; what has no children goes.
 */
#include <string.h>

#include "model.h"

struct model model;

/* What one call may do, as in the kernel: this decides when it answers MORE. */
#define WORK_A_CALL 64
#define WORK_SLOT 16
#define WORK_OBJECT 40
#define EMPTY_SLOTS_A_STEP 32

#define BIRTH_GAP (1ULL << 24)

/* --- Queues ----------------------------------------------------------------------- */

void queue_add(struct queue *queue, object_t who, unsigned at)
{
    if (queue->count == MODEL_QUEUE)
        model_broken("a queue is full");
    memmove(&queue->who[at + 1], &queue->who[at], (queue->count - at) * sizeof(object_t));
    queue->who[at] = who;
    queue->count++;
}

bool queue_take(struct queue *queue, object_t who)
{
    for (unsigned at = 0; at < queue->count; at++)
        if (queue->who[at] == who) {
            queue->count--;
            memmove(&queue->who[at], &queue->who[at + 1], (queue->count - at) * sizeof(object_t));
            queue->who[queue->count] = 0;
            return true;
        }
    return false;
}

/* --- Objects ---------------------------------------------------------------------- */

object_t object_new(enum thole_object type, uint64_t address)
{
    for (object_t index = 1; index < MODEL_OBJECTS; index++)
        if (model.object[index].type == OBJECT_NULL) {
            memset(&model.object[index], 0, sizeof(model.object[index]));
            model.object[index].type = (uint8_t)type;
            model.object[index].address = address;
            if (index >= model.object_limit)
                model.object_limit = (uint16_t)(index + 1);
            return index;
        }
    model_broken("too many objects");
}

void object_end(object_t what)
{
    names_drop(what);
    memset(&model.object[what], 0, sizeof(model.object[what]));
}

/* --- Slots ------------------------------------------------------------------------- */

/* Slots of large tables that are not looked at: drivers put nothing there. */
static cap_t beyond;

cap_t *cap_slot(object_t table, uint64_t index)
{
    struct m_table *slots = &model.object[table].table;

    if (index >= slots->slots)
        return NULL;
    return index < MODEL_SLOTS ? &slots->slot[index] : &beyond;
}

cap_t *thread_slot_of(object_t thread, uint64_t index)
{
    object_t table = part_of(thread, PART_CAPTABLE);

    return table != 0 ? cap_slot(table, index) : NULL;
}

static cap_t *where(place_t place)
{
    object_t object = place / MODEL_SLOTS;

    return model.object[object].type == OBJECT_CAPTABLE
               ? &model.object[object].table.slot[place % MODEL_SLOTS]
               : &parts_of(object)[place % MODEL_SLOTS];
}

static bool stands_for_time(cap_t cap)
{
    return model.cap[cap].place % MODEL_SLOTS == PART_DYING &&
           model.cap[cap].type == OBJECT_SCHED_CONTEXT &&
           model.object[model.cap[cap].place / MODEL_SLOTS].type == OBJECT_SCHED_CONTEXT;
}

void cap_put(place_t place, cap_t cap)
{
    model.cap[cap].place = place;
    *where(place) = cap;
}

/* The youngest stands first among siblings, and each before its descendants. */
static cap_t cap_before(cap_t cap)
{
    cap_t before = 0;

    for (cap_t each = 1; each < model.cap_limit; each++)
        if (model.cap[each].type != OBJECT_NULL && each != cap &&
            model.cap[each].parent == model.cap[cap].parent &&
            model.cap[each].birth > model.cap[cap].birth &&
            (before == 0 || model.cap[each].birth < model.cap[before].birth))
            before = each;
    if (before == 0)
        return model.cap[cap].parent;
    while (model.cap[before].children != 0) {
        cap_t oldest = 0;

        for (cap_t each = 1; each < model.cap_limit; each++)
            if (model.cap[each].type != OBJECT_NULL && model.cap[each].parent == before &&
                (oldest == 0 || model.cap[each].birth < model.cap[oldest].birth))
                oldest = each;
        before = oldest;
    }
    return before;
}

/* What the way of deleting has led to goes. */
static void way_back(cap_t cap)
{
    struct m_way *way = &model.way;

    if (way->at != cap)
        return;
    if (way->from == cap)
        *way = (struct m_way){ 0 };
    else
        way->at = cap_before(cap);
}

static cap_t cap_new(void)
{
    for (cap_t index = 1; index < MODEL_CAPS; index++)
        if (model.cap[index].type == OBJECT_NULL) {
            memset(&model.cap[index], 0, sizeof(model.cap[index]));
            model.cap[index].birth = ++model.births * BIRTH_GAP;
            if (index >= model.cap_limit)
                model.cap_limit = (uint16_t)(index + 1);
            model.caps++;
            return index;
        }
    model_broken("too many capabilities");
}

cap_t cap_root(place_t place, enum thole_object type, unsigned rights)
{
    cap_t cap = cap_new();

    model.cap[cap].type = (uint8_t)type;
    model.cap[cap].rights = (uint8_t)rights;
    cap_put(place, cap);
    return cap;
}

static void set_parent(cap_t cap, cap_t parent)
{
    if (model.cap[cap].parent != 0)
        model.cap[model.cap[cap].parent].children--;
    model.cap[cap].parent = parent;
    model.cap[cap].depth = parent != 0 ? (uint16_t)(model.cap[parent].depth + 1) : 0;
    if (parent != 0)
        model.cap[parent].children++;
}

cap_t cap_child(place_t place, cap_t parent)
{
    cap_t cap = cap_new();
    const struct m_cap *source = &model.cap[parent];
    struct m_cap *child = &model.cap[cap];

    child->type = source->type;
    child->rights = source->rights;
    child->bits = source->bits;
    child->device = source->device;
    child->object = source->object;
    child->badge = source->badge;
    child->address = source->address;
    set_parent(cap, parent);
    cap_put(place, cap);
    return cap;
}

/* Only a capability without children; its place is empty then. */
void cap_free(cap_t cap)
{
    if (model.cap[cap].children != 0)
        model_broken("a capability goes before its children");
    way_back(cap);
    if (!stands_for_time(cap))
        *where(model.cap[cap].place) = 0;
    set_parent(cap, 0);
    memset(&model.cap[cap], 0, sizeof(model.cap[cap]));
    model.caps--;
}

enum thole_result cap_check_child(cap_t cap)
{
    if (model.cap[cap].ending)
        return RESULT_NOT_COPYABLE;
    return model.cap[cap].depth >= DERIVATION_MAX_DEPTH ? RESULT_TOO_DEEP : RESULT_DONE;
}

enum thole_result cap_check_copy(cap_t source, uint64_t badge)
{
    const struct m_cap *cap = &model.cap[source];

    if (cap->type == OBJECT_UNTYPED || cap->type == OBJECT_PAGE_TABLE || cap->type == OBJECT_REPLY)
        return RESULT_NOT_COPYABLE;
    if (badge != 0 && (cap->badge != 0 ||
                       (cap->type != OBJECT_ENDPOINT && cap->type != OBJECT_NOTIFICATION)))
        return RESULT_BAD_ARGUMENT;
    return cap_check_child(source);
}

cap_t cap_copy(place_t place, cap_t parent, unsigned rights, uint64_t badge)
{
    cap_t cap = cap_child(place, parent);

    model.cap[cap].rights &= (uint8_t)rights;
    if (badge != 0)
        model.cap[cap].badge = badge;
    return cap;
}

/* --- Parts of objects ----------------------------------------------------------------- */

void part_embed(object_t holder, enum part part, cap_t source)
{
    cap_child((place_t)(holder * MODEL_SLOTS + part), source);
}

void part_drop(object_t holder, enum part part)
{
    cap_t cap = parts_of(holder)[part];

    if (cap != 0)
        cap_free(cap);
}

/* --- Deleting --------------------------------------------------------------------------- */

/* The youngest child, born before `limit`; 0: there is none. */
static cap_t youngest(cap_t parent, uint64_t limit)
{
    cap_t found = 0;

    if (model.cap[parent].children == 0)
        return 0;
    for (cap_t cap = 1; cap < model.cap_limit; cap++)
        if (model.cap[cap].parent == parent && model.cap[cap].type != OBJECT_NULL &&
            model.cap[cap].birth < limit &&
            (found == 0 || model.cap[cap].birth > model.cap[found].birth))
            found = cap;
    return found;
}

/* A call that deletes. Each capability on the way down counts 1. */
struct work {
    unsigned core, left;
};

static bool pays(struct work *work, unsigned weight)
{
    bool enough = weight <= work->left;

    work->left = enough ? work->left - weight : 0;
    return enough;
}

/* 0: the call ends on the way. */
static cap_t leaf_below(struct work *work, cap_t cap)
{
    struct m_way *way = &model.way;
    unsigned levels = 0;

    if (way->from != cap)
        way->at = way->from = cap;
    model.cap[way->at].ending = 1;
    while (model.cap[way->at].children != 0 && levels <= work->left) {
        way->at = youngest(way->at, UINT64_MAX);
        model.cap[way->at].ending = 1;
        levels++;
    }
    way->in_step = true;
    return pays(work, levels) ? way->at : 0;
}

/* MORE: another core is still where it was. */
static enum thole_result original_goes(unsigned core, cap_t cap)
{
    object_t object = model.cap[cap].object;

    switch (model.cap[cap].type) {
    case OBJECT_CAPTABLE:
        model.object[object].table.progress = 1;
        model.object[object].table.dying = 1;
        dying_push(object);
        break;
    case OBJECT_THREAD:
        return thread_dies(core, object);
    case OBJECT_ENDPOINT:
        if (endpoint_is_quiet(object)) {
            object_end(object);
            break;
        }
        endpoint_at(object)->closed = endpoint_at(object)->dying = 1;
        dying_push(object);
        break;
    case OBJECT_INTERRUPT:
        interrupt_dies(core, object);
        break;
    case OBJECT_TIMER:
    case OBJECT_NOTIFICATION:
        sender_ends(core, object);
        object_end(object);
        break;
    case OBJECT_ADDRESS_SPACE:
        return space_dies(core, object);
    case OBJECT_PAGE_TABLE:
        unmap_table(cap);
        object_end(object);
        break;
    case OBJECT_FRAME:
        unmap_frame(cap);
        break;
    default:
        break;
    }
    return RESULT_DONE;
}

/* What it was part of learns of it while it is still there. */
static void part_goes(unsigned core, place_t place)
{
    object_t holder = place / MODEL_SLOTS;

    if (model.object[holder].type == OBJECT_CAPTABLE)
        return;
    switch (place % MODEL_SLOTS) {
    case PART_ENDPOINT:
        sender_loses_endpoint(core, holder);
        break;
    case PART_TIME:
        sender_loses_time(core, holder);
        break;
    case PART_SPACE:
        if (core_of(holder) != NO_CORE)
            core_kicked(core, core_of(holder));
        break;
    default:
        break;
    }
}

static void copy_goes(unsigned core, cap_t cap)
{
    place_t place = model.cap[cap].place;

    if (model.cap[cap].type == OBJECT_FRAME)
        unmap_frame(cap);
    else if (model.cap[cap].type == OBJECT_REPLY)
        reply_gone(core, cap);
    part_goes(core, place);
    /* An event that lost its endpoint has lost its time with it, but not this. */
    if (*where(place) == cap)
        cap_free(cap);
}

static bool is_part(const struct m_cap *cap)
{
    return model.object[cap->place / MODEL_SLOTS].type != OBJECT_CAPTABLE;
}

static unsigned weight_of(const struct m_cap *cap)
{
    bool plain = cap->type == OBJECT_UNTYPED || cap->type == OBJECT_PAGE_TABLE ||
                 cap->type == OBJECT_FRAME || cap->type == OBJECT_CAPTABLE ||
                 cap->type == OBJECT_ENDPOINT;

    if (cap->type == OBJECT_REPLY || is_part(cap))
        return WORK_OBJECT;
    return plain || !cap->original ? WORK_SLOT : WORK_OBJECT;
}

static enum thole_result goes(unsigned core, cap_t cap)
{
    if (!model.cap[cap].original) {
        copy_goes(core, cap);
    } else if (model.cap[cap].type == OBJECT_SCHED_CONTEXT) {
        time_ends(core, cap); /* may keep its capability */
    } else {
        if (original_goes(core, cap) == RESULT_MORE)
            return RESULT_MORE;
        cap_free(cap);
    }
    return RESULT_DONE;
}

static enum thole_result leaf_goes(struct work *work, cap_t cap)
{
    if (!pays(work, weight_of(&model.cap[cap])))
        return RESULT_MORE;
    model.way.in_step = false;
    enum thole_result result = goes(work->core, cap);

    if (result == RESULT_MORE)
        work->left = 0;
    return result;
}

/* Dying time gets out of the way: it becomes the next younger sibling of `cap`. */
static void step_aside(cap_t dying, cap_t cap)
{
    cap_t parent = model.cap[cap].parent, next = 0;

    model.way.in_step = false;
    way_back(dying);
    for (cap_t each = 1; parent != 0 && each < model.cap_limit; each++)
        if (model.cap[each].type != OBJECT_NULL && model.cap[each].parent == parent &&
            model.cap[each].birth > model.cap[cap].birth &&
            (next == 0 || model.cap[each].birth < model.cap[next].birth))
            next = each;
    uint64_t after = next != 0 ? model.cap[next].birth : ++model.births * BIRTH_GAP;

    set_parent(dying, parent);
    model.cap[dying].birth = model.cap[cap].birth + (after - model.cap[cap].birth) / 2;
    if (parent != 0 && model.cap[dying].birth == model.cap[cap].birth)
        model_broken("no birth is left between two siblings");
}

static enum thole_result delete_one(struct work *work, cap_t cap)
{
    cap_t leaf = leaf_below(work, cap);

    if (leaf == 0)
        return RESULT_MORE;
    if (stands_for_time(leaf)) {
        if (leaf == cap)
            model.way.in_step = false; /* it was to be gathered, by whose step this is */
        else if (pays(work, WORK_SLOT))
            step_aside(leaf, cap);
        return RESULT_MORE;
    }
    return leaf_goes(work, leaf) == RESULT_DONE && leaf == cap ? RESULT_DONE : RESULT_MORE;
}

/* All dying time below `cap` is stood for by its youngest child. */
static void gather(cap_t cap, cap_t standing, cap_t dying)
{
    model.way.in_step = false;
    if (standing == 0) {
        way_back(dying);
        set_parent(dying, cap);
        model.cap[dying].birth = ++model.births * BIRTH_GAP;
        return;
    }
    time_stands_with(standing, dying);
}

static enum thole_result revoke_one(struct work *work, cap_t cap)
{
    cap_t child = youngest(cap, UINT64_MAX), standing = 0;

    if (child == 0)
        return RESULT_DONE;
    if (stands_for_time(child)) {
        standing = child;
        child = youngest(cap, model.cap[child].birth);
        if (child == 0)
            return RESULT_BUSY;
    }
    cap_t leaf = leaf_below(work, child);

    if (leaf != 0 && !stands_for_time(leaf))
        (void)leaf_goes(work, leaf);
    else if (leaf != 0 && pays(work, WORK_SLOT))
        gather(cap, standing, leaf);
    return RESULT_MORE;
}

static enum thole_result dying_part(struct work *work);

/* Of whomever it is; false: not by this call. */
static bool step_ends(struct work *work)
{
    if (model.way.in_step)
        (void)delete_one(work, model.way.from);
    return !model.way.in_step;
}

static enum thole_result some(unsigned core, cap_t *slot,
                              enum thole_result (*one)(struct work *work, cap_t cap))
{
    struct work work = {.core = core, .left = WORK_A_CALL};

    do {
        if (!step_ends(&work))
            return RESULT_MORE;
        if (dying_part(&work) == RESULT_MORE)
            continue;
        if (*slot == 0)
            return RESULT_DONE;
        enum thole_result result = one(&work, *slot);

        if (result == RESULT_BUSY || (result == RESULT_DONE && model.dyings == 0))
            return result;
    } while (work.left != 0);
    return RESULT_MORE;
}

enum thole_result caps_delete(unsigned core, cap_t *slot)
{
    if (!model.way.in_step && model.dyings == 0 && *slot != 0 &&
        model.cap[*slot].children == 0) {
        enum thole_result result = goes(core, *slot);

        if (result != RESULT_DONE || model.dyings == 0)
            return result;
    }
    return some(core, slot, delete_one);
}

enum thole_result caps_revoke(unsigned core, cap_t *slot)
{
    return some(core, slot, revoke_one);
}

/* --- The list of the dying ------------------------------------------------------------------ */

void dying_push(object_t what)
{
    if (model.dyings == MODEL_QUEUE)
        model_broken("too many are dying");
    model.dying[model.dyings++] = what;
}

/* False: it has become empty. */
static bool table_empties(struct work *work, object_t what)
{
    struct m_table *table = &model.object[what].table;

    if (!pays(work, WORK_SLOT))
        return true;
    for (unsigned seen = 0; seen < EMPTY_SLOTS_A_STEP && table->progress < table->slots; seen++) {
        cap_t cap = table->progress < MODEL_SLOTS ? table->slot[table->progress] : 0;

        if (cap != 0) {
            table->progress += delete_one(work, cap) == RESULT_DONE;
            return true;
        }
        table->progress++;
    }
    return table->progress < table->slots;
}

static bool queue_empties(struct work *work, object_t what)
{
    if (!pays(work, WORK_SLOT))
        return true;
    if (!endpoint_empties(work->core, what))
        return false;
    (void)pays(work, WORK_OBJECT);
    return true;
}

/* MORE: a part was done. */
static enum thole_result dying_part(struct work *work)
{
    if (model.dyings == 0)
        return RESULT_DONE;
    object_t what = model.dying[model.dyings - 1];

    if (model.object[what].type == OBJECT_CAPTABLE ? table_empties(work, what)
                                                   : queue_empties(work, what))
        return RESULT_MORE;
    model.dying[--model.dyings] = 0;
    object_end(what);
    return RESULT_MORE;
}

enum thole_result dying_step(unsigned core)
{
    struct work work = {.core = core, .left = WORK_A_CALL};

    if (model.dyings == 0)
        return RESULT_DONE;
    return step_ends(&work) ? dying_part(&work) : RESULT_MORE;
}
