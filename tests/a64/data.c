/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data processing, immediate and register (Arm ARM, C4.1).
 */
#include "inside.h"

/* --- Arithmetic ------------------------------------------------------------------ */

static unsigned top_bit(bool wide)
{
    return wide ? 63 : 31;
}

static uint32_t sign_and_zero(uint64_t result, bool wide)
{
    return (result >> top_bit(wide) & 1 ? A64_N : 0) | (result == 0 ? A64_Z : 0);
}

/* AddWithCarry() of the manual. */
static uint64_t add_with_carry(uint64_t left, uint64_t right, bool carry, bool wide, uint32_t *nzcv)
{
    uint64_t result;
    bool carries, overflows;

    left = a64_narrow(left, wide);
    right = a64_narrow(right, wide);
    result = a64_narrow(left + right + carry, wide);
    carries = carry ? result <= left : result < left;
    overflows = (~(left ^ right) & (left ^ result)) >> top_bit(wide) & 1;
    *nzcv = sign_and_zero(result, wide) | (carries ? A64_C : 0) | (overflows ? A64_V : 0);
    return result;
}

/* Bit 30 says whether it subtracts; bit 29, whether it sets the flags. */
static uint64_t add_or_subtract(struct a64 *core, uint32_t word, uint64_t left, uint64_t right)
{
    bool subtracts = a64_bits(word, 30, 30);
    uint32_t nzcv;
    uint64_t result;

    result = add_with_carry(left, subtracts ? ~right : right, subtracts, a64_wide(word), &nzcv);
    if (a64_bits(word, 29, 29))
        core->system[A64_NZCV] = nzcv;
    return result;
}

static bool add_immediate(struct a64 *core, uint32_t word)
{
    uint64_t immediate = (uint64_t)a64_bits(word, 21, 10) << (a64_bits(word, 22, 22) ? 12 : 0);
    uint64_t result = add_or_subtract(core, word, a64_get_sp(core, a64_rn(word)), immediate);

    if (a64_bits(word, 29, 29))
        a64_set(core, a64_rd(word), result, a64_wide(word));
    else
        a64_set_sp(core, a64_rd(word), result, a64_wide(word));
    return true;
}

/* ShiftReg(): LSL, LSR, ASR, ROR by less than the width. */
static uint64_t shift(uint64_t value, unsigned type, unsigned amount, bool wide)
{
    unsigned width = wide ? 64 : 32;

    value = a64_narrow(value, wide);
    switch (type) {
    case 0:
        return a64_narrow(value << amount, wide);
    case 1:
        return value >> amount;
    case 2:
        return a64_narrow((uint64_t)((int64_t)a64_sign_extend(value, width) >> amount), wide);
    default:
        return amount == 0 ? value : a64_narrow(value >> amount | value << (width - amount), wide);
    }
}

/* ExtendReg(): UXTB to UXTX, SXTB to SXTX. */
static uint64_t extend(uint64_t value, unsigned option, unsigned amount)
{
    unsigned bits = 8u << (option & 3);
    uint64_t sign_extended = a64_sign_extend(value, bits);

    if (option & 4 || bits == 64)
        return sign_extended << amount;
    return (value & ((1ull << bits) - 1)) << amount;
}

static bool add_shifted(struct a64 *core, uint32_t word)
{
    unsigned type = a64_bits(word, 23, 22), amount = a64_bits(word, 15, 10);
    uint64_t right;

    if (type == 3 || (!a64_wide(word) && amount >= 32))
        return false;
    right = shift(a64_get(core, a64_rm(word)), type, amount, a64_wide(word));
    a64_set(core, a64_rd(word), add_or_subtract(core, word, a64_get(core, a64_rn(word)), right),
            a64_wide(word));
    return true;
}

static bool add_extended(struct a64 *core, uint32_t word)
{
    unsigned amount = a64_bits(word, 12, 10);
    uint64_t right, result;

    if (amount > 4)
        return false;
    right = extend(a64_get(core, a64_rm(word)), a64_bits(word, 15, 13), amount);
    result = add_or_subtract(core, word, a64_get_sp(core, a64_rn(word)), right);
    if (a64_bits(word, 29, 29))
        a64_set(core, a64_rd(word), result, a64_wide(word));
    else
        a64_set_sp(core, a64_rd(word), result, a64_wide(word));
    return true;
}

