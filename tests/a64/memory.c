/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads and stores (Arm ARM, C4.1). All addresses of an instruction are checked
 * before anything of it is done.
 */
#include "inside.h"

#define SIMD(word) (a64_bits(word, 26, 26))

/* What one instruction moves: one element or two, from or to which registers. */
struct transfer {
    unsigned registers[2], count;
    unsigned bytes;      /* of each element */
    unsigned sign_bits;  /* what a loaded element is sign-extended to: 0, 32 or 64 */
    bool simd, loads;
    bool aligned;        /* must be, always */
};

/* --- Addresses --------------------------------------------------------------------- */

enum indexing { OFFSET, PRE, POST };

static bool base(struct a64 *core, uint32_t word, uint64_t *address)
{
    *address = a64_get_sp(core, a64_rn(word));
    if (a64_rn(word) == 31 && *address % 16 != 0 && (core->system[A64_SCTLR_EL1] & A64_SCTLR_SA))
        a64_fail(core, A64_MISALIGNED, "the stack pointer %016llx is not aligned",
                 (unsigned long long)*address);
    return core->stop == A64_RUNNING;
}

static bool reach_all(struct a64 *core, const struct transfer *transfer, uint64_t address)
{
    for (unsigned index = 0; index < transfer->count; index++)
        if (!a64_reach(core, address + (uint64_t)index * transfer->bytes, transfer->bytes,
                       transfer->loads ? A64_READ : A64_WRITE, transfer->aligned))
            return false;
    return true;
}

/* --- Moving ------------------------------------------------------------------------ */

static void put(struct a64 *core, const struct transfer *transfer, unsigned index,
                const uint64_t value[2])
{
    unsigned to = transfer->registers[index];

    if (transfer->simd) {
        core->q[to][0] = value[0];
        core->q[to][1] = value[1];
    } else if (transfer->sign_bits != 0) {
        a64_set(core, to, a64_sign_extend(value[0], 8 * transfer->bytes),
                transfer->sign_bits == 64);
    } else {
        a64_set(core, to, value[0], true);
    }
}

static void take(const struct a64 *core, const struct transfer *transfer, unsigned index,
                 uint64_t value[2])
{
    unsigned from = transfer->registers[index];

    value[0] = transfer->simd ? core->q[from][0] : a64_get(core, from);
    value[1] = transfer->simd ? core->q[from][1] : 0;
}

static void move(struct a64 *core, const struct transfer *transfer, uint64_t address)
{
    uint64_t values[2][2];
    unsigned bytes = transfer->bytes;

    for (unsigned index = 0; index < transfer->count; index++, address += bytes)
        if (transfer->loads) {
            a64_load(core, address, bytes, values[index]);
        } else {
            take(core, transfer, index, values[index]);
            a64_store(core, address, bytes, values[index]);
        }
    for (unsigned index = 0; transfer->loads && index < transfer->count; index++)
        put(core, transfer, index, values[index]);
}

/* The manual leaves open what happens when a register is both base and moved, or loaded twice. */
static bool is_open(uint32_t word, const struct transfer *transfer, enum indexing indexing)
{
    const unsigned *registers = transfer->registers;
    unsigned rn = a64_rn(word);

    if (transfer->count == 2 && transfer->loads && registers[0] == registers[1])
        return true;
    if (indexing == OFFSET || transfer->simd || rn == 31)
        return false;
    return registers[0] == rn || (transfer->count == 2 && registers[1] == rn);
}

static bool move_indexed(struct a64 *core, uint32_t word, const struct transfer *transfer,
                         enum indexing indexing, uint64_t offset)
{
    uint64_t start, address;

    if (transfer->simd && a64_fp_is_closed(core))
        return true;
    if (is_open(word, transfer, indexing))
        return a64_unpredictable(core);
    if (!base(core, word, &start))
        return true;
    address = indexing == POST ? start : start + offset;
    if (!reach_all(core, transfer, address))
        return true;
    move(core, transfer, address);
    if (indexing != OFFSET)
        a64_set_sp(core, a64_rn(word), start + offset, true);
    return true;
}

/* --- One register -------------------------------------------------------------------- */

/* From size, V and opc; false if there is no such transfer. */
static bool single_transfer(uint32_t word, struct transfer *transfer)
{
    unsigned size = a64_bits(word, 31, 30), operation = a64_bits(word, 23, 22);

    *transfer = (struct transfer){{a64_rd(word), 0}, 1, 1u << size, 0, SIMD(word), operation & 1,
                                  false};
    if (SIMD(word)) {
        if (operation >= 2)
            transfer->bytes = 16;
        return operation < 2 || size == 0;
    }
    if (operation < 2)
        return true;
    transfer->loads = true;
    transfer->sign_bits = operation == 2 ? 64 : 32;
    return size + operation < 5;
}

/* PRFM: no effect. Its base is not even looked at. */
static bool is_prefetch(uint32_t word)
{
    return !SIMD(word) && a64_bits(word, 31, 30) == 3 && a64_bits(word, 23, 22) == 2;
}

static bool single_unsigned(struct a64 *core, uint32_t word)
{
    struct transfer transfer;

    if (is_prefetch(word))
        return true;
    if (!single_transfer(word, &transfer))
        return false;
    return move_indexed(core, word, &transfer, OFFSET,
                        (uint64_t)a64_bits(word, 21, 10) * transfer.bytes);
}

