/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds every slot in use and every object: from init's table to the tables
 * that it names, along the derivation lists to slots embedded in objects and to
 * tables that nothing else names.
 */
#include <string.h>

#include "invariants.h"

struct known known;
static unsigned in_tables, in_lists; /* slots of tables, counted from both sides */

static unsigned hash_of(const void *pointer)
{
    return (unsigned)(((uintptr_t)pointer >> 5) * 2654435761u) % KNOWN_SLOTS;
}

/* True if the slot is new. */
static bool note_slot(const struct slot *slot)
{
    unsigned at = hash_of(slot);

    for (; known.slot[at] != NULL; at = (at + 1) % KNOWN_SLOTS)
        if (known.slot[at] == slot)
            return false;
    known.slot[at] = slot;
    known.slots++;
    REQUIRE(known.slots < KNOWN_SLOTS / 2, "too many slots to check");
    return true;
}

static void note_table(struct slot *base, unsigned bits)
{
    for (unsigned index = 0; index < known.tables; index++)
        if (known.table[index].base == base)
            return;
    REQUIRE(known.tables < KNOWN_TABLES, "too many tables to check");
    known.table[known.tables].base = base;
    known.table[known.tables++].count = 1u << bits;
}

static bool has_no_address(enum thole_object type)
{
    return type == OBJECT_UNTYPED || type == OBJECT_FRAME || type >= OBJECT_IRQ_CONTROL;
}

static void note(struct known_object object)
{
    unsigned at = hash_of(object.object);

    REQUIRE(known.objects < KNOWN_OBJECTS, "too many objects to check");
    known.object[known.objects++] = object;
    if (object.object == NULL)
        return;
    while (known.by_address[at] != 0)
        at = (at + 1) % KNOWN_SLOTS;
    known.by_address[at] = (uint16_t)known.objects;
}

/* Dying time that has no slot: another stands for it. */
static void note_ring(struct sched_context *dying, const struct slot *slot)
{
    for (struct list *each = dying->dying_ring.next; each != &dying->dying_ring;
         each = each->next) {
        struct sched_context *time = CONTAINER_OF(each, struct sched_context, dying_ring);

        REQUIRE(each->next->prev == each, "a ring of dying time is broken");
        REQUIRE(slot_is_empty(&time->dying), "two capabilities stand for dying time");
        note((struct known_object){ OBJECT_SCHED_CONTEXT, time, slot, NULL });
    }
}

static void note_object(const struct slot *slot, const struct slot *parent)
{
    enum thole_object type = slot_type(slot);
    struct sched_context *dying = sched_context_dying(slot);

    note((struct known_object){ type, has_no_address(type) ? NULL : slot_object(slot), slot,
                                parent });
    if (dying != NULL)
        note_ring(dying, slot);
}

/* One derivation list, from its first slot: the parents of the current slot, by depth. */
static void walk_list(const struct slot *first)
{
    const struct slot *above[DERIVATION_MAX_DEPTH + 1] = { NULL };

    for (const struct slot *slot = first; slot != NULL; slot = slot_next(slot)) {
        unsigned depth = slot_depth(slot);
        const struct slot *next = slot_next(slot);

        REQUIRE(!slot_is_empty(slot), "an empty slot is in the derivation list");
        REQUIRE(next == NULL || slot_prev(next) == slot, "the list is not linked both ways");
        REQUIRE(next == NULL || slot_depth(next) <= depth + 1, "a depth is skipped");
        REQUIRE(note_slot(slot), "a slot is in the list twice");
        in_lists += slot_holder(slot) == HOLDER_TABLE && sched_context_dying(slot) == NULL;
        above[depth] = slot;
        const struct slot *parent = depth > 0 ? above[depth - 1] : NULL;

        REQUIRE(depth == 0 || parent != NULL, "a slot has a depth and no parent");
        derivation_check(slot, parent);
        if (slot_is_original(slot))
            note_object(slot, parent);
        if (slot_type(slot) == OBJECT_CAPTABLE)
            note_table(slot_object(slot), slot_size_bits(slot));
    }
}

#define CHUNK 32 /* slots; large tables are mostly empty */

static void walk_slots(const struct slot *base, unsigned count)
{
    static const struct slot zero[CHUNK];

    for (unsigned index = 1; index < count; index++) {
        const struct slot *slot = &base[index];

        if (index % CHUNK == 0 && memcmp(slot, zero, sizeof(zero)) == 0) {
            index += CHUNK - 1;
            continue;
        }
        if (slot_is_empty(slot)) {
            REQUIRE(memcmp(slot, zero, sizeof(*slot)) == 0, "an empty slot is not zero");
            continue;
        }
        in_tables++;
        if (slot_prev(slot) == NULL)
            walk_list(slot);
    }
}

static void walk_table(const struct slot *base, unsigned count)
{
    static const struct slot zero;

    REQUIRE(memcmp(&base[0], &zero, sizeof(zero)) == 0, "slot 0 of a table is in use");
    walk_slots(base, count);
}

/* Tables that die have no capability any more, but slots: roots of lists may be among them. */
static void walk_dying(void)
{
    for (const struct dying *each = dying_first; each != NULL; each = each->next)
        if (each->count_bits != 0)
            walk_slots((const struct slot *)each, 1u << each->count_bits);
}

/* Dying time whose memory has no capability any more: only who runs on it knows it. */
static void walk_orphans(void)
{
    for (unsigned index = 0; index < known.objects; index++) {
        const struct thread *thread = known.object[index].object;
        const struct sched_context *time;

        if (known.object[index].type != OBJECT_THREAD || thread->time == NULL)
            continue;
        time = thread->time;
        if (!slot_is_empty(&time->dying) && slot_prev(&time->dying) == NULL &&
            known_object(OBJECT_SCHED_CONTEXT, time) == NULL)
            walk_list(&time->dying);
    }
}

/* Tables that are found on the way are walked in turn. */
void known_find(void)
{
    known.tables = known.objects = known.slots = in_tables = in_lists = 0;
    memset(known.slot, 0, sizeof(known.slot));
    memset(known.by_address, 0, sizeof(known.by_address));
    note_table(known.init_table, known.init_table_bits);
    walk_dying();
    for (unsigned index = 0; index < known.tables; index++)
        walk_table(known.table[index].base, known.table[index].count);
    walk_orphans();
    REQUIRE(in_tables == in_lists, "the tables and the derivation lists hold different slots");
}

const struct known_object *known_object(enum thole_object type, const void *object)
{
    for (unsigned at = hash_of(object); known.by_address[at] != 0; at = (at + 1) % KNOWN_SLOTS) {
        const struct known_object *found = &known.object[known.by_address[at] - 1];

        if (found->object == object && found->type == type)
            return found;
    }
    return NULL;
}
