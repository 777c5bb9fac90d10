/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: what is made of an Untyped, and where tables and frames are mapped. A
 * space is a list of leaves and a list of tables; there are no table entries.
 */
#include <string.h>

#include "model.h"

#define UNIT_BITS 6
#define PAGE_BITS 12
#define PAGES_A_CALL 2

/* --- Untyped ---------------------------------------------------------------------------- */

unsigned size_of(uint64_t type, uint64_t size_bits)
{
    static const int8_t size[OBJECT_COUNT] = {
#define SIZE(number, NAME, bits, text) [number] = bits,
        THOLE_OBJECTS(SIZE)
#undef SIZE
    };

    if (type >= OBJECT_COUNT)
        return 0;
    if (type == OBJECT_UNTYPED)
        return size_bits >= UNTYPED_MIN_BITS && size_bits <= UNTYPED_MAX_BITS ? (unsigned)size_bits
                                                                             : 0;
    if (type == OBJECT_CAPTABLE)
        return size_bits >= CAPTABLE_MIN_BITS && size_bits <= CAPTABLE_MAX_BITS
                   ? (unsigned)size_bits + 5 : 0;
    if (type == OBJECT_FRAME)
        return size_bits == FRAME_BITS_4K || size_bits == FRAME_BITS_2M ||
                       size_bits == FRAME_BITS_1G ? (unsigned)size_bits : 0;
    return size_bits == 0 ? (unsigned)size[type] : 0;
}

static uint64_t filled(const struct m_cap *untyped)
{
    return untyped->children != 0 ? untyped->used : 0;
}

/* A page or more is cleared in parts. MORE: not all of it is zero yet. */
static enum thole_result clear(struct m_cap *untyped, unsigned bits)
{
    uint64_t from = filled(untyped);
    bool goes_on = from == untyped->used && untyped->making == bits;
    uint32_t cleared = goes_on ? untyped->cleared : 0;
    uint32_t pages = bits > PAGE_BITS ? 1u << (bits - PAGE_BITS) : 1;

    if (bits < PAGE_BITS || pages - cleared <= PAGES_A_CALL)
        return RESULT_DONE;
    untyped->used = from;
    untyped->cleared = cleared + PAGES_A_CALL;
    untyped->making = (uint8_t)bits;
    return RESULT_MORE;
}

static object_t object_of(enum thole_object type, uint64_t size_bits, uint64_t address)
{
    object_t object = object_new(type, address);

    switch (type) {
    case OBJECT_CAPTABLE:
        model.object[object].table.slots = (uint16_t)(1u << size_bits);
        break;
    case OBJECT_SCHED_CONTEXT:
        time_at(object)->waited_for = NEVER;
        break;
    case OBJECT_THREAD:
        sender_at(object)->kind = KIND_CALL;
        break;
    case OBJECT_INTERRUPT:
        sender_at(object)->kind = KIND_INTERRUPT;
        break;
    case OBJECT_TIMER:
        sender_at(object)->kind = KIND_TIMER;
        break;
    case OBJECT_NOTIFICATION:
        sender_at(object)->kind = KIND_SIGNAL;
        break;
    default:
        break;
    }
    if (type == OBJECT_INTERRUPT || type == OBJECT_TIMER || type == OBJECT_NOTIFICATION) {
        event_at(object)->line = NO_LINE;
        event_at(object)->deadline = NEVER;
    }
    names_add(object);
    return object;
}

static void make(cap_t cap, place_t place, enum thole_object type, uint64_t size_bits,
                 uint64_t address)
{
    cap_t made = cap_child(place, cap);
    struct m_cap *slot = &model.cap[made];

    slot->type = (uint8_t)type;
    slot->rights = RIGHTS_ALL;
    slot->original = 1;
    slot->badge = 0;
    slot->address = slot->bits = 0;
    if (type == OBJECT_UNTYPED || type == OBJECT_FRAME) {
        slot->address = address;
        slot->bits = (uint8_t)size_bits;
    } else {
        slot->object = object_of(type, size_bits, address);
    }
}

