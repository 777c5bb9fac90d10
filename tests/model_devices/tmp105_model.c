/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled TMP105; tables are those of SLLS648. */
#include "tmp105_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <lib/program.h>
#include <service/i2c.h>
#include <service/result.h>

static struct {
    uint8_t *buffer;
    bool lm75, there, stopped, begun;
    unsigned dies, writes;
    uint8_t pointer, configuration;
    int16_t now;        /* what it would measure, 12 bits */
    uint16_t converted; /* the register */
} model;

void tmp105_model_power_on(uint8_t *buffer)
{
    int16_t now = model.now;
    bool begun = model.begun;

    memset(&model, 0, sizeof(model));
    model.begun = begun;
    model.buffer = buffer;
    model.there = true;
    model.now = now;
}

void tmp105_model_lm75(void)
{
    model.lm75 = true;
}

void tmp105_model_connect(bool there)
{
    model.there = there;
}

void tmp105_model_temperature(int16_t twelve_bits)
{
    model.now = twelve_bits;
}

/* Table 9: with fewer bits the lower ones are zero. */
void tmp105_model_convert(void)
{
    unsigned bits = 9 + (model.configuration >> 5 & 3);

    if (!(model.configuration & 1)) /* SD */
        model.converted = (uint16_t)(model.now * 16) & (uint16_t)(0xffffu << (16 - bits));
}

void tmp105_model_bus_dies(unsigned times)
{
    model.dies = times;
}

void tmp105_model_bus_stops(bool stopped)
{
    model.stopped = stopped;
}

uint8_t tmp105_model_configuration(void)
{
    return model.configuration;
}

unsigned tmp105_model_writes(void)
{
    return model.writes;
}

static void write_sensor(const uint8_t *byte, uint64_t count)
{
    assert_true(byte[0] <= 3); /* table 1: the upper bits must be 0 */
    model.pointer = byte[0];
    if (count == 1)
        return;
    assert_int_equal(model.pointer, 1);
    assert_int_equal(count, 2);
    if (model.lm75)
        assert_int_equal(byte[1] & 0xe0, 0); /* "must be kept 0" */
    model.configuration = byte[1] & 0x7f;    /* OS is no bit that stays */
    model.writes++;
}

static void read_sensor(uint8_t *byte, uint64_t count)
{
    const uint8_t configuration[2] = {model.configuration | 0x80, model.configuration | 0x80};
    const uint8_t temperature[2] = {(uint8_t)(model.converted >> 8), (uint8_t)model.converted};

    assert_true(count <= 2);
    assert_true(model.pointer <= 1);
    memcpy(byte, model.pointer == 1 ? configuration : temperature, count);
    if (model.lm75 && model.pointer == 1)
        byte[0] &= 0x1f;
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    struct answer answer = {.status = STATUS_OK};

    assert_string_equal(use->name, "bus");
    if (operation == I2C_BEGIN) {
        model.begun = true;
        return answer;
    }
    assert_true(model.begun);
    assert_int_equal(operation, I2C_TRANSFER);
    assert_int_equal(words, 2);
    assert_true(word[0] + word[1] > 0);
    if (model.stopped) {
        answer.status = STATUS_PEER_STOPPED;
        return answer;
    }
    if (model.dies > 0) /* at the last moment: what was read is in the buffer */
        answer.status = STATUS_PEER_DIED;
    model.dies -= model.dies > 0;
    if (!model.there) {
        answer.result = SERVICE_FAILED;
        answer.word[0] = I2C_NOT_ACKNOWLEDGED;
        return answer;
    }
    if (word[0] > 0)
        write_sensor(model.buffer, word[0]);
    if (word[1] > 0)
        read_sensor(model.buffer, word[1]);
    return answer;
}
