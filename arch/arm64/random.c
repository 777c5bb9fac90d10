/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pool of 256 bits into which all is mixed that there is: the seeds in the
 * firmware's tree, the core's generator (RNDR), and the counter at each use. The
 * mixing is SipHash's: additions, rotations, exclusive ors. Without seeds and
 * without generator there is only the counter, and a program could guess it.
 */
#include "random.h"
#include "kernel/arch.h"
#include "kernel/fdt.h"
#include "sysreg.h"

#define ROUNDS_IN  2
#define ROUNDS_OUT 4
#define RNDR_TRIES 10
#define CHOSEN_DEPTH 2

static uint64_t pool[4] = {0x54686f6c65207468, 0x652070696e20616e, 0x206f61722070756c,
                           0x6c7320616761696e};

static uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static void mix(unsigned rounds)
{
    while (rounds-- > 0) {
        pool[0] += pool[1];
        pool[2] += pool[3];
        pool[1] = rotate(pool[1], 13) ^ pool[0];
        pool[3] = rotate(pool[3], 16) ^ pool[2];
        pool[0] = rotate(pool[0], 32);
        pool[2] += pool[1];
        pool[0] += pool[3];
        pool[1] = rotate(pool[1], 17) ^ pool[2];
        pool[3] = rotate(pool[3], 21) ^ pool[0];
        pool[2] = rotate(pool[2], 32);
    }
}

static void absorb(uint64_t word)
{
    pool[3] ^= word;
    mix(ROUNDS_IN);
    pool[0] ^= word;
}

/* The generator fails now and then; it sets Z when it does. */
static bool absorb_generated(void)
{
    uint64_t word, failed;

    __asm__ volatile("mrs %0, " RNDR "\n\tcset %1, eq" : "=r"(word), "=r"(failed) : : "cc");
    if (failed != 0)
        return false;
    absorb(word);
    return true;
}

static void absorb_generator(void)
{
    if (id_field(read_id_aa64isar0_el1(), ISAR0_RNDR_BIT) == 0)
        return;
    for (unsigned tries = 0; tries < RNDR_TRIES; tries++)
        if (absorb_generated())
            return;
}

static void absorb_and_clear(volatile uint8_t *seed, uint32_t bytes)
{
    for (uint32_t index = 0; index < bytes; index++) {
        absorb(seed[index]);
        seed[index] = 0;
    }
}

static bool is_seed(const char *property)
{
    return fdt_text_equal(property, "rng-seed") || fdt_text_equal(property, "kaslr-seed");
}

/* The direct map: the kernel's other view of the tree is read-only. */
void random_start(const struct region *tree)
{
    volatile uint8_t *bytes = arch_kernel_address(tree->start);
    struct fdt_cursor cursor;
    struct fdt fdt;
    bool in_chosen = false;
    enum fdt_item item;

    if (fdt_open(&fdt, (const void *)bytes, tree->bytes) != NULL)
        return;
    fdt_start(&cursor, &fdt);
    do {
        item = fdt_next(&cursor);
        if (item == FDT_ITEM_NODE)
            in_chosen = cursor.depth == CHOSEN_DEPTH && fdt_text_equal(cursor.name, "chosen");
        if (item == FDT_ITEM_PROPERTY && in_chosen && is_seed(cursor.name))
            absorb_and_clear(bytes + (cursor.value.bytes - fdt.bytes), cursor.value.length);
    } while (item != FDT_ITEM_BROKEN && item != FDT_ITEM_FINISHED);
}

uint64_t random_word(void)
{
    absorb(read_cntvct_el0());
    absorb_generator();
    pool[2] ^= 0xff;
    mix(ROUNDS_OUT);
    return pool[0] ^ pool[1] ^ pool[2] ^ pool[3];
}
