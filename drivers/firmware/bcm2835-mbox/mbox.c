/* SPDX-License-Identifier: BSD-2-Clause */
/* The mailboxes' registers. */
#include "mbox.h"

/* MAIL0_STATUS, MAIL1_STATUS */
#define STATUS_FULL  (1u << 31)
#define STATUS_EMPTY (1u << 30)

/* MAIL0_CONFIG */
#define CONFIG_DATA_INTERRUPT (1u << 0)

void mbox_start(const struct mbox *mbox)
{
    mbox_write(mbox, MAIL0_CONFIG, CONFIG_DATA_INTERRUPT);
}

bool mbox_can_send(const struct mbox *mbox)
{
    return !(mbox_read(mbox, MAIL1_STATUS) & STATUS_FULL);
}

void mbox_send(const struct mbox *mbox, uint32_t message)
{
    mbox_write(mbox, MAIL1_WRITE, message);
}

bool mbox_receive(const struct mbox *mbox, uint32_t *message)
{
    if (mbox_read(mbox, MAIL0_STATUS) & STATUS_EMPTY)
        return false;
    *message = mbox_read(mbox, MAIL0_READ);
    return true;
}
