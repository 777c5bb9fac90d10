/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv3 alone. */
#pragma once
#define OPTION_GICV2 0
#define OPTION_GICV3 1
