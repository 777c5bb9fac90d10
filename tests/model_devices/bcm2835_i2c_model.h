/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BSC of BCM2835 to BCM2711 for host tests, after chapter 3 of "BCM2711 ARM
 * Peripherals", and a bus with devices on it: memories of 256 bytes, the first byte
 * written to one says where. The bus goes on a byte a step, and all that was on it can be
 * read as text: "S48W 00 S48R 19 80 P" is a write of 00 to 0x48, a repeated start, a read
 * of two bytes and a stop. What a driver may not do is a failure. One device; the
 * driver's register access is linked to it.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

void bcm2835_i2c_model_power_on(void);
/* A memory at that address; NULL: there is none any more. */
void bcm2835_i2c_model_attach(uint32_t address, uint8_t *memory);
/* After how many written bytes every device refuses one. */
void bcm2835_i2c_model_refuse_after(unsigned bytes);

enum model_i2c_way {
    MODEL_I2C_STEPS,   /* as the manual says, a byte a step */
    MODEL_I2C_AT_ONCE, /* a byte is on the bus as soon as it is in the FIFO, so is the stop */
    MODEL_I2C_RACE,    /* a write ends just when the next start is prepared (DLEN is written) */
    MODEL_I2C_HOLD,    /* a device holds the clock: CLKT ends it */
    MODEL_I2C_DEAD,    /* nothing ever happens on the bus */
    MODEL_I2C_ONES,    /* registers read as ones, and what is written is lost */
    MODEL_I2C_ZEROS,   /* as zeros */
    MODEL_I2C_ENDLESS, /* it has bytes and wants bytes without end */
};
void bcm2835_i2c_model_way(enum model_i2c_way way);

/* Time for a byte. False: the bus stands still. */
bool bcm2835_i2c_model_step(void);
bool bcm2835_i2c_model_interrupt(void);
/* All that was on the bus since the last time. */
const char *bcm2835_i2c_model_bus(void);
uint32_t bcm2835_i2c_model_divider(void);
uint32_t bcm2835_i2c_model_stretch(void);
uint32_t bcm2835_i2c_model_delays(void);
