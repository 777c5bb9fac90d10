/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the kernel busy with all that takes it long: `churn` does the next of many
 * steps, which together make objects, copy, map, fault, revoke and destroy.
 */
#pragma once
#include <stdint.h>

void churn_make(void);
void churn(void);
/* Many timers of main's own, which nobody waits for: the first at `when`, the others so far apart. */
void crowd_arm(uint64_t when, uint64_t apart);
/* How often all steps were done. */
unsigned churn_rounds(void);
