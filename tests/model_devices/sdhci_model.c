/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The modelled controller and card. "HC" is the SD Host Controller Simplified
 * Specification 3.00, "PL" the Physical Layer Simplified Specification.
 */
#include "sdhci_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../../drivers/block/sdhci/host.h"

struct sdhci_model sdhci_model;
#define model sdhci_model

/* PL 4.10.1, CURRENT_STATE */
enum card_state { IDLE, READY, IDENT, STBY, TRAN, DATA, RCV, PRG };

#define RCA          0xb368u
#define ADDRESS_ERROR (1u << 30)
#define ILLEGAL      (1u << 22)
#define OUT_OF_RANGE (1u << 31)
#define APP_CMD      (1u << 5)
#define READY_DATA   (1u << 8)

static struct {
    uint32_t block, argument, response[4], control, clock, status, enable, signal, reset;
    unsigned looks;
    bool reads, writes, multi, ready;
    unsigned left, sector, at;
    uint32_t buffer[128];
    uint64_t us, written[64]; /* when each word was written */
} host;

static struct {
    enum card_state state;
    bool app, wide;
    uint32_t errors;
    unsigned programs, starts;
} card;

void sdhci_model_size(unsigned version, uint64_t sectors)
{
    memset(model.csd, 0, sizeof(model.csd));
    model.csd[2] |= 9u << 16; /* 83:80 READ_BL_LEN */
    if (version == 2) {
        model.csd[3] |= 1u << 30; /* 127:126 */
        model.csd[1] |= (uint32_t)((sectors / 1024 - 1) << 16); /* 69:48 */
        model.csd[2] |= (uint32_t)((sectors / 1024 - 1) >> 16);
    } else { /* C_SIZE_MULT 7: pieces of 512 blocks */
        uint32_t size = (uint32_t)(sectors / 512 - 1);
        model.csd[1] |= 7u << 15 | (size & 3) << 30; /* 49:47, 73:62 */
        model.csd[2] |= size >> 2;
    }
}

static void raise_status(uint32_t what)
{
    host.status |= what & host.enable;
}

void sdhci_model_power_on(void)
{
    memset(&model, 0, sizeof(model));
    memset(&host, 0, sizeof(host));
    memset(&card, 0, sizeof(card));
    model.capabilities = 100u << 8 | 1u << 24;
    model.version = 2;
    model.present = model.version_2 = model.high_capacity = model.unprotected = true;
    model.ocr_voltages = 0x00ff8000;
    model.starts = 2;
    model.echo = 0x1aa;
    model.error_after = UINT32_MAX;
    for (unsigned i = 0; i < 4; i++)
        model.cid[i] = 0x11111111 * (i + 1);
    for (unsigned i = 0; i < sizeof(model.image); i++)
        model.image[i] = (uint8_t)(i / 512 * 11 + i * 3);
    sdhci_model_size(2, SDHCI_MODEL_SECTORS);
}

void sdhci_model_insert(void)
{
    model.present = true;
    memset(&card, 0, sizeof(card));
    raise_status(HOST_INSERTED);
}

void sdhci_model_remove(void)
{
    model.present = false;
    raise_status(HOST_REMOVED);
}

bool sdhci_model_interrupt(void)
{
    return (host.status & host.signal) != 0;
}

static void end_transfer(void)
{
    if (host.multi)
        model.commands[12]++;
    card.state = host.writes ? PRG : TRAN;
    card.programs = host.writes ? model.programs : 0;
    host.reads = host.writes = host.ready = false;
    raise_status(HOST_TRANSFER_COMPLETE);
}

/* The next block can be moved, or the transfer fails here. */
static void next_block(void)
{
    host.ready = false;
    if (model.error_after-- == 0) {
        raise_status(model.error);
        return;
    }
    host.at = 0;
    host.ready = true;
    if (host.reads)
        memcpy(host.buffer, model.image + host.sector * 512, 512);
    raise_status(host.reads ? HOST_READ_READY : HOST_WRITE_READY);
}

static void block_is_over(void)
{
    if (host.writes)
        memcpy(model.image + host.sector * 512, host.buffer, 512);
    host.sector++;
    if (--host.left == 0)
        end_transfer();
    else
        next_block();
}

static void begin_transfer(uint32_t command)
{
    bool multi = command & (1u << 5);
    uint32_t index = command >> 24 & 63;
    uint32_t sector = model.high_capacity ? host.argument : host.argument / 512;

    host.reads = command & (1u << 4);
    host.writes = !host.reads;
    host.multi = multi;
    host.left = multi ? host.block >> 16 : 1;
    assert_int_equal(host.block & 0xfff, 512);
    assert_true(host.left > 0);
    assert_int_equal(index, host.reads ? (multi ? 18 : 17) : multi ? 25 : 24);
    if (multi)
        assert_int_equal(command & 6, 6); /* HC 2.2.5: block count, auto CMD12 */
    if (!model.high_capacity)
        assert_int_equal(host.argument % 512, 0);
    assert_true(sector + host.left <= SDHCI_MODEL_SECTORS);
    host.sector = sector;
    card.state = host.reads ? DATA : RCV;
    model.transfers++;
    if (model.early)
        raise_status(HOST_TRANSFER_COMPLETE);
    else
        next_block();
}

