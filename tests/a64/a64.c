/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter's loop: fetch, find the class, execute, and see whether the run
 * ends there. Memory, and what is logged of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are copied as they are");

#define DAIF_MASKED   0x3c0
#define CURRENT_EL_1  (1 << 2)
#define CPACR_FPEN    (3 << 20)
#define CPACR_FPEN_EL1 (1 << 20)

static const char *const stop_names[] = {
    [A64_RUNNING] = "running",
    [A64_ERET] = "eret",
    [A64_REACHED] = "reached",
    [A64_BREAK] = "brk",
    [A64_LIMIT] = "limit",
    [A64_UNKNOWN] = "unknown instruction",
    [A64_UNPREDICTABLE] = "unpredictable instruction",
    [A64_BAD_ADDRESS] = "bad address",
    [A64_MISALIGNED] = "misaligned address",
    [A64_CLOSED] = "FP/SIMD is closed",
};

const char *a64_stop_name(enum a64_stop stop)
{
    return stop_names[stop];
}

void a64_init(struct a64 *core)
{
    memset(core, 0, sizeof *core);
    core->system[A64_DAIF] = DAIF_MASKED;
    core->system[A64_CURRENTEL] = CURRENT_EL_1;
    core->system[A64_SCTLR_EL1] = A64_SCTLR_A | A64_SCTLR_SA;
    core->cpacr = core->system[A64_CPACR_EL1] = CPACR_FPEN;
}

static void add_range(struct a64 *core, struct a64_range range)
{
    if (core->range_count == A64_RANGES)
        abort();
    core->ranges[core->range_count++] = range;
}

void a64_map(struct a64 *core, uint64_t start, void *host, uint64_t bytes, unsigned rights)
{
    add_range(core, (struct a64_range){start, bytes, host, {NULL, NULL, NULL}, rights});
}

void a64_map_host(struct a64 *core, void *host, uint64_t bytes, unsigned rights)
{
    a64_map(core, (uintptr_t)host, host, bytes, rights);
}

void a64_map_device(struct a64 *core, uint64_t start, uint64_t bytes, struct a64_device device)
{
    add_range(core, (struct a64_range){start, bytes, NULL, device, A64_RW});
}

void a64_stop_at(struct a64 *core, uint64_t address)
{
    if (core->stop_count == A64_STOPS)
        abort();
    core->stops[core->stop_count++] = address;
}

/* --- How a run ends -------------------------------------------------------------- */

bool a64_fail(struct a64 *core, enum a64_stop stop, const char *format, ...)
{
    va_list arguments;
    int length;

    core->stop = stop;
    length = snprintf(core->why, sizeof core->why, "at %016llx: ", (unsigned long long)core->pc);
    va_start(arguments, format);
    vsnprintf(core->why + length, sizeof core->why - (size_t)length, format, arguments);
    va_end(arguments);
    return true;
}

bool a64_unpredictable(struct a64 *core)
{
    return a64_fail(core, A64_UNPREDICTABLE, "the instruction is unpredictable");
}

/* FPEN: in EL1, its lower bit opens. */
bool a64_fp_is_closed(struct a64 *core)
{
    if ((core->cpacr & core->system[A64_CPACR_EL1] & CPACR_FPEN_EL1) != 0)
        return false;
    return a64_fail(core, A64_CLOSED, "CPACR_EL1 is %llx, and was %llx at the last isb",
                    (unsigned long long)core->system[A64_CPACR_EL1],
                    (unsigned long long)core->cpacr);
}

/* --- Memory ---------------------------------------------------------------------- */

static const struct a64_range *find(const struct a64 *core, uint64_t address, unsigned bytes)
{
    for (unsigned index = core->range_count; index > 0; index--) {
        const struct a64_range *range = &core->ranges[index - 1];

        if (address - range->start < range->bytes)
            return bytes <= range->bytes - (address - range->start) ? range : NULL;
    }
    return NULL;
}

