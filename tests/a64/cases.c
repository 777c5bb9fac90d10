/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A random word says by its own fields which register is a base, and is given one
 * that leads into the case's memory. What is known of words here is only where
 * these fields are: what they mean is left to the two that are compared.
 */
#include <string.h>

#include "cases.h"
#include "forms.h"

#define BRK       0xd4200000u /* its number is in bits 20 to 5 */
#define MIDDLE    1152        /* of the memory; enough of it on both sides for each immediate */
#define EL1T_MASKED 0x3c4     /* SPSR_EL1 */
#define SCTLR_A     (1 << 1)
/* What both have without AArch32 and trapped exceptions, too. */
#define FPCR_SURE   0x07c00000
#define FPSR_SURE   0x0800009f

/* --- Chance -------------------------------------------------------------------------- */

static uint64_t chance_state;

/* SplitMix64 (Steele, Lea, Flood 2014) */
static uint64_t any(void)
{
    uint64_t word = chance_state += 0x9e3779b97f4a7c15ull;

    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ull;
    word = (word ^ word >> 27) * 0x94d049bb133111ebull;
    return word ^ word >> 31;
}

static uint64_t below(uint64_t limit)
{
    return any() % limit;
}

/* Edges more often than chance has them. */
static uint64_t operand(void)
{
    static const uint64_t edges[] = {0, 1, 2, 31, 32, 63, 64, 0x7f, 0x80, 0xffff, 0x7fffffff,
                                     0x80000000,
                                     0xffffffff, 0x100000000, 0x7fffffffffff, 0x800000000000,
                                     INT64_MAX, 1ull << 63, UINT64_MAX, UINT64_MAX - 1};
    uint64_t value = any();

    switch (below(4)) {
    case 0:
        return edges[below(sizeof edges / sizeof edges[0])];
    case 1:
        return value >> below(64);
    default:
        return value;
    }
}

/* --- Words --------------------------------------------------------------------------- */

/* The number of a register. */
static unsigned field(uint32_t word, unsigned low)
{
    return word >> low & 31;
}

/* The bits of `fixed` are as in `value`, and a field of immediates is kept small. */
struct class {
    uint32_t fixed, value;
    unsigned low, bits, reach; /* the field, signed: from -reach to reach; bits 0: none */
};

static const struct class classes[] = {
    {0x1c000000, 0x10000000, 0, 0, 0},  /* all of data processing (immediate) */
    {0x0e000000, 0x0a000000, 0, 0, 0},  /* all of data processing (register) */
    {0x1f800000, 0x12000000, 0, 0, 0},  /* some of both more often: masks */
    {0x1f800000, 0x13000000, 0, 0, 0},  /* fields */
    {0x1f800000, 0x13800000, 0, 0, 0},  /* extract */
    {0x1f000000, 0x0b000000, 0, 0, 0},  /* add and subtract */
    {0x1fe00000, 0x1a400000, 0, 0, 0},  /* compare */
    {0x1fe00000, 0x1a800000, 0, 0, 0},  /* select */
    {0x5fe0f000, 0x1ac00000, 0, 0, 0},  /* divide */
    {0x5fe0f000, 0x1ac02000, 0, 0, 0},  /* shift */
    {0x7fffe000, 0x5ac00000, 0, 0, 0},  /* one source */
    {0x7f000000, 0x1b000000, 0, 0, 0},  /* three sources */
    {0x3b000000, 0x39000000, 0, 0, 0},  /* one register, unsigned offset */
    {0x3b200000, 0x38000000, 0, 0, 0},  /* ... signed, pre, post */
    {0x3b200c00, 0x38200800, 0, 0, 0},  /* ... register */
    {0x3a000000, 0x28000000, 0, 0, 0},  /* pairs */
    {0x3f000000, 0x08000000, 0, 0, 0},  /* exclusive, ordered */
    {0x3f207c00, 0x08007c00, 0, 0, 0},  /* ... without pairs */
    {0x3f3f7c00, 0x081f7c00, 0, 0, 0},  /* ... most often allowed */
    {0x3b000000, 0x18000000, 5, 19, 7}, /* literals */
    {0x7c000000, 0x14000000, 0, 26, 7}, /* branches */
    {0x7e000000, 0x34000000, 5, 19, 7},
    {0x7e000000, 0x36000000, 5, 14, 7},
    {0xff000000, 0x54000000, 5, 19, 7},
    {0xfe000000, 0xd6000000, 0, 0, 0},  /* by register */
    {0xff9ffc1f, 0xd61f0000, 0, 0, 0},
    {0xfffff01f, 0xd503201f, 0, 0, 0},  /* hints */
    {0xfffff000, 0xd5033000, 0, 0, 0},  /* barriers */
    {0xfffff01f, 0xd503301f, 0, 0, 0},
    {0xfffff09f, 0xd503409f, 0, 0, 0},  /* DAIFSet, DAIFClr, and what is not there */
};
#define CLASSES (sizeof classes / sizeof classes[0])

