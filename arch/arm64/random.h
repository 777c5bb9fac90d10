/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that a program does not know: the kernel's keys and its stack guard. */
#pragma once
#include "kernel/region.h"

/* Takes the firmware's seeds out of the tree, which a program will see: they read 0 from then on. */
void random_start(const struct region *tree);
uint64_t random_word(void);
