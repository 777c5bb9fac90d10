/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The core's vocabulary: unlike types for unlike addresses, checked results,
 * assertions. A program's mistake is never an ASSERT; a kernel bug always is.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <thole/abi.h>
#include <thole/object.h>

typedef struct { uint64_t value; } paddr_t;   /* physical */
typedef struct { uint64_t value; } uaddr_t;   /* a program's virtual address */

#define MUST_CHECK __attribute__((warn_unused_result))
#define STATIC_ASSERT(condition) _Static_assert(condition, #condition)

/* A function that what happens most does without: it is not made part of those who call it. */
#define RARE __attribute__((noinline, cold))
/* One that is to be small rather than fast. */
#define SELDOM __attribute__((cold))
/* One that is called from several places, or is looked for by its name. */
#define APART __attribute__((noinline))
/* One that happens so often that all it calls is made part of it. */
#define WHOLE __attribute__((flatten))
/* One whose parameters stay in their registers, whoever calls it and whether it uses them or not. */
#ifdef __clang__ /* which only reads it */
#define AS_WRITTEN __attribute__((noinline))
#else
#define AS_WRITTEN __attribute__((noipa))
#endif
/* Its callers are made shorter by what they know of the arguments; or it is a part of an event. */
#define INLINED static inline __attribute__((always_inline))

/* Stays on in release builds: after a broken invariant nothing is safe to do. */
#define ASSERT(condition)                                             \
    do {                                                              \
        if (__builtin_expect(!(condition), 0))                        \
            kernel_panic(#condition, __FILE__, __LINE__);             \
    } while (0)

/* Implemented in kernel/print.c: "kernel panic: ..." and arch_panic(). */
_Noreturn void kernel_panic(const char *what, const char *file, int line);

#define CONTAINER_OF(pointer, type, member) \
    ((type *)((char *)(pointer) - offsetof(type, member)))
