/* SPDX-License-Identifier: BSD-2-Clause */
/* Between fixture.c and parties.c: the kernel has booted, this is init's table. */
#pragma once
#include "fixture.h"

void parties_start(struct slot *table);