enum thole_result retype(unsigned core, cap_t cap, const uint64_t word[6])
{
    struct m_cap *untyped = &model.cap[cap];
    unsigned bits = size_of(word[0], word[1]);
    object_t caller = model.core[core].current;
    const cap_t *table = thread_slot_of(caller, word[2]), *target;

    if (bits == 0 || (untyped->device && word[0] != OBJECT_FRAME && word[0] != OBJECT_UNTYPED))
        return RESULT_BAD_ARGUMENT;
    if (table == NULL)
        return RESULT_BAD_SLOT;
    if (*table == 0)
        return RESULT_EMPTY;
    if (model.cap[*table].type != OBJECT_CAPTABLE)
        return RESULT_BAD_SLOT;
    if ((model.cap[*table].rights & RIGHT_CONTROL) == 0)
        return RESULT_NO_RIGHT;
    target = word[3] != 0 ? cap_slot(model.cap[*table].object, word[3]) : NULL;
    if (target == NULL)
        return RESULT_BAD_SLOT;
    if (*target != 0)
        return RESULT_OCCUPIED;
    if (cap_check_child(cap) != RESULT_DONE)
        return cap_check_child(cap);
    if (filled(untyped) != untyped->used && dying_step(core) == RESULT_MORE)
        return RESULT_MORE;

    uint64_t bytes = 1ULL << bits, start = (filled(untyped) + bytes - 1) & ~(bytes - 1);

    if (start + bytes > 1ULL << untyped->bits)
        return RESULT_NO_MEMORY;
    if (!untyped->device && word[0] != OBJECT_UNTYPED && clear(untyped, bits) == RESULT_MORE)
        return RESULT_MORE;
    make(cap, (place_t)(model.cap[*table].object * MODEL_SLOTS + word[3]), word[0], word[1],
         untyped->address + start);
    untyped->used = start + bytes;
    untyped->cleared = untyped->making = 0;
    return RESULT_DONE;
}

/* --- Spaces -------------------------------------------------------------------------------- */

/* Numbers that were never given first, then in the order in which they came back. */
enum thole_result assign_asid(cap_t cap, uint64_t *asid)
{
    const struct m_cap *space = &model.cap[cap];

    if (model.object[space->object].space.asid != 0)
        return RESULT_OCCUPIED;
    if (!space->original || space->children != 0)
        return RESULT_BAD_ARGUMENT;
    if (model.next_asid < MODEL_ASIDS) {
        *asid = model.next_asid++;
    } else if (model.returned_count != 0) {
        *asid = model.returned[model.returned_first++ % MODEL_ASIDS];
        model.returned_count--;
    } else {
        return RESULT_NO_ASID;
    }
    model.object[space->object].space.asid = (uint16_t)*asid;
    return RESULT_DONE;
}

enum thole_result space_dies(unsigned core, object_t space)
{
    bool left = true;

    for (unsigned other = 0; other < model.cores; other++)
        if (other != core &&
            (model.core[other].space == space || model.core[other].left == space)) {
            core_kicked(core, other);
            left = false;
        }
    if (!left)
        return RESULT_MORE;
    for (cap_t cap = 1; cap < model.cap_limit; cap++)
        if (model.cap[cap].mapped && model.cap[cap].space == space)
            model.cap[cap].space = SPACE_GONE;
    if (model.core[core].space == space)
        model.core[core].space = 0;
    if (model.object[space].space.asid != 0)
        model.returned[(model.returned_first + model.returned_count++) % MODEL_ASIDS] =
            model.object[space].space.asid;
    object_end(space);
    return RESULT_DONE;
}

static uint64_t region_of(unsigned level, uint64_t at)
{
    return at & ~((1ULL << (level == 1 ? FRAME_BITS_1G : FRAME_BITS_2M)) - 1);
}

