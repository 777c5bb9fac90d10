/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps the kernel busy with all that takes it long: `churn` does the next of many
 * steps, which together make objects, copy, map, fault, revoke and destroy.
 */
#pragma once

void churn_make(void);
void churn(void);
/* How often all steps were done. */
unsigned churn_rounds(void);
