/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System registers: names, bits and fields as the Arm ARM (DDI 0487) has them,
 * whose chapters order them by name (section numbers change with each issue).
 * For C, a reader and a writer per register.
 */
#pragma once

/* SCTLR_EL1 */
#define SCTLR_M      (1 << 0)  /* translation on */
#define SCTLR_C      (1 << 2)  /* data caches on */
#define SCTLR_SA     (1 << 3)  /* SP alignment is checked at EL1 */
#define SCTLR_SA0    (1 << 4)  /* ... and at EL0 */
#define SCTLR_EOS    (1 << 11) /* exception return is a context synchronisation */
#define SCTLR_I      (1 << 12) /* instruction caches on */
#define SCTLR_DZE    (1 << 14) /* EL0 may DC ZVA */
#define SCTLR_UCT    (1 << 15) /* EL0 may read CTR_EL0 */
#define SCTLR_NTWI   (1 << 16) /* EL0's WFI does not trap */
#define SCTLR_NTWE   (1 << 18) /* EL0's WFE does not trap */
#define SCTLR_WXN    (1 << 19) /* what is writable is never executable */
#define SCTLR_TSCXT  (1 << 20) /* EL0's SCXTNUM_EL0 traps; RES1 without it */
#define SCTLR_EIS    (1 << 22) /* exception entry is a context synchronisation */
#define SCTLR_SPAN   (1 << 23) /* 0: exceptions set PSTATE.PAN; RES1 without PAN */
#define SCTLR_UCI    (1 << 26) /* EL0 may do cache maintenance */
#define SCTLR_ENIB   (1 << 30) /* key B signs and checks; 0: its instructions do nothing */
#define SCTLR_NTLSMD (1 << 28) /* RES1 without FEAT_LSMAOC */
#define SCTLR_LSMAOE (1 << 29) /* RES1 without FEAT_LSMAOC */
#define SCTLR_RES1 \
    (SCTLR_EOS | SCTLR_TSCXT | SCTLR_EIS | SCTLR_SPAN | SCTLR_NTLSMD | SCTLR_LSMAOE)

/* CurrentEL and SPSR_ELx */
#define CURRENT_EL_EL2 (2 << 2)
#define SPSR_DAIF      (0xf << 6)
#define SPSR_EL1H      5

/* MPIDR_EL1: Aff3 in bits 39 to 32, Aff2 to Aff0 in bits 23 to 0 */
#define MPIDR_AFFINITY 0xff00ffffff

/* HCR_EL2 */
#define HCR_RW  (1 << 31)
#define HCR_APK (1 << 40) /* PAC keys and instructions do not trap */
#define HCR_API (1 << 41)
/* CPTR_EL2 when HCR_EL2.E2H is 0: its RES1 bits and no trap */
#define CPTR_EL2_RES1 0x33ff
/* CNTHCTL_EL2 when HCR_EL2.E2H is 0 */
#define CNTHCTL_EL1PCTEN (1 << 0)
#define CNTHCTL_EL1PCEN  (1 << 1)
/* ICC_SRE_EL2, GIC architecture (IHI 0069) */
#define ICC_SRE_SRE    (1 << 0)
#define ICC_SRE_ENABLE (1 << 3)

/* SMC calling convention (DEN0028), Arm architecture calls */
#define SMCCC_ARCH_WORKAROUND_1 0x80008000
#define SMCCC_ARCH_WORKAROUND_2 0x80007fff

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Registers that the assembler does not know by name, because only newer cores have them. */
#define RNDR "s3_3_c2_c4_0"

