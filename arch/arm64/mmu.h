/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the programs' translation is for arch/arm64 only. */
#pragma once

/* Makes this (0: nothing at all) the translation of this core's next program. */
void mmu_switch(uint64_t space_word);