static bool add_carry(struct a64 *core, uint32_t word)
{
    uint64_t right = a64_get(core, a64_rm(word));
    uint32_t nzcv;
    uint64_t result = add_with_carry(a64_get(core, a64_rn(word)),
                                     a64_bits(word, 30, 30) ? ~right : right,
                                     core->system[A64_NZCV] & A64_C, a64_wide(word), &nzcv);

    if (a64_bits(word, 29, 29))
        core->system[A64_NZCV] = nzcv;
    a64_set(core, a64_rd(word), result, a64_wide(word));
    return true;
}

/* --- Logic, moves, fields ---------------------------------------------------------- */

/* DecodeBitMasks(): a run of ones, rotated, repeated; false if it means nothing. */
static bool logical_mask(uint32_t word, uint64_t *mask)
{
    unsigned rotation = a64_bits(word, 21, 16), ones = a64_bits(word, 15, 10);
    unsigned key = a64_bits(word, 22, 22) << 6 | (~ones & 0x3f), width;
    uint64_t run;

    if (key < 2)
        return false;
    width = 1u << (31 - __builtin_clz(key));
    ones = (ones & (width - 1)) + 1;
    rotation &= width - 1;
    if (ones == width || (!a64_wide(word) && width == 64))
        return false;
    run = (1ull << ones) - 1;
    if (rotation != 0)
        run = run >> rotation | run << (width - rotation);
    if (width < 64)
        run &= (1ull << width) - 1;
    for (; width < 64; width *= 2)
        run |= run << width;
    *mask = run;
    return true;
}

/* Bits 30 and 29: AND, ORR, EOR, ANDS. */
static uint64_t logic(struct a64 *core, uint32_t word, uint64_t left, uint64_t right)
{
    uint64_t result;

    switch (a64_bits(word, 30, 29)) {
    case 1:
        return left | right;
    case 2:
        return left ^ right;
    default:
        result = a64_narrow(left & right, a64_wide(word));
    }
    if (a64_bits(word, 29, 29))
        core->system[A64_NZCV] = sign_and_zero(result, a64_wide(word));
    return result;
}

static bool logical_immediate(struct a64 *core, uint32_t word)
{
    uint64_t mask, result;

    if (!logical_mask(word, &mask))
        return false;
    result = logic(core, word, a64_get(core, a64_rn(word)), mask);
    if (a64_bits(word, 30, 29) == 3)
        a64_set(core, a64_rd(word), result, a64_wide(word));
    else
        a64_set_sp(core, a64_rd(word), result, a64_wide(word));
    return true;
}

static bool logical_shifted(struct a64 *core, uint32_t word)
{
    unsigned amount = a64_bits(word, 15, 10);
    uint64_t right;

    if (!a64_wide(word) && amount >= 32)
        return false;
    right = shift(a64_get(core, a64_rm(word)), a64_bits(word, 23, 22), amount, a64_wide(word));
    if (a64_bits(word, 21, 21))
        right = ~right;
    a64_set(core, a64_rd(word), logic(core, word, a64_get(core, a64_rn(word)), right),
            a64_wide(word));
    return true;
}

/* MOVN, MOVZ, MOVK. */
static bool move_wide(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 30, 29), amount = 16 * a64_bits(word, 22, 21);
    uint64_t value = (uint64_t)a64_bits(word, 20, 5) << amount;

    if (kind == 1 || (!a64_wide(word) && amount >= 32))
        return false;
    if (kind == 0)
        value = ~value;
    if (kind == 3)
        value |= a64_get(core, a64_rd(word)) & ~(0xffffull << amount);
    a64_set(core, a64_rd(word), value, a64_wide(word));
    return true;
}

/*
 * SBFM, BFM, UBFM: bits imms to immr go to bit 0, or if imms is the lower one,
 * bits imms to 0 go to bit width - immr.
 */
