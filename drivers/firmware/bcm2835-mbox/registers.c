/* SPDX-License-Identifier: BSD-2-Clause */
/* The mailboxes' registers where they are real; tests link a model in place of this file. */
#include "mbox.h"

uint32_t mbox_read(const struct mbox *mbox, enum mbox_register which)
{
    return mbox->base[which / sizeof(uint32_t)];
}

void mbox_write(const struct mbox *mbox, enum mbox_register which, uint32_t value)
{
    mbox->base[which / sizeof(uint32_t)] = value;
}
