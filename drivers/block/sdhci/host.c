/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host controller's registers. Broadcom's older one (the Arasan) loses the second of
 * two writes to a word that come within two clocks of the card, so each write but those
 * to the data port is followed by a pause of four.
 */
#include "host.h"

#include <lib/string.h>

#define US_PER_S     1000000u
#define PAUSE_CLOCKS 4u
#define PAUSE_OFF_US 10u /* where there is no clock */

/* HOST_BLOCK */
#define BLOCK_COUNT_SHIFT 16

/* HOST_COMMAND: transfer mode, 2.2.5 */
#define MODE_COUNT      (1u << 1)
#define MODE_AUTO_CMD12 (1u << 2)
#define MODE_READ       (1u << 4)
#define MODE_MULTI      (1u << 5)
/* command, 2.2.6 */
#define COMMAND_136          (1u << 16)
#define COMMAND_48           (2u << 16)
#define COMMAND_48_BUSY      (3u << 16)
#define COMMAND_CRC          (1u << 19)
#define COMMAND_INDEX        (1u << 20)
#define COMMAND_DATA         (1u << 21)
#define COMMAND_INDEX_SHIFT  24

/* HOST_CONTROL */
#define CONTROL_WIDTH_4   (1u << 1)
#define CONTROL_POWER_ON  (1u << 8)
#define CONTROL_POWER_3V3 (7u << 9)

/* HOST_CLOCK */
#define CLOCK_INTERNAL    (1u << 0)
#define CLOCK_STABLE      (1u << 1)
#define CLOCK_CARD        (1u << 2)
#define CLOCK_HIGH_SHIFT  6
#define CLOCK_LOW_SHIFT   8
#define CLOCK_TIMEOUT_MAX (0xeu << 16)
#define CLOCK_RESETS      (7u << 24)

/* HOST_VERSION, and what it tells of dividers */
#define VERSION_SHIFT  16
#define VERSION_MASK   0xffu
#define VERSION_3      2u
#define DIVIDER_MAX    0x3ffu
#define DIVIDER_MAX_V2 0x80u

/* HOST_CAPABILITIES: the base clock in MHz, 6 bits before version 3 */
#define BASE_SHIFT   8
#define BASE_MASK    0xffu
#define BASE_MASK_V2 0x3fu
#define HZ_PER_MHZ   1000000u
/* Of a controller that does not say: higher than any, so the card's clock is never too fast. */
#define BASE_UNKNOWN 250000000u

static void put(const struct host *host, enum host_register which, uint32_t value)
{
    host_write(host, which, value);
    host_pause(host, host->hz == 0 ? PAUSE_OFF_US : PAUSE_CLOCKS * US_PER_S / host->hz + 1);
}

void host_reset(struct host *host)
{
    host->hz = 0;
    put(host, HOST_CLOCK, HOST_RESET_ALL);
}

/* One after the other: there are controllers that know only one at a time. */
void host_reset_lines(struct host *host)
{
    uint32_t clock = host_read(host, HOST_CLOCK) & ~CLOCK_RESETS;

    put(host, HOST_CLOCK, clock | HOST_RESET_COMMAND);
    put(host, HOST_CLOCK, clock | HOST_RESET_DATA);
}

bool host_is_resetting(const struct host *host)
{
    return host_read(host, HOST_CLOCK) & CLOCK_RESETS;
}

void host_listen(struct host *host, bool card_switch)
{
    uint32_t what = HOST_COMMAND_COMPLETE | HOST_TRANSFER_COMPLETE | HOST_WRITE_READY |
                    HOST_READ_READY | HOST_ERRORS;

    if (card_switch)
        what |= HOST_INSERTED | HOST_REMOVED;
    put(host, HOST_STATUS_ENABLE, what);
    put(host, HOST_SIGNAL_ENABLE, what);
}

uint32_t host_take_status(struct host *host)
{
    uint32_t status = host_read(host, HOST_STATUS);

    if (status != 0)
        put(host, HOST_STATUS, status);
    return status;
}

static bool is_version_3(const struct host *host)
{
    return (host_read(host, HOST_VERSION) >> VERSION_SHIFT & VERSION_MASK) >= VERSION_3;
}

static uint32_t base_hz(const struct host *host)
{
    uint32_t mask = is_version_3(host) ? BASE_MASK : BASE_MASK_V2;
    uint32_t mhz = host_read(host, HOST_CAPABILITIES) >> BASE_SHIFT & mask;

    if (host->base_hz != 0)
        return host->base_hz;
    return mhz != 0 ? mhz * HZ_PER_MHZ : BASE_UNKNOWN;
}