static bool bitfield(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 30, 29), width = a64_wide(word) ? 64 : 32;
    unsigned first = a64_bits(word, 21, 16), last = a64_bits(word, 15, 10);
    unsigned bits = last >= first ? last - first + 1 : last + 1;
    unsigned to = last >= first ? 0 : width - first;
    uint64_t ones = bits == 64 ? UINT64_MAX : (1ull << bits) - 1, field;

    if (kind == 3 || a64_bits(word, 22, 22) != a64_wide(word) || first >= width || last >= width)
        return false;
    field = a64_get(core, a64_rn(word)) >> (last >= first ? first : 0) & ones;
    if (kind == 0)
        field = a64_sign_extend(field, bits);
    field <<= to;
    if (kind == 1)
        field |= a64_get(core, a64_rd(word)) & ~(ones << to);
    a64_set(core, a64_rd(word), field, a64_wide(word));
    return true;
}

static bool extract(struct a64 *core, uint32_t word)
{
    unsigned from = a64_bits(word, 15, 10), width = a64_wide(word) ? 64 : 32;
    uint64_t low = a64_narrow(a64_get(core, a64_rm(word)), a64_wide(word));
    uint64_t high = a64_get(core, a64_rn(word));

    if (a64_bits(word, 30, 29) != 0 || a64_bits(word, 21, 21) != 0 ||
        a64_bits(word, 22, 22) != a64_wide(word) || from >= width)
        return false;
    a64_set(core, a64_rd(word), from == 0 ? low : low >> from | high << (width - from),
            a64_wide(word));
    return true;
}

static bool address(struct a64 *core, uint32_t word)
{
    uint64_t offset = a64_signed_bits(word, 23, 5) << 2 | a64_bits(word, 30, 29);

    if (a64_wide(word))
        a64_set(core, a64_rd(word), (core->pc & ~0xfffull) + (offset << 12), true);
    else
        a64_set(core, a64_rd(word), core->pc + offset, true);
    return true;
}

/* --- Conditions ------------------------------------------------------------------- */

bool a64_condition(const struct a64 *core, unsigned condition)
{
    uint64_t flags = core->system[A64_NZCV];
    bool negative = flags & A64_N, zero = flags & A64_Z, carry = flags & A64_C;
    bool overflow = flags & A64_V;
    bool holds[8] = {zero, carry, negative, overflow, carry && !zero, negative == overflow,
                     negative == overflow && !zero, true};

    return holds[condition >> 1] != ((condition & 1) && condition != 15);
}

/* CSEL, CSINC, CSINV, CSNEG: bits 30 and 10. */
static bool select_conditional(struct a64 *core, uint32_t word)
{
    uint64_t value = a64_get(core, a64_rm(word));

    if (a64_condition(core, a64_bits(word, 15, 12)))
        value = a64_get(core, a64_rn(word));
    else
        value = (a64_bits(word, 30, 30) ? ~value : value) + a64_bits(word, 10, 10);
    a64_set(core, a64_rd(word), value, a64_wide(word));
    return true;
}

/* CCMN, CCMP; bit 11: with an immediate. */
static bool compare_conditional(struct a64 *core, uint32_t word)
{
    uint64_t right = a64_rm(word);

    if (!a64_bits(word, 11, 11))
        right = a64_get(core, a64_rm(word));
    if (a64_condition(core, a64_bits(word, 15, 12)))
        add_or_subtract(core, word, a64_get(core, a64_rn(word)), right);
    else
        core->system[A64_NZCV] = a64_bits(word, 3, 0) << 28;
    return true;
}

/* --- One, two and three sources ---------------------------------------------------- */

static uint64_t divide_signed(uint64_t left, uint64_t right, bool wide)
{
    int64_t dividend = (int64_t)a64_sign_extend(left, wide ? 64 : 32);
    int64_t divisor = (int64_t)a64_sign_extend(right, wide ? 64 : 32);

    if (divisor == 0)
        return 0;
    /* The least number by -1 is itself, which C does not know. */
    return divisor == -1 ? 0 - (uint64_t)dividend : (uint64_t)(dividend / divisor);
}

static bool two_sources(struct a64 *core, uint32_t word)
{
    bool wide = a64_wide(word);
    unsigned operation = a64_bits(word, 15, 10);
    uint64_t left = a64_narrow(a64_get(core, a64_rn(word)), wide);
    uint64_t right = a64_narrow(a64_get(core, a64_rm(word)), wide);

    switch (operation) {
    case 2:
        left = right == 0 ? 0 : left / right;
        break;
    case 3:
        left = divide_signed(left, right, wide);
        break;
    case 8:
    case 9:
    case 10:
    case 11:
        left = shift(left, operation & 3, (unsigned)right & top_bit(wide), wide);
        break;
    default:
        return false;
    }
    a64_set(core, a64_rd(word), left, wide);
    return true;
}

