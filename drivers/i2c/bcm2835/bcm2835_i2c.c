/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BSC's registers. Its interrupt line is that of all BSCs: a device that has nothing
 * under way has its interrupts off.
 *
 * I2CEN is never written without ST, but for one case that says why: a written I2CEN is
 * taken for a start by QEMU.
 */
#include "bcm2835_i2c.h"

#include <stdbool.h>

/* C 3.2 */
#define C_READ  (1u << 0)
#define C_CLEAR (3u << 4)
#define C_ST    (1u << 7)
#define C_INTD  (1u << 8)
#define C_INTT  (1u << 9)
#define C_INTR  (1u << 10)
#define C_I2CEN (1u << 15)

/* S 3.2: the last three are cleared by writing 1 */
#define S_TXD  (1u << 4)
#define S_RXD  (1u << 5)
#define S_DONE (1u << 1)
#define S_ERR  (1u << 8)
#define S_CLKT (1u << 9)
#define S_ENDS (S_DONE | S_ERR | S_CLKT)

/* DIV: even; 0 would be 32768 */
#define DIV_MIN 2u
#define DIV_MAX 0xfffeu

/* DEL: falling edge delay in the upper half; both must be below half the divider */
#define DEL_FALL_SHIFT 16
#define DEL_FALL_PART  16u
#define DEL_RISE_PART  4u

#define CLKT_MAX      0xffffu
#define STRETCH_MS    35u /* SMBus 2.0, 3.1.1: what a device may take at most */
#define MS_PER_SECOND 1000u

static void be_idle(struct bcm2835_i2c *i2c)
{
    bcm2835_i2c_write(i2c, BSC_C, C_CLEAR);
    bcm2835_i2c_write(i2c, BSC_S, S_ENDS);
    i2c->phase = I2C_IDLE;
}

static uint32_t divider_for(uint32_t clock_hz, uint32_t bus_hz)
{
    uint64_t divider = ((uint64_t)clock_hz + bus_hz - 1) / bus_hz;

    divider += divider % 2;
    if (divider < DIV_MIN)
        return DIV_MIN;
    return divider > DIV_MAX ? DIV_MAX : (uint32_t)divider;
}

static uint32_t delays_for(uint32_t divider)
{
    uint32_t fall = divider / DEL_FALL_PART, rise = divider / DEL_RISE_PART;

    return fall << DEL_FALL_SHIFT | rise;
}

/* In cycles of the bus; 0 would be for ever. */
static uint32_t stretch_for(uint32_t bus_hz)
{
    uint64_t cycles = (uint64_t)bus_hz * STRETCH_MS / MS_PER_SECOND + 1;

    return cycles > CLKT_MAX ? CLKT_MAX : (uint32_t)cycles;
}

uint32_t bcm2835_i2c_start(struct bcm2835_i2c *i2c, uint32_t clock_hz, uint32_t bus_hz)
{
    uint32_t divider = divider_for(clock_hz, bus_hz);
    uint32_t real_hz = clock_hz / divider;

    be_idle(i2c);
    bcm2835_i2c_write(i2c, BSC_DIV, divider);
    bcm2835_i2c_write(i2c, BSC_DEL, delays_for(divider));
    bcm2835_i2c_write(i2c, BSC_CLKT, stretch_for(real_hz));
    return real_hz;
}

static void begin_write(struct bcm2835_i2c *i2c)
{
    i2c->phase = I2C_WRITES;
    bcm2835_i2c_write(i2c, BSC_DLEN, i2c->out_bytes);
    bcm2835_i2c_write(i2c, BSC_C, C_I2CEN | C_ST | C_INTT | C_INTD);
}

static void begin_read(struct bcm2835_i2c *i2c)
{
    i2c->phase = I2C_READS;
    bcm2835_i2c_write(i2c, BSC_DLEN, i2c->in_bytes);
    bcm2835_i2c_write(i2c, BSC_C, C_I2CEN | C_ST | C_READ | C_INTR | C_INTD);
}

/* The FIFO is filled when the device asks: it holds the bus until there is something. */
void bcm2835_i2c_begin(struct bcm2835_i2c *i2c, uint32_t address, const uint8_t *out,
                       uint32_t out_bytes, uint8_t *in, uint32_t in_bytes)
{
    be_idle(i2c);
    *i2c = (struct bcm2835_i2c){
        .base = i2c->base, .out = out, .out_bytes = out_bytes, .in = in, .in_bytes = in_bytes};
    bcm2835_i2c_write(i2c, BSC_A, address);
    if (out_bytes > 0)
        begin_write(i2c);
    else
        begin_read(i2c);
}

