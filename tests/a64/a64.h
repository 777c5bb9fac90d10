/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interpreter of A64 integer code, for the kernel's assembly on the host: one
 * core at EL1 without translation, PAC, BTI or LSE, little-endian. Names are those
 * of the Arm ARM (DDI 0487). It is strict where the kernel has to be: an access
 * outside of what was mapped, one that is not aligned (SCTLR_EL1), an instruction
 * that it does not know or that the manual leaves open, all end the run, with
 * nothing changed by the instruction that did it.
 *
 * Known are all integer instructions of Armv8.0 but ldtr/sttr, ldxp/stxp, crc32,
 * svc/hvc/smc and SYS (tlbi, dc, ic); of FP and SIMD the loads and stores alone.
 * wfe, wfi and the other hints do nothing.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define A64_N (1u << 31)
#define A64_Z (1u << 30)
#define A64_C (1u << 29)
#define A64_V (1u << 28)

enum a64_right { A64_READ = 1, A64_WRITE = 2, A64_EXECUTE = 4 };

/* Why a run ended. pc is then the next instruction to execute, or the one that could not be. */
enum a64_stop {
    A64_RUNNING,       /* never returned */
    A64_ERET,          /* pc: of the eret; where it would go is in ELR_EL1 and SPSR_EL1 */
    A64_REACHED,       /* pc: one of `stops` */
    A64_BREAK,         /* pc: of the brk */
    A64_LIMIT,         /* as many instructions as were allowed */
    A64_UNKNOWN,       /* from here on `why` tells what is wrong */
    A64_UNPREDICTABLE, /* the manual does not say what it does */
    A64_BAD_ADDRESS,
    A64_MISALIGNED,    /* as SCTLR_EL1 has it */
    A64_CLOSED,        /* FP/SIMD: CPACR_EL1 traps it, or did at the last isb */
};

/*
 * System registers: name, op0, op1, CRn, CRm, op2; read or written; the bits that
 * a write changes. Those that are not here are unknown instructions.
 */
#define A64_ALL UINT64_MAX
#define A64_RW  (A64_READ | A64_WRITE)
#define A64_SYSTEM_REGISTERS(X)                              \
    X(MIDR_EL1, 3, 0, 0, 0, 0, A64_READ, 0)                  \
    X(MPIDR_EL1, 3, 0, 0, 0, 5, A64_READ, 0)                 \
    X(SCTLR_EL1, 3, 0, 1, 0, 0, A64_RW, A64_ALL)             \
    X(CPACR_EL1, 3, 0, 1, 0, 2, A64_RW, A64_ALL)             \
    X(TTBR0_EL1, 3, 0, 2, 0, 0, A64_RW, A64_ALL)             \
    X(TTBR1_EL1, 3, 0, 2, 0, 1, A64_RW, A64_ALL)             \
    X(TCR_EL1, 3, 0, 2, 0, 2, A64_RW, A64_ALL)               \
    X(SPSR_EL1, 3, 0, 4, 0, 0, A64_RW, A64_ALL)              \
    X(ELR_EL1, 3, 0, 4, 0, 1, A64_RW, A64_ALL)               \
    X(SP_EL0, 3, 0, 4, 1, 0, A64_RW, A64_ALL)                \
    X(CURRENTEL, 3, 0, 4, 2, 2, A64_READ, 0)                 \
    X(ICC_PMR_EL1, 3, 0, 4, 6, 0, A64_RW, 0xff)              \
    X(ESR_EL1, 3, 0, 5, 2, 0, A64_RW, A64_ALL)               \
    X(FAR_EL1, 3, 0, 6, 0, 0, A64_RW, A64_ALL)               \
    X(VBAR_EL1, 3, 0, 12, 0, 0, A64_RW, A64_ALL)             \
    X(ICC_DIR_EL1, 3, 0, 12, 11, 1, A64_WRITE, A64_ALL)      \
    X(ICC_RPR_EL1, 3, 0, 12, 11, 3, A64_READ, 0)             \
    X(ICC_SGI1R_EL1, 3, 0, 12, 11, 5, A64_WRITE, A64_ALL)    \
    X(ICC_IAR1_EL1, 3, 0, 12, 12, 0, A64_READ, 0)            \
    X(ICC_EOIR1_EL1, 3, 0, 12, 12, 1, A64_WRITE, A64_ALL)    \
    X(ICC_HPPIR1_EL1, 3, 0, 12, 12, 2, A64_READ, 0)          \
    X(CONTEXTIDR_EL1, 3, 0, 13, 0, 1, A64_RW, A64_ALL)       \
    X(TPIDR_EL1, 3, 0, 13, 0, 4, A64_RW, A64_ALL)            \
    X(CNTKCTL_EL1, 3, 0, 14, 1, 0, A64_RW, A64_ALL)          \
    X(MDSCR_EL1, 2, 0, 0, 2, 2, A64_RW, A64_ALL)             \
    X(NZCV, 3, 3, 4, 2, 0, A64_RW, 0xf0000000)               \
    X(DAIF, 3, 3, 4, 2, 1, A64_RW, 0x3c0)                    \
    X(FPCR, 3, 3, 4, 4, 0, A64_RW, 0x07f70000)               \
    X(FPSR, 3, 3, 4, 4, 1, A64_RW, 0xf800009f)               \
    X(PMCCNTR_EL0, 3, 3, 9, 13, 0, A64_RW, A64_ALL)          \
    X(TPIDR_EL0, 3, 3, 13, 0, 2, A64_RW, A64_ALL)            \
    X(TPIDRRO_EL0, 3, 3, 13, 0, 3, A64_RW, A64_ALL)          \
    X(CNTFRQ_EL0, 3, 3, 14, 0, 0, A64_READ, 0)               \
    X(CNTVCT_EL0, 3, 3, 14, 0, 2, A64_READ, 0)               \
    X(CNTV_CTL_EL0, 3, 3, 14, 3, 1, A64_RW, 3)               \
    X(CNTV_CVAL_EL0, 3, 3, 14, 3, 2, A64_RW, A64_ALL)

