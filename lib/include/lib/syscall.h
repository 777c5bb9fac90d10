/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls as functions. A struct message is both what goes in and what
 * comes out; the status of the transport is the return value. Nothing here
 * touches memory but the struct: messages travel in registers.
 */
#pragma once
#include <thole/abi.h>
#include <thole/object.h>

struct message {
    uint64_t tag;
    uint64_t word[THOLE_MESSAGE_WORDS];
    uint64_t badge;  /* in: THOLE_SLOTS(reply, arrival); out: badge of what was received */
};

enum thole_status thole_call(unsigned slot, struct message *message);
enum thole_status thole_try_call(unsigned slot, struct message *message);
/* Answers what is owed with *message, then waits; *message is what arrived. */
enum thole_status thole_reply_recv(unsigned slot, struct message *message);
enum thole_status thole_recv(unsigned slot, struct message *message);
enum thole_status thole_try_recv(unsigned slot, struct message *message);
void thole_yield(void);
_Noreturn void thole_exit(uint64_t code);

/*
 * A call on a kernel object: operation `label` with up to five words; repeated
 * while the answer is MORE. Answers the result; if the slot holds nothing that
 * can be called, RESULT_BAD_SLOT.
 */
enum thole_result thole_invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word);
