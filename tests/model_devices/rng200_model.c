/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled RNG200: a good word is the number of the word, so that each goes out once. */
#include "rng200_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/rng/bcm2711-rng200/rng200.h"

#define FIFO           16u
#define RBGEN          0x1fffu
#define BITS_OF_A_WORD 32u
#define SICK           (1u << 31 | 1u << 5)

static struct {
    uint32_t fifo[FIFO];
    size_t words;
    uint32_t control, rng_reset, rbg_reset, status, threshold, enables, lie, number;
    uint64_t bits, left_out; /* made since the start, and how many of them are not given out */
    bool stuck, stays_sick, lies;
    unsigned restarts;
} model;

void rng200_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
}

void rng200_model_firmware(void)
{
    rng200_model_power_on();
    model.control = 3u << 13 | RBGEN;
    model.enables = 1;
    rng200_model_pass(5);
}

static bool runs(void)
{
    return model.control & RBGEN && !model.rng_reset && !model.rbg_reset;
}

static uint32_t next_word(void)
{
    uint32_t word = model.stuck ? 0x1234567 : ++model.number;
    return model.status & SICK ? word | RNG200_MODEL_BAD : word;
}

/* What lies in the FIFO until then is no good, and the count of bits says so. */
static void leave_out(uint64_t bits)
{
    model.left_out -= bits < model.left_out ? bits : model.left_out;
    model.words = model.left_out > 0;
    model.fifo[0] = RNG200_MODEL_BAD;
}

void rng200_model_pass(size_t words)
{
    for (; words > 0 && runs(); words--) {
        if (model.left_out > 0) {
            leave_out(BITS_OF_A_WORD);
            continue;
        }
        model.bits += BITS_OF_A_WORD;
        if (model.words < FIFO)
            model.fifo[model.words++] = next_word();
    }
}

void rng200_model_warm_up(void)
{
    if (runs())
        leave_out(model.left_out);
}

void rng200_model_fail(uint32_t status)
{
    model.status |= status;
}

void rng200_model_stay_sick(bool sick)
{
    model.stays_sick = sick;
}

void rng200_model_stick(void)
{
    model.stuck = true;
}

void rng200_model_lie(uint32_t value)
{
    model.lies = true;
    model.lie = value;
}

void rng200_model_leave_in_reset(void)
{
    model.rng_reset = model.rbg_reset = 1;
    model.words = 0;
}

unsigned rng200_model_restarts(void)
{
    return model.restarts;
}

size_t rng200_model_words(void)
{
    return model.words;
}

uint32_t rng200_model_interrupts(void)
{
    return model.enables;
}

static uint32_t read_data(void)
{
    assert_true(model.words > 0); /* the driver looks at the count first */
    uint32_t word = model.fifo[0];
    memmove(model.fifo, model.fifo + 1, --model.words * sizeof(word));
    return word;
}

uint32_t rng200_read(const struct rng200 *rng, enum rng200_register which)
{
    (void)rng;
    if (model.lies)
        return model.lie;
    switch (which) {
    case RNG_CTRL:
        return model.control;
    case RNG_SOFT_RESET:
        return model.rng_reset;
    case RBG_SOFT_RESET:
        return model.rbg_reset;
    case RNG_TOTAL_BIT_COUNT:
        return (uint32_t)model.bits;
    case RNG_INT_STATUS:
        return model.status;
    case RNG_FIFO_DATA:
        return read_data();
    case RNG_FIFO_COUNT:
        return 2u << 8 | (uint32_t)model.words;
    case RNG_TOTAL_BIT_COUNT_THRESHOLD:
    case RNG_INT_ENABLE:
        break;
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

/* Off while it is reset, both halves at once for a moment: then it has forgotten all. */
static void reset_done(void)
{
    assert_false(model.control & RBGEN);
    model.restarts++;
    model.words = 0;
    model.bits = 0;
    model.status = model.stays_sick ? 1u << 5 : 0;
}

static void write_control(uint32_t value)
{
    if (!(model.control & RBGEN) && value & RBGEN)
        model.left_out = model.threshold;
    model.control = value;
}

void rng200_write(const struct rng200 *rng, enum rng200_register which, uint32_t value)
{
    (void)rng;
    switch (which) {
    case RNG_CTRL:
        write_control(value);
        return;
    case RNG_SOFT_RESET:
        model.rng_reset = value & 1;
        if (model.rng_reset && model.rbg_reset && !model.lies)
            reset_done();
        return;
    case RBG_SOFT_RESET:
        model.rbg_reset = value & 1;
        return;
    case RNG_TOTAL_BIT_COUNT_THRESHOLD:
        model.threshold = value;
        return;
    case RNG_INT_STATUS:
        return; /* what failed a test stays sick until the reset */
    case RNG_INT_ENABLE:
        model.enables = value;
        return;
    case RNG_TOTAL_BIT_COUNT:
    case RNG_FIFO_DATA:
    case RNG_FIFO_COUNT:
        break;
    }
    fail_msg("write of register %#x", (unsigned)which);
}
