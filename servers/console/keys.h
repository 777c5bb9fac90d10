/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of a terminal become keys: UTF-8 characters, control characters, escape
 * sequences. Any byte may come at any time: what is no key, such as a broken
 * sequence, is dropped, and the next key is understood again.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum key {
    KEY_NONE, /* nothing yet, or nothing at all */
    KEY_CHARACTER,
    KEY_ENTER,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_UP,
    KEY_DOWN,
    KEY_KILL_BEFORE,
    KEY_KILL_AFTER,
    KEY_KILL_WORD,
    KEY_CLEAR,
    KEY_CANCEL,
};

enum keys_state {
    KEYS_GROUND,
    KEYS_CHARACTER, /* in a UTF-8 character */
    KEYS_ESCAPE,    /* after ESC */
    KEYS_SEQUENCE,  /* after ESC [ */
    KEYS_SHIFT,     /* after ESC O */
};

struct keys {
    enum keys_state state;
    bool after_return;  /* a line feed now belongs to the end before it */
    uint8_t size;       /* bytes of the character so far ... */
    uint8_t wanted;     /* ... and in all */
    char character[4];  /* whole after KEY_CHARACTER */
    uint8_t number;     /* first parameter of an escape sequence */
    uint8_t parameters; /* bytes of parameters so far */
    bool first;         /* still in the first parameter */
};

enum key keys_feed(struct keys *keys, uint8_t byte);
