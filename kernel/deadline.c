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

void deadline_add(struct deadlines *set, struct deadline *node, uint64_t when)
{
    struct deadline **place = &set->root;
    struct deadline *parent = NULL;

    ASSERT(!deadline_pending(node));
    node->when = when;
    node->home = set;
    node->child[0] = node->child[1] = NULL;
    for (unsigned depth = 0; *place != NULL; depth++) {
        struct deadline *other = *place;

        ASSERT(depth <= DEPTH_MAX);
        if (node->when < other->when) {
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

void deadline_remove(struct deadline *node)
{
    if (!deadline_pending(node))
        return;
    struct deadline *parent = node->parent == node ? NULL : node->parent;
    struct deadline **place = &node->home->root;

    if (parent != NULL)
        place = &parent->child[parent->child[1] == node];

    struct deadline *left = node->child[0], *right = node->child[1];

    /* Fill the hole with the earlier child; its own children and its sibling follow. */
    while (left != NULL || right != NULL) {
        bool take_right = left == NULL || (right != NULL && right->when < left->when);
        struct deadline *up = take_right ? right : left;
        struct deadline *sibling = take_right ? left : right;
        struct deadline *hole_left = up->child[0], *hole_right = up->child[1];

        hang(place, parent, up);
        up->child[take_right] = NULL;
        up->child[!take_right] = sibling;
        if (sibling != NULL)
            sibling->parent = up;
        parent = up;
        place = &up->child[take_right];
        left = hole_left;
        right = hole_right;
    }
    *place = NULL;
    node->parent = node->child[0] = node->child[1] = NULL;
}
