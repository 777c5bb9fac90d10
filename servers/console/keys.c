/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of ANSI terminals (ECMA-48 5.4 for the shape of escape sequences) and UTF-8
 * (RFC 3629 section 4). Constant memory, and no state that a byte cannot leave.
 */
#include "keys.h"

#define ESCAPE     0x1b
#define RUBOUT     0x7f
#define CONTROL(c) ((c)&0x1f)

#define PARAMETERS_MAX 16 /* bytes; a longer sequence is none */

/* Keys by control character. */
static const uint8_t control_key[0x20] = {
    [CONTROL('A')] = KEY_HOME,       [CONTROL('B')] = KEY_LEFT,
    [CONTROL('C')] = KEY_CANCEL,     [CONTROL('D')] = KEY_DELETE,
    [CONTROL('E')] = KEY_END,        [CONTROL('F')] = KEY_RIGHT,
    [CONTROL('H')] = KEY_BACKSPACE,  [CONTROL('J')] = KEY_ENTER,
    [CONTROL('K')] = KEY_KILL_AFTER, [CONTROL('L')] = KEY_CLEAR,
    [CONTROL('M')] = KEY_ENTER,      [CONTROL('N')] = KEY_DOWN,
    [CONTROL('P')] = KEY_UP,         [CONTROL('U')] = KEY_KILL_BEFORE,
    [CONTROL('W')] = KEY_KILL_WORD,
};

static enum key character(struct keys *keys, uint8_t byte)
{
    keys->character[0] = (char)byte;
    keys->size = 1;
    return KEY_CHARACTER;
}

static enum key control(struct keys *keys, uint8_t byte)
{
    bool end_goes_on = byte == '\n' && keys->after_return;
    keys->after_return = byte == '\r';
    if (byte == ESCAPE) {
        keys->state = KEYS_ESCAPE;
        return KEY_NONE;
    }
    if (byte == '\t')
        return character(keys, ' ');
    return end_goes_on ? KEY_NONE : (enum key)control_key[byte];
}

static uint8_t length_of(uint8_t lead)
{
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static enum key ground(struct keys *keys, uint8_t byte)
{
    keys->state = KEYS_GROUND;
    if (byte < 0x20)
        return control(keys, byte);
    keys->after_return = false;
    if (byte == RUBOUT)
        return KEY_BACKSPACE;
    if (byte < 0x80)
        return character(keys, byte);
    keys->wanted = length_of(byte);
    if (keys->wanted > 0) {
        keys->state = KEYS_CHARACTER;
        character(keys, byte);
    }
    return KEY_NONE;
}

/* The second byte excludes overlong forms, surrogates, what is past U+10FFFF, and C1 controls. */
static bool continues(const struct keys *keys, uint8_t byte)
{
    uint8_t least = 0x80, most = 0xbf;
    if (keys->size == 1) {
        switch ((uint8_t)keys->character[0]) {
        case 0xc2:
        case 0xe0:
            least = 0xa0;
            break;
        case 0xed:
            most = 0x9f;
            break;
        case 0xf0:
            least = 0x90;
            break;
        case 0xf4:
            most = 0x8f;
            break;
        }
    }
    return byte >= least && byte <= most;
}

static enum key in_character(struct keys *keys, uint8_t byte)
{
    if (!continues(keys, byte))
        return ground(keys, byte);
    keys->character[keys->size++] = (char)byte;
    if (keys->size < keys->wanted)
        return KEY_NONE;
    keys->state = KEYS_GROUND;
    return KEY_CHARACTER;
}

static enum key after_escape(struct keys *keys, uint8_t byte)
{
    if (byte < 0x20)
        return ground(keys, byte);
    keys->state = byte == '[' ? KEYS_SEQUENCE : byte == 'O' ? KEYS_SHIFT : KEYS_GROUND;
    keys->number = 0;
    keys->parameters = 0;
    keys->first = true;
    return KEY_NONE;
}

static enum key final_letter(uint8_t byte)
{
    switch (byte) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'F':
        return KEY_END;
    case 'H':
        return KEY_HOME;
    }
    return KEY_NONE;
}

/* ESC [ number ~, as the VT220 and its followers send them. */
static enum key numbered(uint8_t number)
{
    switch (number) {
    case 1:
    case 7:
        return KEY_HOME;
    case 3:
        return KEY_DELETE;
    case 4:
    case 8:
        return KEY_END;
    }
    return KEY_NONE;
}

static void parameter(struct keys *keys, uint8_t byte)
{
    if (byte < '0' || byte > '9')
        keys->first = false;
    else if (keys->first && keys->number < 10)
        keys->number = (uint8_t)(keys->number * 10 + (byte - '0'));
    if (++keys->parameters == PARAMETERS_MAX)
        keys->state = KEYS_GROUND;
}

static enum key in_sequence(struct keys *keys, uint8_t byte)
{
    if (byte < 0x20 || byte >= RUBOUT)
        return ground(keys, byte);
    if (byte < 0x40) {
        parameter(keys, byte);
        return KEY_NONE;
    }
    keys->state = KEYS_GROUND;
    return byte == '~' ? numbered(keys->number) : final_letter(byte);
}

static enum key after_shift(struct keys *keys, uint8_t byte)
{
    if (byte < 0x20)
        return ground(keys, byte);
    keys->state = KEYS_GROUND;
    return final_letter(byte);
}

enum key keys_feed(struct keys *keys, uint8_t byte)
{
    switch (keys->state) {
    case KEYS_GROUND:
        break;
    case KEYS_CHARACTER:
        return in_character(keys, byte);
    case KEYS_ESCAPE:
        return after_escape(keys, byte);
    case KEYS_SEQUENCE:
        return in_sequence(keys, byte);
    case KEYS_SHIFT:
        return after_shift(keys, byte);
    }
    return ground(keys, byte);
}
