/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gic.c (lines, the same in GICv2 and v3) and gicv2.c, gicv3.c (a core's
 * interface, and where lines go) have in common. Registers as in IHI 0048 (v2)
 * and IHI 0069 (v3).
 */
#pragma once
#include "cpu.h"
#include "kernel/arch.h"
#include "kernel/boot.h"
#include "mmio.h"
#include "offsets.h"
#include "option_gic.h"

/* INTIDs: GICv2 2.2.1, GICv3 2.2 */
#define GIC_PPI_FIRST 16   /* below: software-generated */
#define GIC_SPI_FIRST 32   /* below: a core's own */
#define GIC_LINES_MAX 1020 /* from here on special: 1023 says nothing is pending */
#define GIC_SPECIAL_LAST 1023

/* Distributor, the same in v2 and v3; a v3 redistributor has it for lines below 32 */
#define GICV2_GICD_BYTES 0x1000  /* an emulator has no more behind it */
#define GICV3_GICD_BYTES 0x10000
#define GICD_CTLR        0x000
#define GICD_TYPER       0x004
#define GICD_IGROUPR     0x080
#define GICD_ISENABLER   0x100
#define GICD_ICENABLER   0x180
#define GICD_ICPENDR     0x280
#define GICD_ICACTIVER   0x380
#define GICD_IPRIORITYR  0x400
#define GICD_ITARGETSR   0x800  /* v2 */
#define GICD_ICFGR       0xc00
#define GICD_IROUTER     0x6000 /* v3 */
#define GICD_TYPER_LINES 0x1f   /* ITLinesNumber: blocks of 32 lines, less one */

/* Software-generated interrupts between cores */
#define GIC_SGI_KICK 0 /* enter the kernel */
#define GIC_SGI_STOP 1 /* another core panicked */
#define GIC_SGI_TRACE 2 /* take the vectors that are wanted now */

/* One priority for all lines, and a mask that lets it through. Lower is more urgent. */
#define GIC_PRIORITY      0xa0
#define GIC_PRIORITY_MASK 0xf0

/* What differs between the versions when it is started; gic_start.c has one called. */
/* Maps its other registers. */
void gicv2_map(const struct platform *platform);
void gicv3_map(const struct platform *platform);
/* Distributor control off and on. */
void gicv2_distributor_off(void);
void gicv3_distributor_off(void);
void gicv2_distributor_on(void);
void gicv3_distributor_on(void);
/* Finds what this core has of its own, and turns its interface on: NULL, or what is missing. */
const char *gicv2_core_find(struct cpu *cpu);
const char *gicv3_core_find(struct cpu *cpu);
const char *gicv2_core_on(struct cpu *cpu);
const char *gicv3_core_on(struct cpu *cpu);

/*
 * What differs from then on is there twice, gicv2_NAME and gicv3_NAME, and gic_NAME
 * is one of them: by a condition, not through a pointer (docs/decisions/0009). Where
 * one alone can be (option_gic.h), the compiler knows which.
 */
extern bool gic_found_version_3;
static inline bool gic_is_version_3(void)
{
    return OPTION_GICV3 && (!OPTION_GICV2 || gic_found_version_3);
}

/* Sends a shared line to a core that was found. */
void gicv2_route(uint32_t line, const struct cpu *to);
void gicv3_route(uint32_t line, const struct cpu *to);
static inline void gic_route(uint32_t line, const struct cpu *to)
{
    if (gic_is_version_3())
        gicv3_route(line, to);
    else
        gicv2_route(line, to);
}

/* Sends a software-generated interrupt. */
void gicv2_send(unsigned sgi, const struct cpu *to);
void gicv3_send(unsigned sgi, const struct cpu *to);
static inline void gic_send(unsigned sgi, const struct cpu *to)
{
    if (gic_is_version_3())
        gicv3_send(sgi, to);
    else
        gicv2_send(sgi, to);
}

/* Registers of this core's own lines. */
volatile void *gicv2_own_lines(void);
volatile void *gicv3_own_lines(void);
static inline volatile void *gic_own_lines(void)
{
    return gic_is_version_3() ? gicv3_own_lines() : gicv2_own_lines();
}

/*
 * Takes the most urgent pending line and drops the running priority; may be special. A
 * software-generated one is deactivated, too.
 */
uint32_t gicv2_acknowledge(void);
uint32_t gicv3_acknowledge(void);
static inline uint32_t gic_acknowledge(void)
{
    return gic_is_version_3() ? gicv3_acknowledge() : gicv2_acknowledge();
}

void gicv2_deactivate(uint32_t line);
void gicv3_deactivate(uint32_t line);
static inline void gic_deactivate(uint32_t line)
{
    if (gic_is_version_3())
        gicv3_deactivate(line);
    else
        gicv2_deactivate(line);
}

/* Until changes to enables have taken effect. */
void gicv2_settle(void);
void gicv3_settle(void);
static inline void gic_settle(void)
{
    if (gic_is_version_3())
        gicv3_settle();
    else
        gicv2_settle();
}

/* What a short way has read of the controller and left to C (fast_event.S). */
#define GIC_TAKEN (1u << GIC_TAKEN_BIT)
static inline bool gic_taken(const struct cpu *cpu)
{
    return cpu->taken != 0;
}
static inline uint32_t gic_take(struct cpu *cpu)
{
    uint32_t taken = cpu->taken & ~GIC_TAKEN;

    cpu->taken = 0;
    return taken;
}

/* gic.c; gic_start.c sets them. */
extern volatile void *gic_distributor;
extern uint32_t gic_line_count;
/* gic.c: sets the line's bit in one of the registers that change what is written as 1. */
void gic_write_bit(unsigned registers, uint32_t line);
volatile void *gic_registers_of(uint32_t line);

#define GIC_WORD_LINES 32 /* one bit each */
#define GIC_WORD_BYTES 4
