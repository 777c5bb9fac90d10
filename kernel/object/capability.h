/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability slots and the derivation tree: one doubly linked list in
 * pre-order, each slot with its depth. What is copied, minted or retyped stands
 * behind its source, one deeper; the descendants of a slot are those behind it
 * that are deeper. Every reference from one object to another that outlives an
 * event is such a slot, embedded in the object, so that deletion finds it.
 *
 * Invariant: an empty slot is all zero. Only this folder writes slots.
 */
#pragma once
#include "../arch.h"

struct slot {
    uint64_t object; /* [47:0] object, [55:48] type, [63:56] rights; low bits below */
    uint64_t badge;  /* Endpoint, Notification: badge; others: see their header */
    uint64_t next;   /* [47:0] next slot, [55:48] depth, [63:56] flags */
    uint64_t prev;   /* [47:0] previous slot */
};
STATIC_ASSERT(sizeof(struct slot) == 32);

/* Flags: the object lives as long as its original; and what a slot is part of. */
enum slot_flag { SLOT_ORIGINAL = 1, SLOT_ENDING = 16 /* nothing is derived from it any more */ };
enum slot_holder { /* in flags [3:1] */
    HOLDER_TABLE,
    HOLDER_SENDER_ENDPOINT,
    HOLDER_SENDER_TIME,
    HOLDER_THREAD_CAPTABLE,
    HOLDER_THREAD_SPACE,
    HOLDER_THREAD_FAULT,
    HOLDER_TRACE,
};

/*
 * Untyped, Frame and CapTable are aligned, so that the low six bits of the
 * object's address are free: they hold the binary logarithm of the size (of
 * the number of slots for a CapTable). Untyped and Frame hold the physical
 * address of the memory, all others the kernel's address of the object.
 */
#define SLOT_ADDRESS_MASK ((1ULL << 48) - 1)
#define SLOT_BITS_MASK 63ULL
#define SLOT_FLAGS_SHIFT 56
#define SLOT_DEPTH_SHIFT 48

static inline enum thole_object slot_type(const struct slot *slot)
{
    return (enum thole_object)(slot->object >> 48 & 0xff);
}

static inline unsigned slot_rights(const struct slot *slot)
{
    return (unsigned)(slot->object >> 56);
}

static inline void *slot_pointer(uint64_t word)
{
    return (void *)(uintptr_t)((int64_t)(word << 16) >> 16);
}

static inline void *slot_object(const struct slot *slot)
{
    return slot_pointer(slot->object & ~SLOT_BITS_MASK);
}

static inline unsigned slot_size_bits(const struct slot *slot)
{
    return (unsigned)(slot->object & SLOT_BITS_MASK);
}

static inline paddr_t slot_physical(const struct slot *slot)
{
    return (paddr_t){ slot->object & SLOT_ADDRESS_MASK & ~SLOT_BITS_MASK };
}

static inline struct slot *slot_next(const struct slot *slot)
{
    return slot_pointer(slot->next);
}

static inline struct slot *slot_prev(const struct slot *slot)
{
    return slot_pointer(slot->prev);
}

static inline unsigned slot_depth(const struct slot *slot)
{
    return (unsigned)(slot->next >> 48 & 0xff);
}

static inline bool slot_is_original(const struct slot *slot)
{
    return (slot->next >> 56 & SLOT_ORIGINAL) != 0;
}

static inline enum slot_holder slot_holder(const struct slot *slot)
{
    return (enum slot_holder)(slot->next >> 57 & 7);
}

static inline bool slot_is_empty(const struct slot *slot)
{
    return slot_type(slot) == OBJECT_NULL;
}

static inline bool slot_permits(const struct slot *slot, unsigned rights)
{
    return (slot_rights(slot) & rights) == rights;
}

static inline uint64_t slot_word_of_object(const void *object, enum thole_object type, unsigned rights)
{
    return ((uint64_t)(uintptr_t)object & SLOT_ADDRESS_MASK) | (uint64_t)type << 48 |
           (uint64_t)rights << 56;
}

static inline uint64_t slot_word_of_memory(paddr_t at, unsigned size_bits, enum thole_object type,
                                           unsigned rights)
{
    return at.value | size_bits | (uint64_t)type << 48 | (uint64_t)rights << 56;
}

/* Has the slot anything derived from it? */
static inline bool slot_has_children(const struct slot *slot)
{
    const struct slot *next = slot_next(slot);

    return next != NULL && slot_depth(next) > slot_depth(slot);
}

