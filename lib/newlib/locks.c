/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's locks. A program has one thread, so each lock is free or held by who
 * asks. They must all be in one object file: newlib refers to them by name.
 */
#include <sys/lock.h>

struct __lock {
    int unused;
};

/* newlib's own, by the names its sources use. */
struct __lock __lock___arc4random_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___tz_mutex;

/* All that are made while the program runs, such as those of open files. */
static struct __lock any;

void __retarget_lock_init(_LOCK_T *lock)
{
    *lock = &any;
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    *lock = &any;
}

void __retarget_lock_close(_LOCK_T lock)
{
    (void)lock;
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    (void)lock;
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    (void)lock;
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    (void)lock;
}

/* 0: it is ours now. */
int __retarget_lock_try_acquire(_LOCK_T lock)
{
    (void)lock;
    return 0;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    (void)lock;
    return 0;
}

void __retarget_lock_release(_LOCK_T lock)
{
    (void)lock;
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    (void)lock;
}
