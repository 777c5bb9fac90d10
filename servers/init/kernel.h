/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's operations as init uses them: INVOKE, short names for the most
 * frequent, and slots of init's own table to put capabilities in.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lib/syscall.h>
#include <thole/boot.h>

/* INVOKE(slot, LABEL, words...): at least one word. */
#define INVOKE(slot, label, ...)                                                      \
    thole_invoke(slot, label, sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),   \
                 (const uint64_t[]){__VA_ARGS__})

static inline enum thole_result kernel_retype(unsigned untyped, enum thole_object type,
                                              unsigned bits, unsigned slot)
{
    return INVOKE(untyped, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
}

/* Into `slot` of `table`, from init's own table. */
static inline enum thole_result kernel_copy(unsigned table, unsigned slot, unsigned source,
                                            unsigned rights)
{
    return INVOKE(table, CAPTABLE_COPY, slot, INIT_SLOT_CAPTABLE, source, rights);
}

static inline enum thole_result kernel_mint(unsigned table, unsigned slot, unsigned source,
                                            unsigned rights, uint64_t badge)
{
    return INVOKE(table, CAPTABLE_MINT, slot, INIT_SLOT_CAPTABLE, source, rights, badge);
}

static inline enum thole_result kernel_move(unsigned table, unsigned slot, unsigned source)
{
    return INVOKE(table, CAPTABLE_MOVE, slot, INIT_SLOT_CAPTABLE, source);
}

/* What was derived from it first; BUSY: time that was lent must come home. */
static inline enum thole_result kernel_delete(unsigned slot)
{
    return INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, slot);
}

static inline enum thole_result kernel_revoke(unsigned slot)
{
    return INVOKE(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, slot);
}

static inline enum thole_result kernel_map(unsigned frame, unsigned space, uint64_t at,
                                           unsigned rights, enum thole_memory memory)
{
    return INVOKE(frame, FRAME_MAP, space, at, rights, memory);
}

/* One word that an object answers without being asked for more. */
uint64_t kernel_ask(unsigned slot, uint32_t label);
/* The counter that deadlines are in. */
uint64_t kernel_ticks(void);
const char *result_text(enum thole_result result);

/* --- slots.c: init's own table ------------------------------------------- */

void slots_init(unsigned first_free, unsigned table_bits);
/* The first of `count` free slots in a row; 0: there are none. */
unsigned slots_take(unsigned count);
void slots_give(unsigned first, unsigned count);
