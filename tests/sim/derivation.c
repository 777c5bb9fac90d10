/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: what a child may have of its parent, and which memory objects
 * lie in.
 */
#include "invariants.h"

#define RIGHTS_SHIFT 56
#define USED_SHIFT 1 /* op_memory.c: an Untyped's badge word, in units of 64 bytes */
#define USED_MASK ((1ULL << 34) - 1)
#define USED_UNIT 64

static uint64_t without_rights(uint64_t object)
{
    return object & ((1ULL << RIGHTS_SHIFT) - 1);
}

static bool carries_badge(enum thole_object type)
{
    return type == OBJECT_ENDPOINT || type == OBJECT_NOTIFICATION;
}

static void check_copy(const struct slot *slot, const struct slot *parent)
{
    REQUIRE(without_rights(slot->object) == without_rights(parent->object),
            "a copy names another object than its source");
    REQUIRE((slot_rights(slot) & ~slot_rights(parent)) == 0, "a copy has gained a right");
    if (carries_badge(slot_type(slot)))
        REQUIRE(parent->badge == 0 || slot->badge == parent->badge, "a badge was changed");
}

static uint64_t start_of(const struct slot *slot)
{
    if (slot_type(slot) == OBJECT_UNTYPED || slot_type(slot) == OBJECT_FRAME)
        return slot_physical(slot).value;
    return arch_physical_address(slot_object(slot)).value;
}

static uint64_t bytes_of(const struct slot *slot)
{
    enum thole_object type = slot_type(slot);
    unsigned bits = type == OBJECT_FRAME ? frame_size_bits(slot)
                    : type == OBJECT_UNTYPED || type == OBJECT_CAPTABLE ? slot_size_bits(slot) : 0;

    return 1ULL << object_size_bits(type, bits);
}

/*
 * Within its Untyped, below the watermark, and apart from the sibling that was
 * made next: memory is given out upwards, and new children stand first.
 */
static void check_memory(const struct slot *slot, const struct slot *untyped)
{
    uint64_t base = slot_physical(untyped).value, start = start_of(slot);
    uint64_t used = (untyped->badge >> USED_SHIFT & USED_MASK) * USED_UNIT;
    const struct slot *newer = slot_prev(slot);

    REQUIRE(slot_type(untyped) == OBJECT_UNTYPED, "an object was made of something else");
    REQUIRE(start >= base && start + bytes_of(slot) <= base + used,
            "an object lies outside what its untyped memory has given out");
    REQUIRE(start % bytes_of(slot) == 0, "an object is not aligned to its size");
    while (slot_depth(newer) > slot_depth(slot))
        newer = slot_prev(newer);
    /* Dying time may have moved out of memory that is being deleted, and is still there. */
    if (newer != untyped && sched_context_dying(newer) == NULL)
        REQUIRE(start + bytes_of(slot) <= start_of(newer) ||
                    start_of(newer) + bytes_of(newer) <= start,
                "two objects overlap");
}

static bool is_root_type(enum thole_object type)
{
    return type == OBJECT_REPLY || type >= OBJECT_IRQ_CONTROL;
}

void derivation_check(const struct slot *slot, const struct slot *parent)
{
    enum thole_object type = slot_type(slot);

    REQUIRE(type < OBJECT_COUNT, "a slot has no type");
    if (type == OBJECT_REPLY)
        REQUIRE(parent == NULL && !slot_is_original(slot), "a Reply is derived");
    if (parent == NULL)
        REQUIRE(slot_is_original(slot) || type == OBJECT_REPLY, "a copy has no source");
    else if (slot_is_original(slot))
        check_memory(slot, parent);
    else
        check_copy(slot, parent);
    REQUIRE(!is_root_type(type) || !slot_is_original(slot) || parent == NULL,
            "an authority is derived from memory");
}