#define SYSTEM_REGISTER(name, encoding)                                     \
    static inline uint64_t read_##name(void)                                \
    {                                                                       \
        uint64_t value;                                                     \
        __asm__ volatile("mrs %0, " #encoding : "=r"(value) : : "memory");  \
        return value;                                                       \
    }                                                                       \
    static inline void write_##name(uint64_t value)                         \
    {                                                                       \
        __asm__ volatile("msr " #encoding ", %0" : : "r"(value) : "memory"); \
    }
#define SYSTEM_REGISTER_READ(name, encoding)                                \
    static inline uint64_t read_##name(void)                                \
    {                                                                       \
        uint64_t value;                                                     \
        __asm__ volatile("mrs %0, " #encoding : "=r"(value) : : "memory");  \
        return value;                                                       \
    }

#define SYSTEM_REGISTER_WRITE(name, encoding)                               \
    static inline void write_##name(uint64_t value)                         \
    {                                                                       \
        __asm__ volatile("msr " #encoding ", %0" : : "r"(value) : "memory"); \
    }

SYSTEM_REGISTER(sctlr_el1, sctlr_el1)
SYSTEM_REGISTER_WRITE(oslar_el1, oslar_el1)
SYSTEM_REGISTER(cpacr_el1, cpacr_el1)
SYSTEM_REGISTER(mair_el1, mair_el1)
SYSTEM_REGISTER(tcr_el1, tcr_el1)
SYSTEM_REGISTER(ttbr0_el1, ttbr0_el1)
SYSTEM_REGISTER(ttbr1_el1, ttbr1_el1)
SYSTEM_REGISTER(mdscr_el1, mdscr_el1)
SYSTEM_REGISTER_WRITE(vbar_el1, vbar_el1)
SYSTEM_REGISTER(cntkctl_el1, cntkctl_el1)
SYSTEM_REGISTER(cntv_ctl_el0, cntv_ctl_el0)
SYSTEM_REGISTER(cntv_cval_el0, cntv_cval_el0)
SYSTEM_REGISTER(tpidrro_el0, tpidrro_el0)
SYSTEM_REGISTER(pmuserenr_el0, pmuserenr_el0)
SYSTEM_REGISTER_READ(tpidr_el1, tpidr_el1)
SYSTEM_REGISTER_READ(esr_el1, esr_el1)
SYSTEM_REGISTER_READ(far_el1, far_el1)
SYSTEM_REGISTER_READ(mpidr_el1, mpidr_el1)
SYSTEM_REGISTER_READ(cntvct_el0, cntvct_el0)
SYSTEM_REGISTER_READ(cntfrq_el0, cntfrq_el0)
SYSTEM_REGISTER_READ(ctr_el0, ctr_el0)
SYSTEM_REGISTER_READ(dczid_el0, dczid_el0)
SYSTEM_REGISTER_READ(id_aa64dfr0_el1, id_aa64dfr0_el1)
SYSTEM_REGISTER_WRITE(apibkeylo_el1, s3_0_c2_c1_2)
SYSTEM_REGISTER_WRITE(apibkeyhi_el1, s3_0_c2_c1_3)
SYSTEM_REGISTER_READ(id_aa64pfr0_el1, id_aa64pfr0_el1)
SYSTEM_REGISTER_READ(id_aa64pfr1_el1, id_aa64pfr1_el1)
SYSTEM_REGISTER_READ(id_aa64isar0_el1, id_aa64isar0_el1)
SYSTEM_REGISTER_READ(id_aa64isar1_el1, id_aa64isar1_el1)
SYSTEM_REGISTER_READ(id_aa64isar2_el1, s3_0_c0_c6_2)
SYSTEM_REGISTER_READ(id_aa64mmfr0_el1, id_aa64mmfr0_el1)
SYSTEM_REGISTER_READ(id_aa64mmfr1_el1, id_aa64mmfr1_el1)
SYSTEM_REGISTER_READ(id_aa64mmfr2_el1, id_aa64mmfr2_el1)

/* A four-bit field of an ID register. */
static inline unsigned id_field(uint64_t id, unsigned low_bit)
{
    return (unsigned)(id >> low_bit) & 0xf;
}

#define DFR0_PMUVER_BIT  8  /* ID_AA64DFR0_EL1: 0 none, 0xf not Arm's */
#define DFR0_PMU_NOT_ARM 0xf
#define PFR1_BTI_BIT   0       /* ID_AA64PFR1_EL1 */
#define ISAR0_RNDR_BIT 60      /* ID_AA64ISAR0_EL1 */
#define ISAR1_APA (0xfULL << 4) /* ID_AA64ISAR1_EL1: any value says that pointers can be signed, */
#define ISAR1_API (0xfULL << 8)
#define ISAR2_APA3 (0xfULL << 12) /* ID_AA64ISAR2_EL1: as does this */
#define MMFR0_PARANGE_BIT  0  /* ID_AA64MMFR0_EL1 */
#define MMFR0_ASIDBITS_BIT 4
#define ASIDBITS_16        2
#define MMFR1_PAN_BIT  20 /* ID_AA64MMFR1_EL1 */
#define MMFR2_E0PD_BIT 60 /* ID_AA64MMFR2_EL1 */

/* CPACR_EL1: FPEN 0 traps FP/SIMD from everywhere, 3 from nowhere */
#define CPACR_FPEN_TRAP 0ULL
#define CPACR_FPEN_NONE (3ULL << 20)

/* MDSCR_EL1; the debugger's channel would be one between programs */
#define MDSCR_SS   (1 << 0)  /* a program is stepped: KDE stays 0, so the kernel is not */
#define MDSCR_TDCC (1 << 12) /* EL0's accesses to it trap */

/* CNTKCTL_EL1, and CNTV_CTL_EL0 */
#define CNTKCTL_EL0VCTEN (1ULL << 1)
#define CNTV_CTL_ENABLE  (1ULL << 0)
#define CNTV_CTL_IMASK   (1ULL << 1)

/* MAIR_EL1: attribute n is the n-th byte; the order is enum thole_memory's. */
#define MAIR_NORMAL_WRITE_BACK 0xffULL
#define MAIR_DEVICE_NGNRE      0x04ULL
#define MAIR_NORMAL_UNCACHED   0x44ULL

/* TCR_EL1 */
#define TCR_T0SZ(bits)   (64ULL - (bits))
#define TCR_WALKS0       (1ULL << 8 | 1ULL << 10 | 3ULL << 12)  /* write-back, inner shareable */
#define TCR_TG0_4K       (0ULL << 14)
#define TCR_T1SZ(bits)   ((64ULL - (bits)) << 16)
#define TCR_WALKS1       (1ULL << 24 | 1ULL << 26 | 3ULL << 28)
#define TCR_TG1_4K       (2ULL << 30)
#define TCR_IPS(parange) ((uint64_t)(parange) << 32)
#define TCR_AS_16        (1ULL << 36)
#define TCR_E0PD1        (1ULL << 56) /* EL0 cannot even probe the kernel's half */
#define PARANGE_48_BITS  5

/* TTBRn_EL1 */
#define TTBR_ASID_SHIFT 48

static inline void barrier_isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

/* Stores to tables before it are seen by every core's walks after it. */
static inline void barrier_tables(void)
{
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

/* Stores before it are seen by the cores that an event after it reaches. */
static inline void barrier_stores(void)
{
    __asm__ volatile("dsb ishst" : : : "memory");
}

/* TLB invalidations before it are done on every core. */
static inline void barrier_tlbi(void)
{
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

static inline void barrier_all(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

/* wait_for_event returns at once if an event was sent since it last did. */
static inline void send_event(void)
{
    __asm__ volatile("dsb sy\n\tsev" : : : "memory");
}

static inline void wait_for_event(void)
{
    __asm__ volatile("wfe" : : : "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("dsb sy\n\twfi" : : : "memory");
}
#endif
