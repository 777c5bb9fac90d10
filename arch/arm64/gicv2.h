/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv2's CPU interface (IHI 0048, 4.4), for gicv2.c and gicv2_start.c. */
#pragma once
#include "gic.h"

#define GICC_CTLR 0x0000
#define GICC_PMR  0x0004
#define GICC_BPR  0x0008
#define GICC_BYTES 0x2000u
#define GICC_CTLR_ENABLE    (1u << 0)
#define GICC_CTLR_EOIMODE   (1u << 9) /* of the group that bit 0 enables */
#define GICC_IAR_INTID      0x3ffu