/* What may go on forever, or end elsewhere than in the case: eret, drps, wfi, wfe, br xzr. */
static bool leads_away(uint32_t word)
{
    return (word & 0xff800000) == 0xd6800000 || word == 0xd503207f || word == 0xd503205f ||
           (word & 0xff9fffff) == 0xd61f03e0;
}

static bool is_register_offset(uint32_t word)
{
    return (word & 0x3b200c00) == 0x38200800;
}

/*
 * QEMU does not check SP, asks less of SIMD's addresses than the manual, and does not
 * look at the address of a store-exclusive that fails anyway.
 */
static bool may_be_misaligned(uint32_t word)
{
    return field(word, 5) != 31 && !(word >> 26 & 1) && (word & 0x3fc00000) != 0x08000000;
}

static bool is_simd_literal(uint32_t word)
{
    return (word & 0x3f000000) == 0x1c000000;
}

static uint32_t random_word(void)
{
    const struct class *class = &classes[below(CLASSES)];
    uint32_t small = (uint32_t)((1ull << class->bits) - 1) << class->low;
    uint32_t word = ((uint32_t)any() & ~class->fixed) | class->value;
    int offset = (int)below(2 * class->reach + 1) - (int)class->reach;

    if (offset == 0) /* a branch to itself never ends */
        offset = 1;
    /* 1, 5 and -3 are aligned for each of them. */
    if (is_simd_literal(word))
        offset = 4 * (int)below(3) - 3;
    if (is_register_offset(word) && field(word, 5) == field(word, 16))
        word ^= 1 << 16; /* the base cannot be the offset, too */
    return (word & ~small) | ((uint32_t)offset << class->low & small);
}

/* Sequences whose instructions mean something together. */
static const char *const sequences[][3] = {
    {"ldaxr x0, [x1]", "stlxr w0, x2, [x1]", "ldr x0, [x1]"},
    {"ldxr x0, [x1]", "stxr w0, x2, [x1]", "stxr w0, x2, [x1]"},
    {"ldaxr w0, [x1]", "stlxr w0, w2, [x1]", "ldr x0, [x1]"},
    {"ldaxr w0, [x1]", "stlxr w0, x2, [x1]", "nop"},
    {"ldaxr x0, [x1]", "clrex", "stlxr w0, x2, [x1]"},
    {"ldaxr x0, [x1]", "add w0, w1, #1", "stlxr w0, x2, [x1]"},
    {"adds x0, x1, x2", "b.hi . + 8", "mov x0, #0"},
    {"subs x0, x1, x2", "b.gt . + 8", "mov x0, #0"},
    {"cmp x1, x2", "b.ls . + 8", "mov x0, #0"},
    {"cmp x1, x2", "b.lt . + 8", "mov x0, #0"},
    {"adds x0, x1, x2", "b.vs . + 12", "mov x0, #0"},
    {"tst x1, #7", "ccmp x1, #5, #0, ne", "csinc x0, x1, x2, lo"},
    {"msr esr_el1, x1", "mrs x0, esr_el1", "nop"},
    {"msr elr_el1, x1", "mrs x0, elr_el1", "nop"},
    {"msr far_el1, x1", "mrs x0, far_el1", "nop"},
    {"msr tpidr_el0, x1", "mrs x0, tpidr_el0", "nop"},
    {"msr tpidrro_el0, x1", "mrs x0, tpidrro_el0", "nop"},
    {"msr tpidr_el1, x1", "mrs x0, tpidr_el1", "nop"},
    {"msr cntv_cval_el0, x1", "mrs x0, cntv_cval_el0", "nop"},
    {"msr nzcv, x1", "mrs x0, nzcv", "nop"},
    {"msr fpcr, x1", "mrs x0, fpcr", "nop"},
    {"msr fpsr, x1", "mrs x0, fpsr", "nop"},
    {"msr daifset, #2", "mrs x0, daif", "nop"},
    {"msr daifclr, #15", "mrs x0, daif", "nop"},
    {"mrs x0, currentel", "mrs x0, nzcv", "nop"},
};
#define SEQUENCES (sizeof sequences / sizeof sequences[0])

/* Forms about the system run in sequences, or in test_a64.c alone. */
static bool is_alone(uint32_t word)
{
    return (word & 0xffd00000) != 0xd5100000;
}

/* Each form several times, then words of classes and sequences. */
#define ROUNDS 8
static void make_code(uint64_t index, uint32_t code[CODE_WORDS])
{
    const char *const *sequence = sequences[below(SEQUENCES)];

    if (index < (uint64_t)ROUNDS * form_count && is_alone(form_words[index % form_count]))
        code[CODE_ENTRY] = form_words[index % form_count];
    else if (below(10) == 0)
        for (unsigned at = 0; at < 3; at++)
            code[CODE_ENTRY + at] = form_word(sequence[at]);
    else
        code[CODE_ENTRY] = random_word();
    if (leads_away(code[CODE_ENTRY]))
        code[CODE_ENTRY] = form_word("nop");
}

