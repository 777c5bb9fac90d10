/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout: size of all in bytes, code, tags, a tag 0. A tag: id, bytes of value, code, value. */
#include "property.h"

#define HEADER_WORDS 2u
#define TAG_WORDS    5u
#define ALL_WORDS    (HEADER_WORDS + PROPERTY_TAGS * TAG_WORDS + 1)
#define VALUE_BYTES  8u

#define CODE_REQUEST  0u
#define CODE_ANSWERED 0x80000000u

/* In a tag's code: it was answered; the rest is the bytes of the answer, also of one cut off. */
#define TAG_ANSWERED (1u << 31)

_Static_assert(ALL_WORDS * sizeof(uint32_t) <= PROPERTY_BYTES, "a question has room");

enum {
    TAG_ID,
    TAG_BYTES,
    TAG_CODE,
    TAG_VALUE
};

static unsigned tag_count(const struct property_question *question)
{
    unsigned count = 0;
    while (count < PROPERTY_TAGS && question->tag[count].id != 0)
        count++;
    return count;
}

void property_ask(volatile uint32_t *memory, const struct property_question *question,
                  uint32_t argument)
{
    unsigned count = tag_count(question);
    for (unsigned i = 0; i < count; i++) {
        volatile uint32_t *tag = &memory[HEADER_WORDS + i * TAG_WORDS];
        tag[TAG_ID] = question->tag[i].id;
        tag[TAG_BYTES] = VALUE_BYTES;
        tag[TAG_CODE] = CODE_REQUEST;
        tag[TAG_VALUE] = argument;
        tag[TAG_VALUE + 1] = 0;
    }
    memory[HEADER_WORDS + count * TAG_WORDS] = 0;
    memory[0] = (HEADER_WORDS + count * TAG_WORDS + 1) * sizeof(uint32_t);
    memory[1] = CODE_REQUEST;
}

static bool is_answered(const uint32_t *tag, const struct property_tag *asked)
{
    return tag[TAG_ID] == asked->id && tag[TAG_CODE] & TAG_ANSWERED &&
           (tag[TAG_CODE] & ~TAG_ANSWERED) >= asked->needs;
}

enum property_state property_answer(const volatile uint32_t *memory,
                                    const struct property_question *question,
                                    uint32_t value[PROPERTY_TAGS][2])
{
    uint32_t copy[ALL_WORDS];
    for (unsigned i = 0; i < ALL_WORDS; i++)
        copy[i] = memory[i];
    if (copy[1] == CODE_REQUEST)
        return PROPERTY_UNANSWERED;
    if (copy[1] != CODE_ANSWERED)
        return PROPERTY_REFUSED;
    for (unsigned i = 0; i < tag_count(question); i++) {
        const uint32_t *tag = &copy[HEADER_WORDS + i * TAG_WORDS];
        if (!is_answered(tag, &question->tag[i]))
            return PROPERTY_REFUSED;
        value[i][0] = tag[TAG_VALUE];
        value[i][1] = tag[TAG_VALUE + 1];
    }
    return PROPERTY_ANSWERED;
}
