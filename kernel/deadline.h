/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of deadlines whose every operation is bounded: a heap by deadline in
 * the shape of a radix tree by address. A node at depth d hangs left or right
 * by bit d of its own address (counted from the alignment of nodes up); every
 * node is due no earlier than its parent, and of two that are due together the one
 * asked for earlier is. The depth is at most the number of address bits that can
 * differ, whatever programs do.
 *
 * The set says when a timer is to come for it. That is not before a pause is over
 * which follows each time that some of them came: whoever is interrupted gets on,
 * however many are due. In a pause more can be added than come at its end; so that
 * these do not overtake for ever what was to come before, they are due at that end.
 */
#pragma once
#include "types.h"

enum deadline_kind { DEADLINE_TIMER, DEADLINE_PERIOD };

struct deadline {
    uint64_t when;              /* ticks, as it was asked for; only deadline_add writes it */
    uint64_t due;               /* when it could come first: not in the pause in which it was added */
    struct deadlines *home;     /* the set it is in, or was in last */
    struct deadline *parent;    /* the node itself while it is the root */
    struct deadline *child[2];
    enum deadline_kind kind;    /* of what it is part */
};

struct deadlines {
    uint64_t timer;             /* when one is to come for the first of them; UINT64_MAX: never */
    struct deadline *root;
    uint64_t pause_end;
    uint64_t pause_least;       /* ticks */
};

static inline void deadlines_init(struct deadlines *set, uint64_t pause_least)
{
    *set = (struct deadlines){ .timer = UINT64_MAX, .pause_least = pause_least };
}

static inline bool deadline_pending(const struct deadline *node)
{
    return node->parent != NULL;
}

/* The earliest, or NULL. */
static inline struct deadline *deadlines_first(const struct deadlines *set)
{
    return set->root;
}

void deadline_add(struct deadlines *set, struct deadline *node, uint64_t when);
/* Does nothing if the node is in no set. */
void deadline_remove(struct deadline *node);
/*
 * The end of a pause: twice as long as `since` to `now`, in which some came, and the least besides.
 * No event takes 8 milliseconds (4096 * 2 us): if it seems so, this core stood still, and its clock went on.
 */
#define PAUSE_LEASTS_MOST 4096
static inline uint64_t deadlines_pause_end(const struct deadlines *set, uint64_t since,
                                           uint64_t now)
{
    uint64_t took = now - since, most = set->pause_least * PAUSE_LEASTS_MOST;

    return now + 2 * (took < most ? took : most) + set->pause_least;
}
void deadlines_pause(struct deadlines *set, uint64_t since, uint64_t now);