bool case_may_be_unknown(uint32_t word)
{
    static const struct class unknown[] = {
        {0x7fe0e000, 0x1ac04000, 0, 0, 0}, /* crc32 */
        {0x3b200c00, 0x38000800, 0, 0, 0}, /* ldtr, sttr */
        {0x3fa00000, 0x08200000, 0, 0, 0}, /* ldxp, stxp */
    };

    for (unsigned index = 0; index < sizeof unknown / sizeof unknown[0]; index++)
        if ((word & unknown[index].fixed) == unknown[index].value)
            return true;
    return false;
}

/* Rs and Rt2 of exclusive and ordered accesses: all ones where there is none. */
static bool is_open_exclusive(uint32_t word)
{
    bool has_status = (word & 0x00c00000) == 0;
    unsigned status = field(word, 16);

    if (field(word, 10) != 31 || (!has_status && status != 31))
        return true;
    return has_status && (status == field(word, 0) || (status == field(word, 5) && status != 31));
}

static bool is_open_pair(uint32_t word)
{
    bool loads = word >> 22 & 1, moves = word >> 23 & 1, simd = word >> 26 & 1;
    unsigned first = field(word, 0), second = field(word, 10), base = field(word, 5);

    if (loads && first == second)
        return true;
    return moves && !simd && base != 31 && (base == first || base == second);
}

bool case_may_be_open(uint32_t word)
{
    if ((word & 0x3f000000) == 0x08000000)
        return is_open_exclusive(word);
    if ((word & 0x3a000000) == 0x28000000)
        return is_open_pair(word);
    if ((word & 0x3f200400) == 0x38000400) /* one register, pre or post, no SIMD */
        return field(word, 5) != 31 && field(word, 5) == field(word, 0);
    return (word & 0xff608000) == 0x9b400000 && field(word, 10) != 31; /* smulh, umulh */
}

/* --- Registers and memory --------------------------------------------------------------- */

uint64_t case_code_address(uint64_t index)
{
    return BATCH_CODE + index * CODE_BYTES;
}

uint64_t case_address(uint64_t index)
{
    return BATCH_CASES + index * CASE_BYTES;
}

static void set_base(struct batch_case *made, unsigned index, uint64_t value)
{
    if (index == 31)
        made->sp = value;
    else
        made->x[index] = value;
}

/* An unsigned offset may be larger than the memory: its base is so much lower. */
static uint64_t offset_unsigned(uint32_t word)
{
    bool simd = word >> 26 & 1, quad = simd && (word >> 23 & 1);

    return (uint64_t)(word >> 10 & 0xfff) << (quad ? 4 : word >> 30);
}

/* A register that is an offset: small, with nonsense above it if only its half counts. */
static void set_offset(struct batch_case *made, uint32_t word)
{
    uint64_t value = (below(9) - 4) * 16;

    if ((word >> 13 & 7) == 2)
        value = below(5) * 16;
    if (!(word >> 13 & 1))
        value = (uint32_t)value | any() << 32;
    made->x[field(word, 16)] = value;
}

static void aim_memory(struct batch_case *made, uint64_t index, uint32_t word)
{
    uint64_t base = case_address(index) + CASE_MEMORY + MIDDLE;

    if ((word & 0x3b000000) == 0x39000000)
        base -= offset_unsigned(word) & ~15ull;
    if (may_be_misaligned(word) && below(8) == 0)
        base += 1ull << below(4);
    if (is_register_offset(word) && field(word, 16) != 31)
        set_offset(made, word);
    set_base(made, field(word, 5), base);
}

static void aim(struct batch_case *made, uint64_t index, uint32_t word)
{
    if ((word & 0x0a000000) == 0x08000000)
        aim_memory(made, index, word);
    if ((word & 0xfe000000) == 0xd6000000)
        made->x[field(word, 5) % 31] = case_code_address(index) + 4 * below(CODE_ENTRY);
    if (word == form_word("msr fpcr, x1"))
        made->x[1] &= FPCR_SURE;
    if (word == form_word("msr fpsr, x1"))
        made->x[1] &= FPSR_SURE;
}

void case_make(uint64_t seed, uint64_t index, struct batch_case *made, uint32_t code[CODE_WORDS])
{
    chance_state = seed * 0x9e3779b97f4a7c15ull + index * 0xd1342543de82ef95ull;
    memset(made, 0, sizeof *made);
    for (uint32_t at = 0; at < CODE_WORDS; at++)
        code[at] = BRK | at << 5;
    make_code(index, code);
    for (unsigned at = 0; at < 31; at++)
        made->x[at] = operand();
    made->sp = operand();
    for (unsigned at = 0; at < 64; at++)
        made->q[at / 2][at % 2] = any();
    for (unsigned at = 0; at < MEMORY_BYTES; at += 8) {
        uint64_t value = any();

        memcpy(made->memory + at, &value, sizeof value);
    }
    made->pc = case_code_address(index) + 4 * CODE_ENTRY;
    made->pstate = EL1T_MASKED | below(16) << 28;
    made->sctlr = below(2) ? SCTLR_A : 0;
    aim(made, index, code[CODE_ENTRY]);
}
