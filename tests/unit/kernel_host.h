/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two kernel functions that the tree reader needs, for host programs:
 * what is printed is kept, a panic aborts.
 */
#pragma once
#include "kernel/print.h"

#define PRINTED_BYTES 8192

/* All that was printed since `printed[0]` was set to 0; what does not fit is cut off. */
extern char printed[PRINTED_BYTES];
