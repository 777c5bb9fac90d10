/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailboxes between the ARM and the VideoCore, the device alone: two queues of 32-bit
 * messages, of which the lowest four bits are a channel. What they mean is the firmware's
 * and property.h's. No manual describes the registers: they are those of Linux' binding
 * brcm,bcm2835-mbox and of the firmware's public notes ("Accessing mailboxes").
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct mbox {
    volatile uint32_t *base;
};

/* Byte offsets. Mailbox 0 is read here and written there, mailbox 1 the other way. */
enum mbox_register {
    MAIL0_READ = 0x00,
    MAIL0_STATUS = 0x18,
    MAIL0_CONFIG = 0x1c,
    MAIL1_WRITE = 0x20,
    MAIL1_STATUS = 0x38,
};
#define MBOX_REGISTER_BYTES 0x40u

/* How the driver reaches a register; a test links a modelled device instead. */
uint32_t mbox_read(const struct mbox *mbox, enum mbox_register which);
void mbox_write(const struct mbox *mbox, enum mbox_register which, uint32_t value);

/* Takes the device over: it interrupts for as long as there is a message for us. */
void mbox_start(const struct mbox *mbox);
/* Is there room for a message? */
bool mbox_can_send(const struct mbox *mbox);
/* Only after mbox_can_send. */
void mbox_send(const struct mbox *mbox, uint32_t message);
/* Takes the first message; false: there is none. */
bool mbox_receive(const struct mbox *mbox, uint32_t *message);