void bcm2835_i2c_abort(struct bcm2835_i2c *i2c)
{
    be_idle(i2c);
}

static bool takes_byte(const struct bcm2835_i2c *i2c)
{
    return (bcm2835_i2c_read(i2c, BSC_S) & (S_TXD | S_ERR | S_CLKT)) == S_TXD;
}

static void fill(struct bcm2835_i2c *i2c)
{
    while (i2c->out_done < i2c->out_bytes && takes_byte(i2c))
        bcm2835_i2c_write(i2c, BSC_FIFO, i2c->out[i2c->out_done++]);
}

static void drain(struct bcm2835_i2c *i2c)
{
    while (i2c->in_done < i2c->in_bytes && bcm2835_i2c_read(i2c, BSC_S) & S_RXD)
        i2c->in[i2c->in_done++] = (uint8_t)bcm2835_i2c_read(i2c, BSC_FIFO);
}

/*
 * All is in the FIFO. A start that is asked for before that has left is a repeated start
 * (3.3.2 does it so for ten-bit addresses). If the driver was kept from running
 * meanwhile, DONE says that the write has ended with a stop, and this is an ordinary
 * start. With nothing to read, the device asks no more for bytes: INTT is taken back,
 * which leaves I2CEN alone in C; whoever takes that for a start has ended the write.
 */
static void end_of_writing(struct bcm2835_i2c *i2c, uint32_t status)
{
    if (status & S_DONE)
        bcm2835_i2c_write(i2c, BSC_S, S_DONE);
    if (i2c->in_bytes > 0)
        begin_read(i2c);
    else
        bcm2835_i2c_write(i2c, BSC_C, C_I2CEN | C_INTD);
}

static enum bcm2835_i2c_progress ended(struct bcm2835_i2c *i2c, uint32_t status)
{
    be_idle(i2c);
    if (status & S_CLKT)
        return BCM2835_I2C_STRETCHED;
    return status & S_ERR ? BCM2835_I2C_NOT_ACKNOWLEDGED : BCM2835_I2C_DONE;
}

static enum bcm2835_i2c_progress go_on_writing(struct bcm2835_i2c *i2c)
{
    bool was_full = i2c->out_done == i2c->out_bytes;
    uint32_t status;

    fill(i2c);
    status = bcm2835_i2c_read(i2c, BSC_S);
    if (status & (S_ERR | S_CLKT))
        return ended(i2c, status);
    if (i2c->out_done < i2c->out_bytes)
        return BCM2835_I2C_GOES_ON;
    if (status & S_DONE && i2c->in_bytes == 0)
        return ended(i2c, status);
    if (!was_full)
        end_of_writing(i2c, status);
    return BCM2835_I2C_GOES_ON;
}

/*
 * DONE with bytes still to come is that of the write, which ended between the last look
 * and the start of the read. A device that says so without end meets the caller's limit.
 */
static enum bcm2835_i2c_progress go_on_reading(struct bcm2835_i2c *i2c)
{
    uint32_t status = bcm2835_i2c_read(i2c, BSC_S);

    if (status & (S_ERR | S_CLKT))
        return ended(i2c, status);
    drain(i2c);
    if (i2c->in_done < i2c->in_bytes && status & S_DONE)
        bcm2835_i2c_write(i2c, BSC_S, S_DONE);
    if (i2c->in_done < i2c->in_bytes)
        return BCM2835_I2C_GOES_ON;
    status = bcm2835_i2c_read(i2c, BSC_S);
    return status & S_ENDS ? ended(i2c, status) : BCM2835_I2C_GOES_ON;
}

enum bcm2835_i2c_progress bcm2835_i2c_continue(struct bcm2835_i2c *i2c)
{
    enum bcm2835_i2c_progress progress = BCM2835_I2C_NOT_OURS;

    if (i2c->phase == I2C_WRITES)
        progress = go_on_writing(i2c);
    if (i2c->phase == I2C_READS)
        progress = go_on_reading(i2c);
    return progress;
}
