/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the programs' translation is for arch/arm64 only. */
#pragma once

/* Makes `root` (NULL: nothing at all) the translation of this core's next program. */
void mmu_switch(void *root, unsigned asid);
