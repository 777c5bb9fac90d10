/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The RNG200's registers. The device tests what it makes, and says in its status when it
 * was not good; that is looked at after words were taken, so that none that it means
 * goes out. To that comes the oldest test of all: no word equals the one before.
 */
#include "rng200.h"

/* RNG_CTRL */
#define CTRL_RBGEN  0x1fffu
#define CTRL_ENABLE 1u

/* RNG_SOFT_RESET, RBG_SOFT_RESET */
#define SOFT_RESET 1u

/* RNG_INT_STATUS */
#define STATUS_NIST_FAIL           (1u << 5)
#define STATUS_MASTER_FAIL_LOCKOUT (1u << 31)
#define STATUS_SICK                (STATUS_NIST_FAIL | STATUS_MASTER_FAIL_LOCKOUT)
#define STATUS_ALL                 UINT32_MAX

#define COUNT_WORDS 0xffu

/*
 * The first bits after a start are less random: the device leaves out as many as the
 * threshold says, and has made its first good ones when it has counted more than this.
 */
#define BITS_LEFT_OUT 0x40000u
#define WARM_UP_BITS  16u

static void set_enabled(const struct rng200 *rng, uint32_t enable)
{
    rng200_write(rng, RNG_CTRL, (rng200_read(rng, RNG_CTRL) & ~CTRL_RBGEN) | enable);
}

static void switch_on(const struct rng200 *rng)
{
    rng200_write(rng, RNG_TOTAL_BIT_COUNT_THRESHOLD, BITS_LEFT_OUT);
    set_enabled(rng, CTRL_ENABLE);
}

/* Off, forget, both halves through a reset in the order of Linux' driver, on. */
static void restart(struct rng200 *rng)
{
    set_enabled(rng, 0);
    rng200_write(rng, RNG_INT_STATUS, STATUS_ALL);
    rng200_write(rng, RBG_SOFT_RESET, SOFT_RESET);
    rng200_write(rng, RNG_SOFT_RESET, SOFT_RESET);
    rng200_write(rng, RNG_SOFT_RESET, 0);
    rng200_write(rng, RBG_SOFT_RESET, 0);
    rng->has_last = false;
    switch_on(rng);
}

/* A driver may have died in the middle of a restart. */
static bool is_in_reset(const struct rng200 *rng)
{
    return (rng200_read(rng, RNG_SOFT_RESET) | rng200_read(rng, RBG_SOFT_RESET)) & SOFT_RESET;
}

void rng200_start(struct rng200 *rng)
{
    rng->has_last = false;
    rng200_write(rng, RNG_INT_ENABLE, 0);
    if (is_in_reset(rng))
        restart(rng);
    else if (!(rng200_read(rng, RNG_CTRL) & CTRL_RBGEN))
        switch_on(rng);
}

static size_t words_there(const struct rng200 *rng)
{
    if (rng200_read(rng, RNG_TOTAL_BIT_COUNT) <= WARM_UP_BITS)
        return 0;
    return rng200_read(rng, RNG_FIFO_COUNT) & COUNT_WORDS;
}

static bool is_stuck(struct rng200 *rng, uint32_t word)
{
    bool stuck = rng->has_last && word == rng->last;
    rng->last = word;
    rng->has_last = true;
    return stuck;
}

enum rng200_taken rng200_take(struct rng200 *rng, uint32_t *words, size_t room, size_t *count)
{
    size_t there = words_there(rng);
    bool stuck = false;
    if (there > room)
        there = room;
    for (size_t i = 0; i < there; i++) {
        words[i] = rng200_read(rng, RNG_FIFO_DATA);
        stuck |= is_stuck(rng, words[i]);
    }
    if (stuck || rng200_read(rng, RNG_INT_STATUS) & STATUS_SICK) {
        restart(rng);
        return RNG200_SICK;
    }
    *count = there;
    return there > 0 ? RNG200_WORDS : RNG200_NOTHING;
}