/* Bits 11 and 10: unscaled, post, unprivileged (none here), pre. */
static bool single_signed(struct a64 *core, uint32_t word)
{
    static const enum indexing indexing[4] = {OFFSET, POST, OFFSET, PRE};
    unsigned kind = a64_bits(word, 11, 10);
    struct transfer transfer;

    if (kind == 0 && is_prefetch(word))
        return true;
    if (kind == 2 || !single_transfer(word, &transfer))
        return false;
    return move_indexed(core, word, &transfer, indexing[kind], a64_signed_bits(word, 20, 12));
}

static bool single_register(struct a64 *core, uint32_t word)
{
    unsigned option = a64_bits(word, 15, 13);
    uint64_t offset = a64_get(core, a64_rm(word));
    struct transfer transfer;

    if (!(option & 2))
        return false;
    if (is_prefetch(word))
        return true;
    if (!single_transfer(word, &transfer))
        return false;
    if (!(option & 1))
        offset = option & 4 ? a64_sign_extend(offset, 32) : (uint32_t)offset;
    return move_indexed(core, word, &transfer, OFFSET,
                        offset * (a64_bits(word, 12, 12) ? transfer.bytes : 1));
}

static bool literal(struct a64 *core, uint32_t word)
{
    unsigned kind = a64_bits(word, 31, 30);
    struct transfer transfer = {{a64_rd(word), 0}, 1, kind == 1 ? 8 : 4, kind == 2 ? 64 : 0,
                                SIMD(word), true, false};
    uint64_t address = core->pc + (a64_signed_bits(word, 23, 5) << 2);

    if (kind == 3)
        return !SIMD(word);
    if (SIMD(word)) {
        transfer.bytes = 4u << kind;
        transfer.sign_bits = 0;
    }
    if (SIMD(word) && a64_fp_is_closed(core))
        return true;
    if (reach_all(core, &transfer, address))
        move(core, &transfer, address);
    return true;
}

/* --- Two registers --------------------------------------------------------------------- */

static bool pair(struct a64 *core, uint32_t word)
{
    static const enum indexing indexing[4] = {OFFSET, POST, OFFSET, PRE};
    unsigned size = a64_bits(word, 31, 30), kind = a64_bits(word, 24, 23);
    struct transfer transfer = {{a64_rd(word), a64_bits(word, 14, 10)}, 2, 4u << size, 0,
                                SIMD(word), a64_bits(word, 22, 22), false};

    if (size == 3 || (size == 1 && !SIMD(word) && (!transfer.loads || kind == 0)))
        return false;
    if (!SIMD(word)) {
        transfer.bytes = size == 2 ? 8 : 4;
        transfer.sign_bits = size == 1 ? 64 : 0;
    }
    return move_indexed(core, word, &transfer, indexing[kind],
                        a64_signed_bits(word, 21, 15) * transfer.bytes);
}

/* --- Exclusive and ordered --------------------------------------------------------------- */

/* Fields that stand for nothing are all ones; the status cannot be what is stored, or where. */
static bool is_open_exclusive(uint32_t word)
{
    bool has_status = !a64_bits(word, 23, 22);
    unsigned status = a64_rm(word);

    if (a64_bits(word, 14, 10) != 31 || (!has_status && status != 31))
        return true;
    return has_status &&
           (status == a64_rd(word) || (status == a64_rn(word) && status != 31));
}

static bool store_exclusive(struct a64 *core, uint32_t word, const struct transfer *transfer,
                            uint64_t address)
{
    bool mine = core->monitor_bytes == transfer->bytes && core->monitor == address;

    core->monitor_bytes = 0;
    if (mine)
        move(core, transfer, address);
    a64_set(core, a64_rm(word), !mine, true);
    return true;
}

/* o2 (bit 23): without monitor; o1 (bit 21): pairs and CAS, none here; o0 (bit 15): ordered. */
static bool exclusive(struct a64 *core, uint32_t word)
{
    bool ordered_only = a64_bits(word, 23, 23), loads = a64_bits(word, 22, 22);
    struct transfer transfer = {{a64_rd(word), 0}, 1, 1u << a64_bits(word, 31, 30), 0, false,
                                loads, true};
    uint64_t address;

    if (a64_bits(word, 21, 21) || (ordered_only && !a64_bits(word, 15, 15)))
        return false;
    if (is_open_exclusive(word))
        return a64_unpredictable(core);
    if (!base(core, word, &address) || !reach_all(core, &transfer, address))
        return true;
    if (!loads && !ordered_only)
        return store_exclusive(core, word, &transfer, address);
    move(core, &transfer, address);
    if (!ordered_only) {
        core->monitor = address;
        core->monitor_bytes = transfer.bytes;
    }
    return true;
}

const struct a64_class a64_memory_classes[] = {
    {0x3b000000, 0x39000000, single_unsigned},
    {0x3a000000, 0x28000000, pair},
    {0x3b200000, 0x38000000, single_signed},
    {0x3b200c00, 0x38200800, single_register},
    {0x3b000000, 0x18000000, literal},
    {0x3f000000, 0x08000000, exclusive},
    {0, 0, NULL},
};
