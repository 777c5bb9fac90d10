/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Branches, barriers, system registers and the exception return (Arm ARM, C4.1).
 */
#include "inside.h"

#define LINK 30

/* --- Branches -------------------------------------------------------------------- */

static void jump(struct a64 *core, uint64_t words)
{
    core->next = core->pc + (words << 2);
}

static bool branch(struct a64 *core, uint32_t word)
{
    if (a64_bits(word, 31, 31))
        core->x[LINK] = core->next;
    jump(core, a64_signed_bits(word, 25, 0));
    return true;
}

static bool branch_conditional(struct a64 *core, uint32_t word)
{
    if (a64_condition(core, a64_bits(word, 3, 0)))
        jump(core, a64_signed_bits(word, 23, 5));
    return true;
}

/* CBZ, CBNZ. */
static bool branch_compare(struct a64 *core, uint32_t word)
{
    bool zero = a64_narrow(a64_get(core, a64_rd(word)), a64_wide(word)) == 0;

    if (zero != a64_bits(word, 24, 24))
        jump(core, a64_signed_bits(word, 23, 5));
    return true;
}

/* TBZ, TBNZ. */
static bool branch_test(struct a64 *core, uint32_t word)
{
    unsigned bit = a64_bits(word, 31, 31) << 5 | a64_bits(word, 23, 19);

    if ((a64_get(core, a64_rd(word)) >> bit & 1) == a64_bits(word, 24, 24))
        jump(core, a64_signed_bits(word, 18, 5));
    return true;
}

/* BR, BLR, RET. */
static bool branch_register(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 22, 21);
    uint64_t to = a64_get(core, a64_rn(word));

    if (kind == 3)
        return false;
    if (kind == 1)
        core->x[LINK] = core->next;
    core->next = to;
    return true;
}

/* --- Exceptions and hints ---------------------------------------------------------- */

static bool exception_return(struct a64 *core, uint32_t word)
{
    (void)word;
    core->monitor_bytes = 0;
    core->stop = A64_ERET;
    return true;
}

static bool breakpoint(struct a64 *core, uint32_t word)
{
    (void)word;
    core->stop = A64_BREAK;
    return true;
}

/* Without PAC and BTI, all of the hint space does nothing that could be seen. */
static bool hint(struct a64 *core, uint32_t word)
{
    (void)core;
    (void)word;
    return true;
}

/* CLREX, DSB, DMB, ISB. */
static bool barrier(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 7, 5);

    if (kind == 2)
        core->monitor_bytes = 0;
    if (kind == 6)
        core->cpacr = core->system[A64_CPACR_EL1];
    return kind == 2 || (kind >= 4 && kind <= 6);
}

/* --- System registers --------------------------------------------------------------- */

struct description {
    const char *name;
    uint32_t encoding; /* where MRS and MSR have it, bits 19 to 5; op0 without its upper bit */
    unsigned rights;
    uint64_t bits;
};

#define DESCRIBE(NAME, op0, op1, crn, crm, op2, rights, bits) \
    [A64_##NAME] = {#NAME, ((op0)&1) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2), \
                    rights, bits},
static const struct description descriptions[] = {A64_SYSTEM_REGISTERS(DESCRIBE)};
#undef DESCRIBE

const char *a64_register_name(enum a64_register which)
{
    return descriptions[which].name;
}

static int find_register(uint32_t encoding, enum a64_right right)
{
    for (int which = 0; which < A64_REGISTER_COUNT; which++)
        if (descriptions[which].encoding == encoding)
            return descriptions[which].rights & right ? which : -1;
    return -1;
}

static bool is_fp(int which)
{
    return which == A64_FPCR || which == A64_FPSR;
}

static bool read_register(struct a64 *core, uint32_t word)
{
    int which = find_register(a64_bits(word, 19, 5), A64_READ);

    if (which < 0)
        return false;
    if (is_fp(which) && a64_fp_is_closed(core))
        return true;
    if (core->read_system != NULL)
        core->system[which] = core->read_system(core, which);
    a64_set(core, a64_rd(word), core->system[which], true);
    return true;
}

static void write(struct a64 *core, enum a64_register which, uint64_t value)
{
    uint64_t bits = descriptions[which].bits;

    value = (core->system[which] & ~bits) | (value & bits);
    if (core->write_system != NULL)
        core->write_system(core, which, value);
    core->system[which] = value;
}

static bool write_register(struct a64 *core, uint32_t word)
{
    int which = find_register(a64_bits(word, 19, 5), A64_WRITE);

    if (which < 0)
        return false;
    if (is_fp(which) && a64_fp_is_closed(core))
        return true;
    write(core, which, a64_get(core, a64_rd(word)));
    return true;
}

/* MSR DAIFSet and DAIFClr are known of those with an immediate. */
static bool write_immediate(struct a64 *core, uint32_t word)
{
    uint64_t bits = (uint64_t)a64_bits(word, 11, 8) << 6, daif = core->system[A64_DAIF];
    unsigned operation = a64_bits(word, 7, 5);

    if (a64_bits(word, 18, 16) != 3 || (operation != 6 && operation != 7))
        return false;
    write(core, A64_DAIF, operation == 6 ? daif | bits : daif & ~bits);
    return true;
}

const struct a64_class a64_control_classes[] = {
    {0x7c000000, 0x14000000, branch},
    {0x7e000000, 0x34000000, branch_compare},
    {0x7e000000, 0x36000000, branch_test},
    {0xff000010, 0x54000000, branch_conditional},
    {0xff9ffc1f, 0xd61f0000, branch_register},
    {0xffffffff, 0xd69f03e0, exception_return},
    {0xffe0001f, 0xd4200000, breakpoint},
    {0xfff00000, 0xd5300000, read_register},
    {0xfff00000, 0xd5100000, write_register},
    {0xfffff01f, 0xd503201f, hint},
    {0xfffff01f, 0xd503301f, barrier},
    {0xfff8f01f, 0xd500401f, write_immediate},
    {0, 0, NULL},
};