/* 2.2.14: the base is divided by twice the divider, or not at all with 0. */
static uint32_t divider_of(const struct host *host, uint32_t base, uint32_t hz)
{
    uint32_t divider = 1;

    if (base <= hz)
        return 0;
    if (is_version_3(host)) {
        divider = (uint32_t)(((uint64_t)base + 2 * (uint64_t)hz - 1) / (2 * (uint64_t)hz));
        return divider < DIVIDER_MAX ? divider : DIVIDER_MAX;
    }
    while (divider < DIVIDER_MAX_V2 && base / (2 * divider) > hz)
        divider *= 2;
    return divider;
}

/* 3.2.3: off for the card, then the new divider, then on again by host_clock_on. */
void host_clock(struct host *host, uint32_t hz)
{
    uint32_t base = base_hz(host), divider = divider_of(host, base, hz);

    put(host, HOST_CLOCK, host_read(host, HOST_CLOCK) & ~CLOCK_CARD);
    put(host, HOST_CLOCK, CLOCK_TIMEOUT_MAX);
    host->hz = divider == 0 ? base : base / (2 * divider);
    put(host, HOST_CLOCK,
        CLOCK_TIMEOUT_MAX | (divider & 0xff) << CLOCK_LOW_SHIFT |
            (divider >> 8) << CLOCK_HIGH_SHIFT | CLOCK_INTERNAL);
}

bool host_clock_is_stable(const struct host *host)
{
    return host_read(host, HOST_CLOCK) & CLOCK_STABLE;
}

void host_clock_on(struct host *host)
{
    put(host, HOST_CLOCK, host_read(host, HOST_CLOCK) | CLOCK_CARD);
}

void host_power_on(struct host *host)
{
    put(host, HOST_CONTROL, CONTROL_POWER_3V3);
    put(host, HOST_CONTROL, CONTROL_POWER_3V3 | CONTROL_POWER_ON);
}

void host_width_4(struct host *host)
{
    put(host, HOST_CONTROL, host_read(host, HOST_CONTROL) | CONTROL_WIDTH_4);
}

bool host_has_transfer(const struct host_command *command)
{
    return command->direction != HOST_NO_DATA || command->response == HOST_R1B;
}

/* Table 2-12: which responses have a checksum and the command's number. */
static uint32_t response_bits(enum host_response response)
{
    switch (response) {
    case HOST_NO_RESPONSE:
        return 0;
    case HOST_R2:
        return COMMAND_136 | COMMAND_CRC;
    case HOST_R3:
        return COMMAND_48;
    case HOST_R1B:
        return COMMAND_48_BUSY | COMMAND_CRC | COMMAND_INDEX;
    case HOST_R1:
    case HOST_R6:
    case HOST_R7:
        break;
    }
    return COMMAND_48 | COMMAND_CRC | COMMAND_INDEX;
}

static uint32_t data_bits(const struct host_command *command)
{
    uint32_t bits = COMMAND_DATA;

    if (command->direction == HOST_NO_DATA)
        return 0;
    if (command->direction == HOST_READS)
        bits |= MODE_READ;
    if (command->blocks > 1)
        bits |= MODE_MULTI | MODE_COUNT | MODE_AUTO_CMD12;
    return bits;
}

bool host_issue(struct host *host, const struct host_command *command)
{
    uint32_t busy = host_has_transfer(command) ? HOST_COMMAND_INHIBIT | HOST_DATA_INHIBIT
                                               : HOST_COMMAND_INHIBIT;

    if (host_read(host, HOST_PRESENT) & busy)
        return false;
    if (command->direction != HOST_NO_DATA)
        put(host, HOST_BLOCK, HOST_BLOCK_BYTES | (uint32_t)command->blocks << BLOCK_COUNT_SHIFT);
    put(host, HOST_ARGUMENT, command->argument);
    put(host, HOST_COMMAND,
        (uint32_t)command->index << COMMAND_INDEX_SHIFT | response_bits(command->response) |
            data_bits(command));
    return true;
}

void host_read_block(const struct host *host, uint8_t *to)
{
    for (unsigned i = 0; i < HOST_BLOCK_BYTES; i += sizeof(uint32_t)) {
        uint32_t word = host_read(host, HOST_DATA);

        if (to != NULL)
            memcpy(to + i, &word, sizeof(word));
    }
}

void host_write_block(const struct host *host, const uint8_t *from)
{
    for (unsigned i = 0; i < HOST_BLOCK_BYTES; i += sizeof(uint32_t)) {
        uint32_t word;

        memcpy(&word, from + i, sizeof(word));
        host_write(host, HOST_DATA, word);
    }
}
