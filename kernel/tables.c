/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables that have room for the greatest machine. Those are in a file of their own which
 * the machine at hand need not have all of: kernel.ld puts what it lacks where it can be
 * left out.
 */
#include "core.h"
#include "object/event_object.h"

struct core cores[CORES_MAX];
struct interrupt *irq_line[IRQ_LINES];
