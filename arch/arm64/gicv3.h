/* SPDX-License-Identifier: BSD-2-Clause */
/* GICv3: what gicv3.c and gicv3_start.c have in common. */
#pragma once
#include "gic.h"

#define GICD_CTLR_RWP   (1u << 31)

/* Redistributor: a frame of 64 KiB, then one for its own lines, then two more with GICv4 */
#define GICR_CTLR   0x0000
#define GICR_FRAME  0x10000
#define GICR_CTLR_RWP   (1u << 3)

/* A software-generated interrupt's targets are among so many cores in a row. */
#define GICV3_RANGE_CORES 16
#define GICV3_AFFINITY_LEVEL0(affinity) ((affinity)&0xff)

/* Waits for the bit to be 0. If it does not become that: false, or a panic. */
bool gicv3_falls(volatile void *base, unsigned offset, uint32_t bit);
void gicv3_wait_while(volatile void *base, unsigned offset, uint32_t bit);