/* Turns round the order of `bits` wide pieces within each `group` bits. */
static uint64_t reverse(uint64_t value, unsigned bits, unsigned group)
{
    uint64_t result = 0, ones = (1ull << bits) - 1;

    for (unsigned at = 0; at < 64; at += bits) {
        unsigned within = at % group;

        result |= (value >> at & ones) << (at - within + group - bits - within);
    }
    return result;
}

static unsigned leading_zeros(uint64_t value, bool wide)
{
    unsigned width = wide ? 64 : 32;

    return value == 0 ? width : (unsigned)__builtin_clzll(value) - (64 - width);
}

/* How many bits below the sign are like it. */
static unsigned leading_signs(uint64_t value, bool wide)
{
    uint64_t sign = value >> top_bit(wide) & 1;

    return leading_zeros(a64_narrow(sign ? ~value : value, wide), wide) - 1;
}

static bool one_source(struct a64 *core, uint32_t word)
{
    bool wide = a64_wide(word);
    unsigned operation = a64_bits(word, 15, 10);
    uint64_t value = a64_narrow(a64_get(core, a64_rn(word)), wide);

    switch (operation) {
    case 0:
        value = reverse(value, 1, wide ? 64 : 32);
        break;
    case 1:
    case 2:
    case 3:
        if (operation == 3 && !wide)
            return false;
        value = reverse(value, 8, 8u << operation);
        break;
    case 4:
        value = leading_zeros(value, wide);
        break;
    case 5:
        value = leading_signs(value, wide);
        break;
    default:
        return false;
    }
    a64_set(core, a64_rd(word), value, wide);
    return true;
}

static uint64_t multiply_high(uint64_t left, uint64_t right, bool is_signed)
{
    uint64_t high = (uint64_t)((unsigned __int128)left * right >> 64);

    if (is_signed)
        high -= ((int64_t)left < 0 ? right : 0) + ((int64_t)right < 0 ? left : 0);
    return high;
}

/* Bits 23 to 21: MADD, SMADDL, SMULH; with bit 23, UMADDL, UMULH. Bit 15 subtracts. */
static bool three_sources(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 23, 21), subtracts = a64_bits(word, 15, 15);
    unsigned third = a64_bits(word, 14, 10);
    bool is_signed = !(kind & 4);
    uint64_t left = a64_get(core, a64_rn(word)), right = a64_get(core, a64_rm(word)), product;

    if (kind == 4 || (kind & 3) == 3 || (kind != 0 && !a64_wide(word)))
        return false;
    if ((kind & 3) == 2) {
        if (subtracts)
            return false;
        if (third != 31)
            return a64_unpredictable(core);
        a64_set(core, a64_rd(word), multiply_high(left, right, is_signed), true);
        return true;
    }
    if ((kind & 3) == 1) {
        left = is_signed ? a64_sign_extend(left, 32) : (uint32_t)left;
        right = is_signed ? a64_sign_extend(right, 32) : (uint32_t)right;
    }
    product = left * right;
    a64_set(core, a64_rd(word), a64_get(core, third) + (subtracts ? 0 - product : product),
            a64_wide(word));
    return true;
}

const struct a64_class a64_data_classes[] = {
    {0x1f000000, 0x10000000, address},
    {0x1f800000, 0x11000000, add_immediate},
    {0x1f800000, 0x12000000, logical_immediate},
    {0x1f800000, 0x12800000, move_wide},
    {0x1f800000, 0x13000000, bitfield},
    {0x1f800000, 0x13800000, extract},
    {0x1f000000, 0x0a000000, logical_shifted},
    {0x1f200000, 0x0b000000, add_shifted},
    {0x1fe00000, 0x0b200000, add_extended},
    {0x1fe0fc00, 0x1a000000, add_carry},
    {0x3fe00410, 0x3a400000, compare_conditional},
    {0x3fe00800, 0x1a800000, select_conditional},
    {0x7fe00000, 0x1ac00000, two_sources},
    {0x7fff0000, 0x5ac00000, one_source},
    {0x7f000000, 0x1b000000, three_sources},
    {0, 0, NULL},
};
