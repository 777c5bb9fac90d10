/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cases for batch.c, made from a seed: instructions of forms.h and random words of
 * whole classes, with registers and memory to match.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "batch.h"

/* Case `index` of a batch; the same whenever it is made. */
void case_make(uint64_t seed, uint64_t index, struct batch_case *made, uint32_t code[CODE_WORDS]);

/* Where its code and its registers are for the guest. */
uint64_t case_code_address(uint64_t index);
uint64_t case_address(uint64_t index);

/* May the interpreter refuse a word that QEMU's core knows? a64.h says which it leaves out. */
bool case_may_be_unknown(uint32_t word);
/* Does the manual leave open what a known word does? The interpreter refuses these alone. */
bool case_may_be_open(uint32_t word);