/*
 * PL 4.8: which command goes where; a number that no ACMD has is a command's, 4.3.9.
 * false: it is illegal there, and not answered.
 */
static bool obey(uint32_t index, bool app)
{
    switch (index | (app && (index == 6 || index == 41) ? 64 : 0)) {
    case 0:
        memset(&card, 0, sizeof(card));
        return true;
    case 8:
        assert_int_equal(host.argument, 0x1aa);
        host.response[0] = model.echo;
        return model.version_2 && card.state == IDLE;
    case 55:
        card.app = true;
        if (card.state != IDLE)
            assert_int_equal(host.argument >> 16, RCA);
        return true;
    case 64 + 41:
        assert_int_equal(card.state, IDLE);
        if (!model.version_2)
            assert_int_equal(host.argument & (1u << 30), 0);
        card.starts++;
        host.response[0] = model.ocr_voltages;
        if (card.starts >= model.starts && model.starts > 0) {
            host.response[0] |= 1u << 31 | (model.high_capacity ? 1u << 30 : 0);
            card.state = READY;
        }
        return true;
    case 2:
        assert_int_equal(card.state, READY);
        memcpy(host.response, model.cid, sizeof(host.response));
        card.state = IDENT;
        return true;
    case 3:
        assert_int_equal(card.state, IDENT);
        host.response[0] = RCA << 16;
        card.state = STBY;
        return true;
    case 9:
        assert_int_equal(card.state, STBY);
        for (unsigned i = 0; i < 4; i++) /* HC 2.2.7: bits 127:8 */
            host.response[i] = model.csd[i] >> 8 | (i < 3 ? model.csd[i + 1] << 24 : 0);
        return host.argument >> 16 == RCA;
    case 7:
        assert_int_equal(card.state, STBY);
        card.state = TRAN;
        return host.argument >> 16 == RCA;
    case 64 + 6:
        assert_int_equal(card.state, TRAN);
        card.wide = host.argument == 2;
        return true;
    case 16:
        assert_int_equal(card.state, TRAN);
        assert_int_equal(host.argument, 512);
        return true;
    case 17:
    case 18:
    case 24:
    case 25:
        assert_int_equal(card.state, TRAN);
        assert_int_equal(card.wide, (host.control & 2) != 0);
        return true;
    case 12:
        if (card.state != DATA && card.state != RCV) {
            card.errors |= ILLEGAL;
            return false;
        }
        card.programs = card.state == RCV ? model.programs : 0;
        card.state = card.state == RCV ? PRG : TRAN;
        host.reads = host.writes = host.ready = false;
        return true;
    case 13:
        return host.argument >> 16 == RCA && card.state >= STBY;
    }
    fail_msg("command %u", index);
    return false;
}

static bool is_behind_the_end(void)
{
    return model.ends > 0 && host.argument / (model.high_capacity ? 1 : 512) >= model.ends;
}

static uint32_t r1(uint32_t index)
{
    bool moves = index == 17 || index == 18 || index == 24 || index == 25;
    uint32_t errors = card.errors | (index == 13 ? model.status : 0);

    errors |= moves && is_behind_the_end() ? ADDRESS_ERROR : 0;

    if (index == 13 && card.state == PRG && card.programs-- == 0)
        card.state = TRAN;
    card.errors = 0;
    return errors | (uint32_t)card.state << 9 | (card.state == PRG ? 0 : READY_DATA) |
           (card.app ? APP_CMD : 0);
}

static bool is_powered(void)
{
    return (host.control & (1u << 8)) && (host.clock & 7) == 7;
}

/* HC 3.7.1.1 */
static void command(uint32_t value)
{
    uint32_t index = value >> 24 & 63, kind = value >> 16 & 3;
    bool app = card.app, r1_kind = index != 0 && index != 2 && index != 8 && index != 9;

    assert_false(host.reads || host.writes ? value & (1u << 21) : 0);
    model.commands[index]++;
    card.app = false;
    if (model.mute)
        return;
    if (!model.present || model.deaf || !is_powered() || !obey(index, app)) {
        if (index == 8)
            card.errors |= ILLEGAL;
        raise_status(kind != 0 ? HOST_COMMAND_TIMEOUT : HOST_COMMAND_COMPLETE);
        return;
    }
    /* HC table 2-12: the kind of response, its checks */
    static const uint8_t kind_of[64] = {[2] = 0x09, [3] = 0x1a, [6] = 0x1a, [7] = 0x1b, [8] = 0x1a,
                                        [9] = 0x09, [12] = 0x1b, [13] = 0x1a, [16] = 0x1a,
                                        [17] = 0x3a, [18] = 0x3a, [24] = 0x3a, [25] = 0x3a,
                                        [41] = 0x02, [55] = 0x1a};
    assert_int_equal(value >> 16 & 0x3f, kind_of[index]);
    if (r1_kind && index != 3 && index != 41)
        host.response[0] = r1(index);
    raise_status(HOST_COMMAND_COMPLETE);
    if (kind == 3)
        raise_status(HOST_TRANSFER_COMPLETE);
    if (value & (1u << 21) && !is_behind_the_end())
        begin_transfer(value);
}

