/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Broadcom's RNG200, a generator of random bits with tests of its own health, the device
 * alone. No manual is public: registers, bits and what to do when a test fails are those
 * of Linux' binding brcm,bcm2711-rng200 and its drivers. The Raspberry Pi's firmware
 * leaves it running.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng200 {
    volatile uint32_t *base;
    uint32_t last; /* the word before, to see that the generator is not stuck */
    bool has_last;
};

/* Byte offsets. */
enum rng200_register {
    RNG_CTRL = 0x00,
    RNG_SOFT_RESET = 0x04,
    RBG_SOFT_RESET = 0x08,
    RNG_TOTAL_BIT_COUNT = 0x0c,
    RNG_TOTAL_BIT_COUNT_THRESHOLD = 0x10,
    RNG_INT_STATUS = 0x18, /* written ones clear */
    RNG_INT_ENABLE = 0x1c,
    RNG_FIFO_DATA = 0x20,
    RNG_FIFO_COUNT = 0x24, /* [7:0]: words that can be read */
};
#define RNG200_REGISTER_BYTES 0x28u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t rng200_read(const struct rng200 *rng, enum rng200_register which);
void rng200_write(const struct rng200 *rng, enum rng200_register which, uint32_t value);

/* Takes the device over. One that runs goes on; its interrupts are off. */
void rng200_start(struct rng200 *rng);

enum rng200_taken {
    RNG200_NOTHING, /* none yet */
    RNG200_WORDS,
    RNG200_SICK, /* a test failed: all is thrown away, and the device was restarted */
};

/* Takes up to `room` words; *count is set with RNG200_WORDS only, and then not 0. */
enum rng200_taken rng200_take(struct rng200 *rng, uint32_t *words, size_t room, size_t *count);