#define A64_X(NAME, ...) A64_##NAME,
enum a64_register { A64_SYSTEM_REGISTERS(A64_X) A64_REGISTER_COUNT };
#undef A64_X

/* Memory of the guest: bytes of the host, or a device whose functions are called. */
struct a64_device {
    uint64_t (*load)(void *context, uint64_t address, unsigned bytes);
    void (*store)(void *context, uint64_t address, unsigned bytes, uint64_t value);
    void *context;
};
struct a64_range {
    uint64_t start, bytes;
    uint8_t *host; /* NULL: a device */
    struct a64_device device;
    unsigned rights; /* enum a64_right */
};

/* A load or store that was made; of a pair, each half. Fetches are not among them. */
struct a64_access {
    uint64_t pc, address, value[2];
    unsigned bytes; /* 1 to 16 */
    enum a64_right kind;
};

/*
 * SCTLR_EL1 as the interpreter obeys it. With A, all accesses must be aligned to
 * their elements; without it, those that are exclusive or ordered, and those of
 * devices. With SA, SP to 16 bytes when it is a base. a64_init sets both.
 */
#define A64_SCTLR_A  (1u << 1)
#define A64_SCTLR_SA (1u << 3)

/*
 * How often each instruction from `start` was executed, and how often what was
 * executed next was not the one behind it. Both arrays are the caller's.
 */
struct a64_coverage {
    uint64_t start, words;
    uint32_t *executed, *jumped;
};

#define A64_RANGES 32
#define A64_STOPS  16
#define A64_TRAIL  64
#define A64_WHY    160

struct a64 {
    uint64_t x[31], sp, pc;
    uint64_t q[32][2];
    uint64_t system[A64_REGISTER_COUNT]; /* NZCV among them */
    uint64_t cpacr; /* CPACR_EL1 as the last isb found it; FP/SIMD is open if both say so */

    /* What happens besides: all may be NULL. They see the core before the instruction's effect. */
    uint64_t (*read_system)(struct a64 *core, enum a64_register which);
    void (*write_system)(struct a64 *core, enum a64_register which, uint64_t value);
    void *context;                 /* the caller's */
    struct a64_access *accesses;   /* where they are logged, */
    size_t access_room;            /* how many have room, */
    size_t access_count;           /* and how many there were, which may be more */
    struct a64_coverage *coverage;

    uint64_t stops[A64_STOPS];
    unsigned stop_count;
    struct a64_range ranges[A64_RANGES];
    unsigned range_count;

    uint64_t trail[A64_TRAIL];     /* the last instructions' addresses: number n at n % A64_TRAIL */
    uint64_t executed;             /* how many, since a64_init */
    enum a64_stop stop;
    char why[A64_WHY];

    /* The interpreter's own. */
    uint64_t next;
    uint64_t monitor;              /* address of the exclusive monitor */
    unsigned monitor_bytes;        /* 0: it is open */
};

/* All zero, interrupts masked, alignment checked, FP/SIMD open, nothing mapped. */
void a64_init(struct a64 *core);

/*
 * Maps host memory at `start`. What was mapped last is looked at first, so that
 * a part of a range may be put elsewhere.
 */
void a64_map(struct a64 *core, uint64_t start, void *host, uint64_t bytes, unsigned rights);
/* The same where the guest's address is the host's. */
void a64_map_host(struct a64 *core, void *host, uint64_t bytes, unsigned rights);
void a64_map_device(struct a64 *core, uint64_t start, uint64_t bytes, struct a64_device device);

/* Ends a run that gets there; one that begins there executes it. */
void a64_stop_at(struct a64 *core, uint64_t address);

/* At most `limit` instructions from pc on. */
enum a64_stop a64_run(struct a64 *core, uint64_t limit);

const char *a64_stop_name(enum a64_stop stop);
const char *a64_register_name(enum a64_register which);