static bool has_node(const struct m_space *space, unsigned level, uint64_t at)
{
    for (unsigned index = 0; index < space->nodes; index++)
        if (space->node[index].level == level &&
            space->node[index].at == region_of(level, at))
            return true;
    return false;
}

/* Does a leaf lie in [at, + 2^bits), or cover it? */
static bool has_leaf(const struct m_space *space, uint64_t at, unsigned bits)
{
    for (unsigned index = 0; index < space->leaves; index++) {
        unsigned larger = space->leaf[index].bits > bits ? space->leaf[index].bits : bits;

        if (space->leaf[index].at >> larger == at >> larger)
            return true;
    }
    return false;
}

static bool fits(uint64_t at, unsigned bits)
{
    return at < 1ULL << USER_ADDRESS_BITS && at % (1ULL << bits) == 0;
}

static void note_mapping(cap_t cap, object_t space, uint64_t at, unsigned level)
{
    model.cap[cap].mapped = 1;
    model.cap[cap].space = space;
    model.cap[cap].at = at;
    model.cap[cap].level = (uint8_t)level;
}

static void forget_mapping(cap_t cap)
{
    note_mapping(cap, 0, 0, 0);
    model.cap[cap].mapped = 0;
}

static enum thole_result check_mapping(const struct m_cap *frame, uint64_t rights,
                                       uint64_t *memory)
{
    if ((rights & RIGHT_READ) == 0 || *memory > MEMORY_UNCACHED ||
        (rights & ~(uint64_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)) != 0 ||
        ((rights & RIGHT_WRITE) != 0 && (rights & RIGHT_EXECUTE) != 0))
        return RESULT_BAD_ARGUMENT;
    if ((frame->rights & rights) != rights)
        return RESULT_NO_RIGHT;
    if (frame->device)
        *memory = MEMORY_DEVICE;
    return (rights & RIGHT_EXECUTE) != 0 && *memory != MEMORY_NORMAL ? RESULT_BAD_ARGUMENT
                                                                     : RESULT_DONE;
}

/* What is in the way of a leaf of this size. */
static enum thole_result check_place(const struct m_space *space, uint64_t at, unsigned bits)
{
    if (bits == FRAME_BITS_1G)
        return has_node(space, 1, at) || has_leaf(space, at, bits) ? RESULT_OCCUPIED : RESULT_DONE;
    if (!has_node(space, 1, at))
        return has_leaf(space, region_of(1, at), FRAME_BITS_1G) ? RESULT_OCCUPIED
                                                                : RESULT_NO_TABLE;
    if (bits == FRAME_BITS_2M)
        return has_node(space, 2, at) || has_leaf(space, at, bits) ? RESULT_OCCUPIED : RESULT_DONE;
    if (!has_node(space, 2, at))
        return has_leaf(space, region_of(2, at), FRAME_BITS_2M) ? RESULT_OCCUPIED
                                                                : RESULT_NO_TABLE;
    return has_leaf(space, at, bits) ? RESULT_OCCUPIED : RESULT_DONE;
}

/* The lists are in the order of addresses, as a walk finds them. */
static void add_leaf(struct m_space *space, struct m_leaf leaf)
{
    unsigned at = space->leaves++;

    if (at == MODEL_LEAVES)
        model_broken("too many mappings");
    for (; at > 0 && space->leaf[at - 1].at > leaf.at; at--)
        space->leaf[at] = space->leaf[at - 1];
    space->leaf[at] = leaf;
}

static void drop_leaf(struct m_space *space, unsigned at)
{
    space->leaves--;
    memmove(&space->leaf[at], &space->leaf[at + 1],
            (space->leaves - at) * sizeof(space->leaf[0]));
    memset(&space->leaf[space->leaves], 0, sizeof(space->leaf[0]));
}

