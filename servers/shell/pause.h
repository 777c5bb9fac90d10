/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for time to pass. */
#pragma once
#include <stdint.h>

/* By the shell's own timer: needs no other program. */
void pause_for(uint64_t ns);
/* By the clock, as far as there is one that is not busy; otherwise as above. */
void pause_by_clock(uint64_t ns);
