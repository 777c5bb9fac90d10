/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I2C master (BSC) of BCM2835 to BCM2711, the device alone: what chapter 3 of
 * "BCM2711 ARM Peripherals" says about its registers, and nothing about who wants a
 * transfer. One transfer at a time, in steps: nothing here waits.
 */
#pragma once
#include <stdint.h>

/* Registers, BCM2711 3.2: byte offsets. */
enum bcm2835_i2c_register {
    BSC_C = 0x00,    /* control */
    BSC_S = 0x04,    /* status */
    BSC_DLEN = 0x08, /* data length */
    BSC_A = 0x0c,    /* address of the device */
    BSC_FIFO = 0x10,
    BSC_DIV = 0x14,  /* clock divider */
    BSC_DEL = 0x18,  /* data delay */
    BSC_CLKT = 0x1c, /* clock stretch timeout */
};
#define BCM2835_I2C_REGISTER_BYTES 0x20u

enum bcm2835_i2c_phase {
    I2C_IDLE,
    I2C_WRITES,
    I2C_READS
};

struct bcm2835_i2c {
    volatile uint32_t *base;
    enum bcm2835_i2c_phase phase;
    const uint8_t *out;
    uint8_t *in;
    uint32_t out_bytes, out_done, in_bytes, in_done;
};

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t bcm2835_i2c_read(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which);
void bcm2835_i2c_write(const struct bcm2835_i2c *i2c, enum bcm2835_i2c_register which,
                       uint32_t value);

/*
 * Takes the device over, whatever it was doing, silent. The bus gets at most bus_hz, if
 * the device's own clock is at most clock_hz; devices may hold its clock for 35 ms. What
 * the bus will have in Hz.
 */
uint32_t bcm2835_i2c_start(struct bcm2835_i2c *i2c, uint32_t clock_hz, uint32_t bus_hz);

/*
 * Begins to write out[0..out_bytes) to the device with that address, then to read
 * in[0..in_bytes); not both 0, each below 65536. Goes on by bcm2835_i2c_continue.
 */
void bcm2835_i2c_begin(struct bcm2835_i2c *i2c, uint32_t address, const uint8_t *out,
                       uint32_t out_bytes, uint8_t *in, uint32_t in_bytes);

enum bcm2835_i2c_progress {
    BCM2835_I2C_NOT_OURS, /* no transfer is under way */
    BCM2835_I2C_GOES_ON,
    BCM2835_I2C_DONE,
    BCM2835_I2C_NOT_ACKNOWLEDGED,
    BCM2835_I2C_STRETCHED,
};

/* At an interrupt, of whomever: moves what can be moved. After the last three it is idle. */
enum bcm2835_i2c_progress bcm2835_i2c_continue(struct bcm2835_i2c *i2c);

/* Gives the transfer up; the device is idle. */
void bcm2835_i2c_abort(struct bcm2835_i2c *i2c);