static void add_node(struct m_space *space, struct m_node node)
{
    unsigned at = space->nodes++;

    if (at == MODEL_LEAVES)
        model_broken("too many tables");
    for (; at > 0 && (space->node[at - 1].at > node.at ||
                      (space->node[at - 1].at == node.at && space->node[at - 1].level > node.level));
         at--)
        space->node[at] = space->node[at - 1];
    space->node[at] = node;
}

static void drop_node(struct m_space *space, unsigned at)
{
    space->nodes--;
    memmove(&space->node[at], &space->node[at + 1],
            (space->nodes - at) * sizeof(space->node[0]));
    memset(&space->node[space->nodes], 0, sizeof(space->node[0]));
}

enum thole_result map_frame(cap_t frame, cap_t space, uint64_t at, uint64_t rights, uint64_t memory)
{
    const struct m_cap *cap = &model.cap[frame];
    object_t named = model.cap[space].object;
    struct m_space *in = &model.object[named].space;
    enum thole_result result = check_mapping(cap, rights, &memory);

    if (result != RESULT_DONE)
        return result;
    if (in->asid == 0)
        return RESULT_NO_ASID;
    if (cap->mapped)
        return RESULT_OCCUPIED;
    if (!fits(at, cap->bits))
        return RESULT_BAD_ARGUMENT;
    result = check_place(in, at, cap->bits);
    if (result != RESULT_DONE)
        return result;
    add_leaf(in, (struct m_leaf){ at, cap->address, cap->bits, (uint8_t)rights, (uint8_t)memory,
                                      { 0 } });
    note_mapping(frame, named, at, 0);
    return RESULT_DONE;
}

/* What is mapped there now goes only if it is this frame. */
void unmap_frame(cap_t frame)
{
    const struct m_cap *cap = &model.cap[frame];

    if (cap->mapped && cap->space != SPACE_GONE) {
        struct m_space *in = &model.object[cap->space].space;

        for (unsigned index = 0; index < in->leaves; index++)
            if (in->leaf[index].at == cap->at && in->leaf[index].bits == cap->bits &&
                in->leaf[index].address == cap->address) {
                drop_leaf(in, index);
                break;
            }
    }
    forget_mapping(frame);
}

enum thole_result map_table(cap_t table, cap_t space, uint64_t at)
{
    object_t named = model.cap[space].object;
    struct m_space *in = &model.object[named].space;

    if (in->asid == 0)
        return RESULT_NO_ASID;
    if (model.cap[table].mapped)
        return RESULT_OCCUPIED;
    if (!fits(at, FRAME_BITS_2M))
        return RESULT_BAD_ARGUMENT;
    unsigned level = has_node(in, 1, at) ? 2 : 1;

    if (has_node(in, 2, at) ||
        has_leaf(in, region_of(level, at), level == 1 ? FRAME_BITS_1G : FRAME_BITS_2M))
        return RESULT_OCCUPIED;
    add_node(in, (struct m_node){ region_of(level, at), model.cap[table].object, (uint8_t)level,
                                     { 0 } });
    note_mapping(table, named, at, level);
    return RESULT_DONE;
}

/* What the table led to is not reached any more, though capabilities still say that it is mapped. */
static void cut_off(struct m_space *in, unsigned level, uint64_t at)
{
    for (unsigned index = in->leaves; index-- > 0;)
        if (region_of(level, in->leaf[index].at) == at)
            drop_leaf(in, index);
    for (unsigned index = in->nodes; level == 1 && index-- > 0;)
        if (in->node[index].level == 2 && region_of(1, in->node[index].at) == at)
            drop_node(in, index);
}

void unmap_table(cap_t table)
{
    const struct m_cap *cap = &model.cap[table];

    if (cap->mapped && cap->space != SPACE_GONE) {
        struct m_space *in = &model.object[cap->space].space;

        for (unsigned index = 0; index < in->nodes; index++)
            if (in->node[index].table == cap->object) {
                uint64_t at = in->node[index].at;
                unsigned level = in->node[index].level;

                drop_node(in, index);
                cut_off(in, level, at);
                break;
            }
    }
    forget_mapping(table);
}
