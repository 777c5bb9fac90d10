/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to the firmware as they lie in memory: channel 8, "property tags", of the
 * firmware's public notes. A question is a few tags, each with a value of eight bytes;
 * the firmware writes its answers over them. What it wrote is copied once and then
 * looked at; no length of its own is ever followed.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define PROPERTY_CHANNEL 8u
#define PROPERTY_TAGS    3u   /* of a question, at most */
#define PROPERTY_BYTES   128u /* of memory for a question, and its alignment */

enum property_tag_id {
    TAG_FIRMWARE_REVISION = 0x00000001,
    TAG_BOARD_REVISION = 0x00010002,
    TAG_BOARD_MAC_ADDRESS = 0x00010003,
    TAG_BOARD_SERIAL = 0x00010004,
    TAG_ARM_MEMORY = 0x00010005,
    TAG_CLOCK_RATE = 0x00030002,
    TAG_MAX_CLOCK_RATE = 0x00030004,
    TAG_TEMPERATURE = 0x00030006,
    TAG_MIN_CLOCK_RATE = 0x00030007,
    TAG_MAX_TEMPERATURE = 0x0003000a,
};

struct property_tag {
    uint32_t id;    /* enum property_tag_id; 0: no more */
    uint32_t needs; /* bytes of an answer that is one */
};

struct property_question {
    struct property_tag tag[PROPERTY_TAGS];
};

enum property_state {
    PROPERTY_UNANSWERED, /* the firmware has not come to it */
    PROPERTY_ANSWERED,
    PROPERTY_REFUSED, /* the firmware does not know, or what it says is no answer */
};

/* Writes the question; the first word of each value is `argument`. */
void property_ask(volatile uint32_t *memory, const struct property_question *question,
                  uint32_t argument);
/* Both words of each tag's value; set with PROPERTY_ANSWERED only. */
enum property_state property_answer(const volatile uint32_t *memory,
                                    const struct property_question *question,
                                    uint32_t value[PROPERTY_TAGS][2]);
