/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ticket lock: cores get it in the order in which they asked, so none waits
 * for longer than the others' turns. Taken with interrupts masked.
 */
#pragma once
#include "arch.h"

struct lock {
    uint32_t next;    /* the ticket that the next core takes */
    uint32_t serving; /* whose turn it is; its holder writes it */
};

static inline void lock_take(struct lock *lock)
{
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        arch_relax();
}

static inline void lock_release(struct lock *lock)
{
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}
