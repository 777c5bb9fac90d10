/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An RNG200 for host tests, after what Linux' drivers do with it: words come by time while
 * it is on and out of reset, the first ones after a threshold of bits, and a test that
 * failed stays in the status until all of the device was reset. One device; the driver's
 * register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As after power-on: off, or as the Raspberry Pi's firmware leaves it: on, words in the FIFO. */
void rng200_model_power_on(void);
void rng200_model_firmware(void);

/* Time for so many words; those that the FIFO has no room for are not made. */
void rng200_model_pass(size_t words);
/* Time until it has left out its first bits. */
void rng200_model_warm_up(void);

/* Bits of RNG_INT_STATUS come up: a test failed; the words after it are bad. */
void rng200_model_fail(uint32_t status);
/* Each reset makes it fail again, or not any more. */
void rng200_model_stay_sick(bool sick);
/* All words are the same from now on; the status says nothing of it. */
void rng200_model_stick(void);
/* All registers read as this from now on. */
void rng200_model_lie(uint32_t value);
/* The driver before died with the device in reset. */
void rng200_model_leave_in_reset(void);

/* Words are bad when this bit is set in them, and good when it is not. */
#define RNG200_MODEL_BAD 0x80000000u
unsigned rng200_model_restarts(void);
size_t rng200_model_words(void);
uint32_t rng200_model_interrupts(void);
