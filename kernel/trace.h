/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways into the kernel while it is traced: each does what its namesake in
 * event.h does, and leaves a record of it. The machine's second set of entries
 * leads here (arch_trace_start); the first knows nothing of this.
 */
#pragma once
#include "event.h"

struct thread *trace_syscall(struct core *core, unsigned number);
struct thread *trace_fault(struct core *core, const uint64_t word[5]);
struct thread *trace_interrupt(struct core *core);
