/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card is asked when it is new: Physical Layer Simplified Specification, 4.2 and
 * 4.4. What it says of itself is checked; a size that cannot be is no card.
 */
#include "card.h"

#define CMD0   0
#define CMD2   2
#define CMD3   3
#define ACMD6  6
#define CMD7   7
#define CMD8   8
#define CMD9   9
#define CMD12  12
#define CMD13  13
#define CMD16  16
#define ACMD41 41
#define CMD55  55

/* CMD8, 4.3.13: 2.7 to 3.6 V, and a pattern that comes back. */
#define CONDITION      0x1aau
#define CONDITION_MASK 0xfffu

/* OCR, 5.1, and the argument of ACMD41, 4.2.3.1 */
#define OCR_VOLTAGES 0x00ff8000u
#define OCR_CAPACITY (1u << 30)
#define OCR_IS_UP    (1u << 31)

#define WIDTH_4       2u
#define ADDRESS_MASK  0xffff0000u
#define SPEED_HZ      25000000u

bool card_command(const struct card *card, struct host_command *command)
{
    const uint32_t op = OCR_VOLTAGES | (card->version_2 ? OCR_CAPACITY : 0);
    const struct host_command by_step[] = {
        [CARD_IDLE] = {CMD0, HOST_NO_RESPONSE, 0, HOST_NO_DATA, 0},
        [CARD_CONDITION] = {CMD8, HOST_R7, CONDITION, HOST_NO_DATA, 0},
        [CARD_PREFIX_OP] = {CMD55, HOST_R1, 0, HOST_NO_DATA, 0},
        [CARD_OP] = {ACMD41, HOST_R3, op, HOST_NO_DATA, 0},
        [CARD_CID] = {CMD2, HOST_R2, 0, HOST_NO_DATA, 0},
        [CARD_ADDRESS] = {CMD3, HOST_R6, 0, HOST_NO_DATA, 0},
        [CARD_CSD] = {CMD9, HOST_R2, card->address, HOST_NO_DATA, 0},
        [CARD_SELECT] = {CMD7, HOST_R1B, card->address, HOST_NO_DATA, 0},
        [CARD_PREFIX_WIDTH] = {CMD55, HOST_R1, card->address, HOST_NO_DATA, 0},
        [CARD_WIDTH] = {ACMD6, HOST_R1, WIDTH_4, HOST_NO_DATA, 0},
        [CARD_LENGTH] = {CMD16, HOST_R1, HOST_BLOCK_BYTES, HOST_NO_DATA, 0},
        [CARD_MOVE] = card->move,
        [CARD_CHECK] = {CMD13, HOST_R1, card->address, HOST_NO_DATA, 0},
        [CARD_STOP] = {CMD12, HOST_R1B, 0, HOST_NO_DATA, 0},
        [CARD_ALIVE] = {CMD13, HOST_R1, card->address, HOST_NO_DATA, 0},
    };

    if (card->step > CARD_ALIVE)
        return false;
    *command = by_step[card->step];
    return command->index != CMD0 || card->step == CARD_IDLE;
}

static uint32_t response(const struct card *card, unsigned word)
{
    return host_read(&card->host, (enum host_register)(HOST_RESPONSE + word * sizeof(uint32_t)));
}

/* Bits of the CSD, 5.3, which the controller has without its lowest eight. */
static uint32_t csd(const struct card *card, unsigned low, unsigned count)
{
    unsigned bit = low - 8;
    uint64_t both = response(card, bit / 32);

    if (bit / 32 < 3)
        both |= (uint64_t)response(card, bit / 32 + 1) << 32;
    return (uint32_t)(both >> bit % 32) & ((1u << count) - 1);
}

/* 5.3.2: in version 1 the size is a product; version 2 counts pieces of 512 KiB. */
static uint64_t csd_sectors(const struct card *card)
{
    uint32_t version = csd(card, 126, 2), length = csd(card, 80, 4);

    if (version == 1)
        return ((uint64_t)csd(card, 48, 22) + 1) * 1024;
    if (version != 0 || length < 9 || length > 11)
        return 0;
    return ((uint64_t)csd(card, 62, 12) + 1) << (csd(card, 47, 3) + 2 + length - 9);
}

/* 4.3.6, 5.3.2: protected for good or for now; and the switch on its side. */
static bool is_read_only(const struct card *card)
{
    bool locked = !(host_read(&card->host, HOST_PRESENT) & HOST_NOT_PROTECTED);

    return csd(card, 12, 2) != 0 || (locked && !card->no_lock);
}

static void take_condition(struct card *card)
{
    if ((response(card, 0) & CONDITION_MASK) != CONDITION) {
        card_lose(card, "the card cannot work with this voltage");
        return;
    }
    card->version_2 = true;
    card_begin(card, CARD_PREFIX_OP);
}

static void take_op(struct card *card)
{
    uint32_t ocr = response(card, 0);

    card->blocks = card->version_2 && ocr & OCR_CAPACITY;
    if (!(ocr & OCR_IS_UP))
        card_begin(card, CARD_BUSY);
    else if (!(ocr & OCR_VOLTAGES))
        card_lose(card, "the card cannot work with this voltage");
    else
        card_begin(card, CARD_CID);
}

static void take_csd(struct card *card)
{
    card->sectors = csd_sectors(card);
    card->read_only = is_read_only(card);
    if (card->sectors == 0) {
        card_lose(card, "the card does not say how large it is");
        return;
    }
    host_clock(&card->host, SPEED_HZ);
    card_begin(card, CARD_FAST);
}

static void be_ready(struct card *card)
{
    card_begin(card, CARD_READY);
    card->outcome = CARD_FOUND;
}

void card_identify(struct card *card)
{
    switch (card->step) {
    case CARD_IDLE:
        card_begin(card, CARD_CONDITION);
        break;
    case CARD_CONDITION:
        take_condition(card);
        break;
    case CARD_PREFIX_OP:
        card_begin(card, CARD_OP);
        break;
    case CARD_OP:
        take_op(card);
        break;
    case CARD_CID:
        for (unsigned i = 0; i < 4; i++)
            card->id[i] = response(card, i);
        card_begin(card, CARD_ADDRESS);
        break;
    case CARD_ADDRESS:
        card->address = response(card, 0) & ADDRESS_MASK;
        card_begin(card, CARD_CSD);
        break;
    case CARD_CSD:
        take_csd(card);
        break;
    case CARD_SELECT:
        card_begin(card, card->wide ? CARD_PREFIX_WIDTH : CARD_LENGTH);
        break;
    case CARD_PREFIX_WIDTH:
        card_begin(card, CARD_WIDTH);
        break;
    case CARD_WIDTH:
        host_width_4(&card->host);
        card_begin(card, CARD_LENGTH);
        break;
    case CARD_LENGTH:
        be_ready(card);
        break;
    default:
        break;
    }
}
