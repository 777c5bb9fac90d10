/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of deadlines whose every operation is bounded: a heap by deadline in
 * the shape of a radix tree by address. A node at depth d hangs left or right
 * by bit d of its own address (counted from the alignment of nodes up); every
 * node is due no earlier than its parent. The depth is at most the number of
 * address bits that can differ, whatever programs do.
 */
#pragma once
#include "types.h"

enum deadline_kind { DEADLINE_TIMER, DEADLINE_PERIOD };

struct deadline {
    uint64_t when;              /* ticks; only deadline_add writes it */
    struct deadlines *home;     /* the set it is in, or was in last */
    struct deadline *parent;    /* the node itself while it is the root */
    struct deadline *child[2];
    enum deadline_kind kind;    /* of what it is part */
};

struct deadlines {
    struct deadline *root;
};

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
