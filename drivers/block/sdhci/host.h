/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An SD host controller, alone: "SD Host Controller Simplified Specification 3.00",
 * registers in chapter 2. It issues commands and moves blocks through the data port; what
 * the commands mean to a card is card.c's.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_REGISTER_BYTES 0x100u
#define HOST_BLOCK_BYTES    512u

/* Words of two or more registers each, figure 2-1: byte offsets. */
enum host_register {
    HOST_BLOCK = 0x04,         /* 2.2.2 block size, 2.2.3 block count */
    HOST_ARGUMENT = 0x08,      /* 2.2.4 */
    HOST_COMMAND = 0x0c,       /* 2.2.5 transfer mode, 2.2.6 command: the write issues it */
    HOST_RESPONSE = 0x10,      /* 2.2.7, four words */
    HOST_RESPONSE_1 = 0x14,
    HOST_RESPONSE_2 = 0x18,
    HOST_RESPONSE_3 = 0x1c,
    HOST_DATA = 0x20,          /* 2.2.8 buffer data port */
    HOST_PRESENT = 0x24,       /* 2.2.9 present state */
    HOST_CONTROL = 0x28,       /* 2.2.10 host control 1, 2.2.11 power control */
    HOST_CLOCK = 0x2c,         /* 2.2.14 clock, 2.2.15 timeout, 2.2.16 software reset */
    HOST_STATUS = 0x30,        /* 2.2.17 normal, 2.2.18 error interrupt status */
    HOST_STATUS_ENABLE = 0x34, /* 2.2.19, 2.2.20 */
    HOST_SIGNAL_ENABLE = 0x38, /* 2.2.21, 2.2.22 */
    HOST_CAPABILITIES = 0x40,  /* 2.2.26 */
    HOST_VERSION = 0xfc,       /* 2.2.37 slot interrupt status, 2.2.38 version */
};

/* HOST_STATUS */
#define HOST_COMMAND_COMPLETE  (1u << 0)
#define HOST_TRANSFER_COMPLETE (1u << 1)
#define HOST_WRITE_READY       (1u << 4)
#define HOST_READ_READY        (1u << 5)
#define HOST_INSERTED          (1u << 6)
#define HOST_REMOVED           (1u << 7)
#define HOST_ERROR             (1u << 15)
#define HOST_COMMAND_TIMEOUT   (1u << 16)
#define HOST_DATA_TIMEOUT      (1u << 20)
#define HOST_ERRORS            0x01ff0000u /* command, data, current limit, auto CMD12 */

/* HOST_PRESENT */
#define HOST_COMMAND_INHIBIT (1u << 0)
#define HOST_DATA_INHIBIT    (1u << 1)
#define HOST_WRITE_ENABLE    (1u << 10)
#define HOST_READ_ENABLE     (1u << 11)
#define HOST_CARD_INSERTED   (1u << 16)
#define HOST_NOT_PROTECTED   (1u << 19)

/* HOST_CLOCK, software reset */
#define HOST_RESET_ALL     (1u << 24)
#define HOST_RESET_COMMAND (1u << 25)
#define HOST_RESET_DATA    (1u << 26)

struct host {
    volatile uint32_t *base;
    uint32_t base_hz; /* of the clock that is divided; 0: as the capabilities say */
    uint32_t hz;      /* of the card's clock now; 0: it is off */
};

enum host_response { HOST_NO_RESPONSE, HOST_R1, HOST_R1B, HOST_R2, HOST_R3, HOST_R6, HOST_R7 };
enum host_direction { HOST_NO_DATA, HOST_READS, HOST_WRITES };

struct host_command {
    uint8_t index;
    enum host_response response;
    uint32_t argument;
    enum host_direction direction;
    uint16_t blocks; /* of HOST_BLOCK_BYTES; more than one: CMD12 follows by itself */
};

/* How the driver reaches a register, and how it waits some microseconds; tests link a model. */
uint32_t host_read(const struct host *host, enum host_register which);
void host_write(const struct host *host, enum host_register which, uint32_t value);
void host_pause(const struct host *host, uint32_t us);

/* Resets are over when host_is_resetting says so. */
void host_reset(struct host *host);
void host_reset_lines(struct host *host);
bool host_is_resetting(const struct host *host);

/* Lets the device interrupt for all that is known here; with or without the card switch. */
void host_listen(struct host *host, bool card_switch);
/* What happened since the last call. */
uint32_t host_take_status(struct host *host);

/* Starts the clock at `hz` at most; it is there when host_clock_is_stable says so. */
void host_clock(struct host *host, uint32_t hz);
bool host_clock_is_stable(const struct host *host);
/* Gives the clock to the card. */
void host_clock_on(struct host *host);
/* 3.3 V. */
void host_power_on(struct host *host);
void host_width_4(struct host *host);

/* false: the controller is still busy with another. */
bool host_issue(struct host *host, const struct host_command *command);
/* Does the end of the command come with HOST_TRANSFER_COMPLETE too? */
bool host_has_transfer(const struct host_command *command);
/* One block; only with HOST_READ_ENABLE or HOST_WRITE_ENABLE in HOST_PRESENT. NULL: to nobody. */
void host_read_block(const struct host *host, uint8_t *to);
void host_write_block(const struct host *host, const uint8_t *from);