static void reset_all(void)
{
    uint64_t us = host.us;

    memset(&host, 0, sizeof(host));
    host.us = us;
    model.resets++;
}

static void write_clock(uint32_t value)
{
    if (value & HOST_RESET_ALL) {
        reset_all();
        host.reset = HOST_RESET_ALL;
        host.looks = model.reset_looks;
        return;
    }
    if (value & (HOST_RESET_COMMAND | HOST_RESET_DATA)) {
        /* one at a time */
        assert_int_not_equal(value >> 25 & 3, 3);
        host.reset |= value & (HOST_RESET_COMMAND | HOST_RESET_DATA);
        host.looks = model.reset_looks;
        if (value & HOST_RESET_DATA)
            host.reads = host.writes = host.ready = false;
    }
    /* HC 3.2.3: the divider changes while the card's clock is off */
    if ((value ^ host.clock) & 0xffc0)
        assert_int_equal(host.clock & 4, 0);
    if (value & 4)
        assert_int_equal(host.clock & 3, 3);
    if (value & 1 && !(host.clock & 1))
        host.looks = model.clock_looks;
    host.clock = (value & 0xfffff & ~2u) | (value & 1 ? host.clock & 2 : 0);
    uint32_t divider = (value >> 8 & 0xff) | (value << 2 & 0x300);
    uint32_t base = (model.capabilities >> 8 & 0xff) * 1000000;
    model.hz = value & 4 ? (divider == 0 ? base : base / (2 * divider)) : 0;
}

uint32_t host_read(const struct host *device, enum host_register which)
{
    (void)device;
    switch (which) {
    case HOST_BLOCK:
        return host.block;
    case HOST_ARGUMENT:
        return host.argument;
    case HOST_RESPONSE:
    case HOST_RESPONSE_1:
    case HOST_RESPONSE_2:
    case HOST_RESPONSE_3:
        return host.response[(which - HOST_RESPONSE) / 4];
    case HOST_DATA:
        assert_true(host.reads && host.ready); /* HC 2.2.8 */
        {
            uint32_t word = host.buffer[host.at++];
            if (host.at == 128)
                block_is_over();
            return word;
        }
    case HOST_PRESENT:
        return (model.busy ? 3u : 0) | (host.reads || host.writes ? 2u : 0) |
               (host.ready && host.writes ? HOST_WRITE_ENABLE : 0) |
               (host.ready && host.reads ? HOST_READ_ENABLE : 0) |
               (model.present ? HOST_CARD_INSERTED : 0) |
               (model.unprotected ? HOST_NOT_PROTECTED : 0);
    case HOST_CONTROL:
        return host.control;
    case HOST_CLOCK:
        if (host.looks > 0)
            host.looks--;
        else
            host.reset = 0;
        if (host.looks == 0 && host.clock & 1)
            host.clock |= 2;
        return host.clock | host.reset;
    case HOST_STATUS:
        return host.status | (host.status & HOST_ERRORS ? HOST_ERROR : 0);
    case HOST_STATUS_ENABLE:
        return host.enable;
    case HOST_SIGNAL_ENABLE:
        return host.signal;
    case HOST_CAPABILITIES:
        return model.capabilities;
    case HOST_VERSION:
        return model.version << 16;
    case HOST_COMMAND:
        break;
    }
    fail_msg("read of register %#x", (unsigned)which);
    return 0;
}

/* A word that was written is not written again within two clocks of the card. */
static void mind_the_pause(enum host_register which)
{
    uint64_t *last = &host.written[which / 4];
    uint64_t clocks = model.hz > 0 ? 2 * 1000000 / model.hz + 1 : 1;

    if (*last != 0)
        assert_true(host.us - (*last - 1) >= clocks);
    *last = host.us + 1;
}

void host_write(const struct host *device, enum host_register which, uint32_t value)
{
    (void)device;
    if (which != HOST_DATA)
        mind_the_pause(which);
    switch (which) {
    case HOST_BLOCK:
        host.block = value;
        return;
    case HOST_ARGUMENT:
        host.argument = value;
        return;
    case HOST_COMMAND:
        assert_int_equal(host.reset, 0);
        command(value);
        return;
    case HOST_DATA:
        assert_true(host.writes && host.ready);
        host.buffer[host.at++] = value;
        if (host.at == 128)
            block_is_over();
        return;
    case HOST_CONTROL:
        host.control = value;
        model.wide = value & 2;
        return;
    case HOST_CLOCK:
        write_clock(value);
        return;
    case HOST_STATUS:
        host.status &= ~value;
        return;
    case HOST_STATUS_ENABLE:
        host.enable = value;
        return;
    case HOST_SIGNAL_ENABLE:
        host.signal = value;
        return;
    default:
        break;
    }
    fail_msg("write of register %#x", (unsigned)which);
}

void host_pause(const struct host *device, uint32_t us)
{
    (void)device;
    host.us += us;
}
