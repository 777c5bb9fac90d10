/* SPDX-License-Identifier: BSD-2-Clause */
/* ESR_EL1, Arm ARM: the fields and values that the kernel tells apart. */
#pragma once

#define ESR_WORD_SVC64  0x56000000 /* ESR_EL1 of svc #0: class ESR_SVC64, 32-bit instruction */
#define ESR_IMMEDIATE_MASK 0xffff  /* ISS of SVC and BRK */
#define ESR_CLASS_SHIFT    26
#define ESR_CLASS_DATA_ABORT 0x24  /* of a program */
/* ISS of aborts */
#define ESR_ABORT_WNR_BIT  6 /* a write ... */
#define ESR_ABORT_CM_BIT   8 /* ... unless it is a cache maintenance instruction */
#define ESR_ABORT_STATUS_MASK 0x3f
/* Fault status codes: translation, access flag and permission, for levels 0 to 3, are below. */
#define ESR_STATUS_FIRST_OTHER 0x10
#define BREAKPOINT_GUARD 0x57ac /* BRK's immediate in guard.S: a stack was overwritten */

#ifndef __ASSEMBLER__
#include <stdint.h>

#define ESR_ISS(esr) ((uint32_t)(esr)&0x1ffffff)

enum esr_class {
    ESR_UNKNOWN = 0x00,
    ESR_FP_ACCESS = 0x07,
    ESR_BRANCH_TARGET = 0x0d,
    ESR_ILLEGAL_STATE = 0x0e,
    ESR_SVC64 = 0x15,
    ESR_SIGNATURE = 0x1c,
    ESR_INSTRUCTION_ABORT_EL0 = 0x20,
    ESR_INSTRUCTION_ABORT_EL1 = 0x21,
    ESR_PC_ALIGNMENT = 0x22,
    ESR_DATA_ABORT_EL0 = 0x24,
    ESR_DATA_ABORT_EL1 = 0x25,
    ESR_SP_ALIGNMENT = 0x26,
    ESR_STEP_EL0 = 0x32,
    ESR_BRK64 = 0x3c,
};

static inline enum esr_class esr_class(uint64_t esr)
{
    return (enum esr_class)(esr >> 26 & 0x3f);
}

#define ESR_ABORT_WNR (1u << ESR_ABORT_WNR_BIT)
#define ESR_ABORT_CM  (1u << ESR_ABORT_CM_BIT)
#define ESR_STATUS_ALIGNMENT   0x21
#endif
