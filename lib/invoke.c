/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on kernel objects, for callers who want the result alone. The kernel
 * does long work a bounded step a call and answers MORE; the repeating is here.
 */
#include <lib/syscall.h>

#define INVOKE_WORDS 5

static enum thole_result invoke_once(unsigned slot, uint32_t label, unsigned words,
                                     const uint64_t *word)
{
    struct message message = {.tag = thole_tag(label, words)};

    for (unsigned i = 0; i < words; i++)
        message.word[i] = word[i];
    switch (thole_call(slot, &message)) {
    case STATUS_OK:
        return (enum thole_result)thole_tag_label(message.tag);
    case STATUS_NO_RIGHT:
        return RESULT_NO_RIGHT;
    default:
        return RESULT_BAD_SLOT;
    }
}

enum thole_result thole_invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word)
{
    enum thole_result result;

    if (words > INVOKE_WORDS)
        return RESULT_BAD_ARGUMENT;
    do {
        result = invoke_once(slot, label, words, word);
    } while (result == RESULT_MORE);
    return result;
}
