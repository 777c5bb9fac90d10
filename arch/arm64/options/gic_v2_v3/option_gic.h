/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2 or GICv3, whichever the device tree names. */
#pragma once
#define OPTION_GICV2 1
#define OPTION_GICV3 1
