/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2 alone. */
#pragma once
#define OPTION_GICV2 1
#define OPTION_GICV3 0
