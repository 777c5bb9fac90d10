/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled mailboxes, and a firmware that reads the memory that messages name. */
#include "mbox_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/firmware/bcm2835-mbox/mbox.h"

#define QUEUE   8u
#define CHANNEL 8u
#define EMPTY   (1u << 30)
#define FULL    (1u << 31)

static struct {
    uint8_t *memory;
    size_t bytes;
    uint64_t bus;
    uint32_t in[QUEUE], out[QUEUE]; /* to the firmware, to us */
    unsigned ins, outs;
    uint32_t config, last;
    bool full, chatters;
    enum mbox_model_manner manner;
} model;

void mbox_model_reset(void *memory, size_t bytes, uint64_t bus)
{
    memset(&model, 0, sizeof(model));
    model.memory = memory;
    model.bytes = bytes;
    model.bus = bus;
}

void mbox_model_manner(enum mbox_model_manner manner)
{
    model.manner = manner;
}

void mbox_model_full(bool full)
{
    model.full = full;
}

void mbox_model_chatter(void)
{
    model.chatters = true;
}

bool mbox_model_interrupt(void)
{
    return model.config & 1 && (model.outs > 0 || model.chatters);
}

unsigned mbox_model_waiting(void)
{
    return model.outs;
}

uint32_t mbox_model_last(void)
{
    return model.last;
}

void mbox_model_message(uint32_t message)
{
    assert_true(model.outs < QUEUE);
    model.out[model.outs++] = message;
}

/* What the firmware knows: bytes of the answer, and the answer. */
static uint32_t know(uint32_t id, uint32_t argument, uint32_t value[2])
{
    value[0] = argument;
    switch (id) {
    case 0x00000001:
        value[0] = 0x5f000000;
        return 4;
    case 0x00010002:
        value[0] = 0xc03114;
        return 4;
    case 0x00010003:
        value[0] = 0x0132a6dcu;
        value[1] = 0x0302u;
        return 6;
    case 0x00010004:
        value[0] = 0x89abcdef;
        value[1] = 0x10000000;
        return 8;
    case 0x00010005:
        value[0] = 0;
        value[1] = 0x3b400000;
        return 8;
    case 0x00030006:
        value[1] = 48312;
        return 8;
    case 0x0003000a:
        value[1] = 85000;
        return 8;
    case 0x00030002:
        value[1] = argument <= MBOX_MODEL_CLOCKS ? 500000000 : 0;
        return 8;
    case 0x00030007:
        value[1] = argument <= MBOX_MODEL_CLOCKS ? 250000000 : 0;
        return 8;
    case 0x00030004:
        value[1] = argument <= MBOX_MODEL_CLOCKS ? 550000000 : 0;
        return 8;
    default:
        fail_msg("nobody knows tag %#x", (unsigned)id);
        return 0;
    }
}

static uint32_t answer_bytes(uint32_t honest)
{
    return model.manner == MBOX_SHORT ? 3 : model.manner == MBOX_LONG ? 0x7fffffff : honest;
}

/* Answers one tag in place; words to the next. */
static size_t answer_tag(uint32_t *tag, size_t words)
{
    uint32_t value[2] = {0};
    assert_true(words >= 3 && tag[1] % 4 == 0 && tag[1] >= 8 && tag[1] / 4 + 3 <= words);
    assert_int_equal(tag[2], 0);
    uint32_t bytes = answer_bytes(know(tag[0], tag[3], value));
    memcpy(&tag[3], value, sizeof(value));
    if (model.manner == MBOX_OTHER_CLOCK)
        tag[3]++;
    if (model.manner == MBOX_TAG_OTHER)
        tag[0]++;
    tag[2] = bytes | (model.manner != MBOX_TAG_UNKNOWN ? 1u << 31 : 0);
    return 3 + tag[1] / 4;
}

static void answer_question(uint32_t *words, size_t room)
{
    size_t count = words[0] / 4, at = 2;
    assert_true(words[0] % 4 == 0 && count >= 3 && count <= room);
    assert_int_equal(words[1], 0);
    while (at < count && words[at] != 0)
        at += answer_tag(&words[at], count - at);
    assert_true(at < count); /* there is a tag 0 */
    words[1] = model.manner == MBOX_ERROR ? 0x80000001 : 0x80000000;
}

static void answer(uint32_t message)
{
    uint64_t address = message & ~0xfu;
    assert_int_equal(message & 0xf, CHANNEL);
    assert_true(address >= model.bus && address < model.bus + model.bytes);
    size_t offset = address - model.bus;
    uint32_t *words = (uint32_t *)(void *)(model.memory + offset);
    if (model.manner == MBOX_SILENT)
        return;
    if (model.manner == MBOX_GARBAGE)
        memset(words, 0xff, model.bytes - offset);
    else if (model.manner != MBOX_UNANSWERED)
        answer_question(words, (model.bytes - offset) / 4);
    mbox_model_message(model.manner == MBOX_OTHER_ADDRESS ? message + 16 : message);
}

unsigned mbox_model_turn(void)
{
    unsigned taken = model.ins;
    for (unsigned i = 0; i < taken; i++)
        answer(model.in[i]);
    model.ins = 0;
    return taken;
}

static uint32_t read_message(void)
{
    if (model.chatters && model.outs == 0)
        return 0xdeadbee8;
    assert_true(model.outs > 0); /* the driver looks at the status first */
    uint32_t message = model.out[0];
    memmove(model.out, model.out + 1, --model.outs * sizeof(message));
    return message;
}

uint32_t mbox_read(const struct mbox *mbox, enum mbox_register which)
{
    (void)mbox;
    switch (which) {
    case MAIL0_READ:
        return read_message();
    case MAIL0_STATUS:
        return model.outs > 0 || model.chatters ? model.outs : EMPTY;
    case MAIL1_STATUS:
        return model.full || model.ins == QUEUE ? FULL : model.ins > 0 ? model.ins : EMPTY;
    case MAIL0_CONFIG:
        return model.config;
    case MAIL1_WRITE:
        break;
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

void mbox_write(const struct mbox *mbox, enum mbox_register which, uint32_t value)
{
    (void)mbox;
    switch (which) {
    case MAIL0_CONFIG:
        model.config = value;
        return;
    case MAIL1_WRITE:
        assert_false(model.full || model.ins == QUEUE);
        model.in[model.ins++] = value;
        model.last = value;
        return;
    case MAIL0_READ:
    case MAIL0_STATUS:
    case MAIL1_STATUS:
        break;
    }
    fail_msg("write of register %#x", (unsigned)which);
}
