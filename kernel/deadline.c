/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See deadline.h. Insertion walks down once, dropping the later of two nodes;
 * removal lifts the earlier child, level by level: at most one step a bit.
 */
#include "deadline.h"

/* Nodes lie in objects aligned to at least 64 bytes, in 47 bits of addresses. */
#define LOWEST_BIT 6
#define DEPTH_MAX  (47 - LOWEST_BIT)

static unsigned side(const struct deadline *node, unsigned depth)
{
    return (uintptr_t)node >> (LOWEST_BIT + depth) & 1;
}

/* Hangs `node` where `place` points, under `parent` (NULL: as the root). */
static void hang(struct deadline **place, struct deadline *parent, struct deadline *node)
{
    *place = node;
    node->parent = parent != NULL ? parent : node;
}

static void adopt(struct deadline *node, struct deadline *left, struct deadline *right)
{
    node->child[0] = left;
    node->child[1] = right;
    if (left != NULL)
        left->parent = node;
    if (right != NULL)
        right->parent = node;
}

static uint64_t later(uint64_t one, uint64_t other)
{
    return one > other ? one : other;
}

static void set_timer(struct deadlines *set)
{
    set->timer = set->root != NULL ? later(set->root->due, set->pause_end) : UINT64_MAX;
}

static void first_changed(struct deadlines *set)
{
    if (set->root != NULL)
        set->root->parent = set->root;
    set_timer(set);
}

void deadlines_pause(struct deadlines *set, uint64_t since, uint64_t now)
{
    set->pause_end = deadlines_pause_end(set, since, now);
    set_timer(set);
}

INLINED bool is_before(const struct deadline *one, const struct deadline *other)
{
    return one->due < other->due || (one->due == other->due && one->when < other->when);
}

void deadline_add(struct deadlines *set, struct deadline *node, uint64_t when)
{
    struct deadline **place = &set->root;
    struct deadline *parent = NULL;
    uint64_t due = later(when, set->pause_end);

    ASSERT(!deadline_pending(node));
    if (due < set->timer)
        set->timer = due;
    node->when = when;
    node->due = due;
    node->home = set;
    node->child[0] = node->child[1] = NULL;
    for (unsigned depth = 0; *place != NULL; depth++) {
        struct deadline *other = *place;

        ASSERT(depth <= DEPTH_MAX);
        if (is_before(node, other)) {
            hang(place, parent, node);
            adopt(node, other->child[0], other->child[1]);
            other->child[0] = other->child[1] = NULL;
            parent = node;
            node = other;
        } else {
            parent = other;
        }
        place = &parent->child[side(node, depth)];
    }
    hang(place, parent, node);
}

/* Is the one on the right the earlier? Only one of them may be NULL. */
INLINED bool right_first(const struct deadline *left, const struct deadline *right)
{
    if (left == NULL)
        return true;
    return right != NULL && is_before(right, left);
}

void deadline_remove(struct deadline *node)
{
    if (!deadline_pending(node))
        return;
    struct deadlines *set = node->home;
    struct deadline *parent = node->parent, *left = node->child[0], *right = node->child[1];
    bool was_first = parent == node;
    struct deadline **place = was_first ? &set->root : &parent->child[parent->child[1] == node];

    /* Fill the hole with the earlier child; its own children and its sibling follow. */
    while (left != NULL || right != NULL) {
        bool take_right = right_first(left, right);
        struct deadline *up = take_right ? right : left, *sibling = take_right ? left : right;

        left = up->child[0];
        right = up->child[1];
        *place = up;
        up->parent = parent;
        up->child[!take_right] = sibling;
        if (sibling != NULL)
            sibling->parent = up;
        parent = up;
        place = &up->child[take_right];
    }
    *place = NULL;
    node->parent = node->child[0] = node->child[1] = NULL;
    if (was_first)
        first_changed(set);
}
