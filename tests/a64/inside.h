/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the interpreter's files share. A handler executes one instruction of its
 * class and returns false if there is no such instruction, having changed nothing.
 */
#pragma once
#include "tests/a64/a64.h"

typedef bool a64_handler(struct a64 *core, uint32_t word);
struct a64_class {
    uint32_t mask, value;
    a64_handler *execute;
};
/* Each ends with an entry without handler. */
extern const struct a64_class a64_data_classes[];
extern const struct a64_class a64_memory_classes[];
extern const struct a64_class a64_control_classes[];

/* Ends the run at this instruction; true, for a handler to return. */
bool a64_fail(struct a64 *core, enum a64_stop stop, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool a64_unpredictable(struct a64 *core);
/* Ends the run here if it is. */
bool a64_fp_is_closed(struct a64 *core);

/*
 * Memory of one element. a64_reach says whether an access may be made (`aligned`: only
 * if it is, whatever SCTLR_EL1 says); only then do the others.
 */
bool a64_reach(struct a64 *core, uint64_t address, unsigned bytes, enum a64_right right,
               bool aligned);
void a64_load(struct a64 *core, uint64_t address, unsigned bytes, uint64_t value[2]);
void a64_store(struct a64 *core, uint64_t address, unsigned bytes, const uint64_t value[2]);

bool a64_condition(const struct a64 *core, unsigned condition);

/* Bits `high` to `low` of an instruction. */
static inline uint32_t a64_bits(uint32_t word, unsigned high, unsigned low)
{
    return word >> low & (uint32_t)((1ull << (high - low + 1)) - 1);
}

static inline uint64_t a64_sign_extend(uint64_t value, unsigned bits)
{
    unsigned unused = 64 - bits;

    return (uint64_t)((int64_t)(value << unused) >> unused);
}

static inline uint64_t a64_signed_bits(uint32_t word, unsigned high, unsigned low)
{
    return a64_sign_extend(a64_bits(word, high, low), high - low + 1);
}

static inline bool a64_wide(uint32_t word)
{
    return word >> 31 != 0;
}

static inline uint64_t a64_narrow(uint64_t value, bool wide)
{
    return wide ? value : (uint32_t)value;
}

/* Register 31 is zero in the first two and SP in the others. */
static inline uint64_t a64_get(const struct a64 *core, unsigned index)
{
    return index == 31 ? 0 : core->x[index];
}

static inline void a64_set(struct a64 *core, unsigned index, uint64_t value, bool wide)
{
    if (index != 31)
        core->x[index] = a64_narrow(value, wide);
}

static inline uint64_t a64_get_sp(const struct a64 *core, unsigned index)
{
    return index == 31 ? core->sp : core->x[index];
}

static inline void a64_set_sp(struct a64 *core, unsigned index, uint64_t value, bool wide)
{
    if (index == 31)
        core->sp = a64_narrow(value, wide);
    else
        core->x[index] = a64_narrow(value, wide);
}

/* The usual fields. */
static inline unsigned a64_rd(uint32_t word)
{
    return a64_bits(word, 4, 0);
}

static inline unsigned a64_rn(uint32_t word)
{
    return a64_bits(word, 9, 5);
}

static inline unsigned a64_rm(uint32_t word)
{
    return a64_bits(word, 20, 16);
}
