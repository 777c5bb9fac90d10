/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is counted, one situation a mark. `mark_NAME` and `mark_end` are calls of an
 * empty function: who counts sees its address run, and the kernel sees nothing. All
 * that the kernel executes between the two belongs to the situation.
 */
#pragma once

#define MARKS(X)                                                                     \
    X(end)                                                                           \
    X(round_trip)                                                                    \
    X(round_trip_fp)                                                                 \
    X(interrupt)                                                                     \
    X(signal_wake)                                                                   \
    X(signal_idle)                                                                   \
    X(null_syscall)                                                                  \
    X(yield)                                                                         \
    X(fault)                                                                         \
    X(call_cap)                                                                      \
    X(map)                                                                           \
    X(unmap)                                                                         \
    X(make_endpoint)                                                                 \
    X(delete_endpoint)                                                               \
    X(make_thread)                                                                   \
    X(delete_thread)                                                                 \
    X(copy_cap)                                                                      \
    X(delete_cap)                                                                    \
    X(core_round_trip)                                                               \
    X(active)                                                                        \
    X(signal_active)                                                                 \
    X(interrupt_active)                                                              \
    X(try_call)                                                                      \
    X(yield_alone)

#ifndef __ASSEMBLER__
#define MARK(name) void mark_##name(void);
MARKS(MARK)
#undef MARK
#endif