/* --- Writing slots. All arguments were checked before. ------------------ */

/* Fills an empty slot with a capability that has no parent (boot, replies). */
void slot_fill_root(struct slot *slot, uint64_t object, uint64_t badge, unsigned flags);
/* Can a child of `source` exist? RESULT_TOO_DEEP, or RESULT_NOT_COPYABLE: it is being deleted. */
static inline MUST_CHECK enum thole_result slot_check_depth(const struct slot *source)
{
    if ((source->next >> SLOT_FLAGS_SHIFT & SLOT_ENDING) != 0)
        return RESULT_NOT_COPYABLE;
    return slot_depth(source) < DERIVATION_MAX_DEPTH ? RESULT_DONE : RESULT_TOO_DEEP;
}
static inline uint64_t slot_link_word(const struct slot *to, unsigned depth, unsigned flags)
{
    return ((uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK) | (uint64_t)depth << SLOT_DEPTH_SHIFT |
           (uint64_t)flags << SLOT_FLAGS_SHIFT;
}

static inline void slot_set_next(struct slot *slot, const struct slot *to)
{
    slot->next = (slot->next & ~SLOT_ADDRESS_MASK) | ((uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK);
}

static inline void slot_set_prev(struct slot *slot, const struct slot *to)
{
    slot->prev = (uint64_t)(uintptr_t)to & SLOT_ADDRESS_MASK;
}

static inline void slot_link_neighbours(struct slot *slot)
{
    if (slot_next(slot) != NULL)
        slot_set_prev(slot_next(slot), slot);
    if (slot_prev(slot) != NULL)
        slot_set_next(slot_prev(slot), slot);
}

/* Fills an empty slot with a child of `source`. */
INLINED void slot_put_child(struct slot *slot, struct slot *source, uint64_t object,
                            uint64_t badge, unsigned flags)
{
    ASSERT(slot_is_empty(slot) && !slot_is_empty(source));
    ASSERT(slot_depth(source) < DERIVATION_MAX_DEPTH);
    slot->object = object;
    slot->badge = badge;
    slot->next = slot_link_word(slot_next(source), slot_depth(source) + 1, flags);
    slot_set_prev(slot, source);
    slot_link_neighbours(slot);
}
void slot_fill_child(struct slot *slot, struct slot *source, uint64_t object, uint64_t badge,
                     unsigned flags); /* the same, where it is not worth the room */
/* Fills an object's embedded slot with a copy of `source`, for `holder`. */
void slot_embed(struct slot *slot, struct slot *source, enum slot_holder holder);
void slot_move(struct slot *to, struct slot *from);
/* Takes a slot without descendants out of the tree and zeroes it; no object is touched. */
void slot_clear(struct slot *slot);

/*
 * What a copy of `source` would be: RESULT_NOT_COPYABLE for Untyped, PageTable
 * and Reply; RESULT_BAD_ARGUMENT if a badge is given where none can be.
 */
struct copied { uint64_t object, badge; };
INLINED MUST_CHECK enum thole_result slot_check_copy(const struct slot *source, unsigned rights,
                                                     uint64_t badge, struct copied *copied)
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

/*
 * One bounded part of deleting what was derived from `slot`, and, by delete,
 * the slot itself. RESULT_DONE or RESULT_MORE; by revoke also RESULT_BUSY:
 * nothing is left but time that is lent to others, and its memory is in use.
 * The slot may have gone empty in between: it can lie in a table that is being
 * destroyed.
 */
enum thole_result slot_revoke(struct core *core, struct slot *slot) MUST_CHECK;
enum thole_result slot_delete(struct core *core, struct slot *slot) MUST_CHECK;

/*
 * Deletes what the slot holds if that is all there is to it: a copy that nothing was derived
 * from, in a table, whose end nobody waits for.
 */
bool slot_delete_copy(struct slot *slot) MUST_CHECK;

/*
 * Objects whose destruction takes many steps (tables, endpoints with a queue):
 * no capability names them any more. They are emptied before anything else,
 * and before any untyped memory is used a second time.
 */
struct dying {
    struct dying *next;
    uint32_t progress;
    uint32_t count_bits; /* CapTable: binary logarithm of its slots; Endpoint: 0 */
};
void dying_add(struct dying *object);
extern struct dying *dying_first; /* the list */
static inline bool dying_any(void)
{
    return dying_first != NULL;
}
/* A bounded part of that work, or RESULT_DONE: nothing was left. It waits for nobody but other cores. */
enum thole_result dying_work(struct core *core) MUST_CHECK;
