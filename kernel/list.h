/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubly linked rings, intrusive. A node that is in no list has next == NULL,
 * so that membership can be asked and asserted.
 */
#pragma once
#include "types.h"

struct list {
    struct list *next;
    struct list *prev;
};

static inline void list_init(struct list *head)
{
    head->next = head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline bool list_linked(const struct list *node)
{
    return node->next != NULL;
}

static inline void list_insert_after(struct list *where, struct list *node)
{
    ASSERT(node->next == NULL);
    node->next = where->next;
    node->prev = where;
    where->next->prev = node;
    where->next = node;
}

static inline void list_push_head(struct list *head, struct list *node)
{
    list_insert_after(head, node);
}

static inline void list_push_tail(struct list *head, struct list *node)
{
    list_insert_after(head->prev, node);
}

/* Two rings become one. */
static inline void list_join(struct list *one, struct list *other)
{
    struct list *last = other->prev;

    one->next->prev = last;
    last->next = one->next;
    one->next = other;
    other->prev = one;
}

static inline void list_remove(struct list *node)
{
    ASSERT(node->next != NULL);
    node->next->prev = node->prev;
    node->prev->next = node->next;
    node->next = node->prev = NULL;
}