bool a64_reach(struct a64 *core, uint64_t address, unsigned bytes, enum a64_right right,
               bool aligned)
{
    const char *what = right == A64_WRITE ? "store" : right == A64_READ ? "load" : "fetch";
    const struct a64_range *range = find(core, address, bytes);

    aligned = aligned || (core->system[A64_SCTLR_EL1] & A64_SCTLR_A) ||
              (range != NULL && range->host == NULL);
    if (aligned && (address & (bytes - 1)) != 0)
        a64_fail(core, A64_MISALIGNED, "%s of %u bytes at %016llx is not aligned", what, bytes,
                 (unsigned long long)address);
    else if (range == NULL || !(range->rights & right))
        a64_fail(core, A64_BAD_ADDRESS, "%s of %u bytes at %016llx, where %s", what, bytes,
                 (unsigned long long)address, range ? "it is not allowed" : "nothing is mapped");
    return core->stop == A64_RUNNING;
}

static void log_access(struct a64 *core, struct a64_access access)
{
    if (core->access_count < core->access_room)
        core->accesses[core->access_count] = access;
    core->access_count++;
}

void a64_load(struct a64 *core, uint64_t address, unsigned bytes, uint64_t value[2])
{
    const struct a64_range *range = find(core, address, bytes);

    value[0] = value[1] = 0;
    if (range->host != NULL)
        memcpy(value, range->host + (address - range->start), bytes);
    else
        value[0] = range->device.load(range->device.context, address, bytes);
    log_access(core, (struct a64_access){core->pc, address, {value[0], value[1]}, bytes, A64_READ});
}

void a64_store(struct a64 *core, uint64_t address, unsigned bytes, const uint64_t value[2])
{
    const struct a64_range *range = find(core, address, bytes);
    uint64_t stored[2] = {0, 0};

    memcpy(stored, value, bytes);
    if (range->host != NULL)
        memcpy(range->host + (address - range->start), stored, bytes);
    else
        range->device.store(range->device.context, address, bytes, stored[0]);
    log_access(core,
               (struct a64_access){core->pc, address, {stored[0], stored[1]}, bytes, A64_WRITE});
}

/* --- One instruction ------------------------------------------------------------- */

static a64_handler *search(const struct a64_class *classes, uint32_t word)
{
    while (classes->execute != NULL && (word & classes->mask) != classes->value)
        classes++;
    return classes->execute;
}

/* By op0, bits 28 to 25: "A64 instruction set encoding". */
static a64_handler *decode(uint32_t word)
{
    switch (a64_bits(word, 28, 25)) {
    case 0x8:
    case 0x9:
    case 0x5:
    case 0xd:
        return search(a64_data_classes, word);
    case 0xa:
    case 0xb:
        return search(a64_control_classes, word);
    case 0x4:
    case 0x6:
    case 0xc:
    case 0xe:
        return search(a64_memory_classes, word);
    default:
        return NULL;
    }
}

static bool fetch(struct a64 *core, uint32_t *word)
{
    const struct a64_range *range;

    if (!a64_reach(core, core->pc, sizeof *word, A64_EXECUTE, true))
        return false;
    range = find(core, core->pc, sizeof *word);
    memcpy(word, range->host + (core->pc - range->start), sizeof *word);
    return true;
}

static void cover(const struct a64 *core)
{
    const struct a64_coverage *coverage = core->coverage;
    uint64_t index;

    if (coverage == NULL)
        return;
    index = (core->pc - coverage->start) / sizeof(uint32_t);
    if (index >= coverage->words)
        return;
    coverage->executed[index]++;
    if (core->next != core->pc + sizeof(uint32_t))
        coverage->jumped[index]++;
}

static void step(struct a64 *core)
{
    a64_handler *execute;
    uint32_t word;

    if (!fetch(core, &word))
        return;
    core->next = core->pc + sizeof word;
    execute = decode(word);
    if (execute == NULL || !execute(core, word))
        a64_fail(core, A64_UNKNOWN, "unknown instruction %08x", (unsigned)word);
    if (core->stop > A64_BREAK)
        return;
    core->trail[core->executed++ % A64_TRAIL] = core->pc;
    cover(core);
    if (core->stop == A64_RUNNING)
        core->pc = core->next;
}

static bool reached(const struct a64 *core)
{
    for (unsigned index = 0; index < core->stop_count; index++)
        if (core->stops[index] == core->pc)
            return true;
    return false;
}

enum a64_stop a64_run(struct a64 *core, uint64_t limit)
{
    core->stop = A64_RUNNING;
    core->why[0] = '\0';
    while (core->stop == A64_RUNNING) {
        if (limit-- == 0)
            core->stop = A64_LIMIT;
        else
            step(core);
        if (core->stop == A64_RUNNING && reached(core))
            core->stop = A64_REACHED;
    }
    return core->stop;
}
