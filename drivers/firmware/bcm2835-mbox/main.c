/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailbox's protocol, include/service/firmware.h. One question is with the firmware
 * at a time; who asks meanwhile waits in line. Nobody spins: the answer interrupts, and
 * a timer ends the wait for a firmware that does not answer, or has no room.
 *
 * Questions lie in memory that the firmware reads and writes (`dma-kib`), each in
 * another place than the one before: an answer that comes too late, to us or to the
 * driver before us, is written where nobody looks, and its message is not ours.
 */
#include <lib/server.h>
#include <service/firmware.h>
#include <service/result.h>

#include "mbox.h"
#include "property.h"

#define NS_PER_MS        1000000u
#define ANSWER_MS        1000u
#define ROOM_MS          5u /* between two looks whether the firmware has room */
#define WAITERS          8u
#define PLACES_MAX       32u
#define MESSAGES_AT_ONCE 16u
#define MAC_BYTES        6u

struct waiter {
    unsigned reply;
    uint32_t operation;
    uint32_t argument;
};

static struct state {
    struct mbox mbox;
    volatile uint32_t *memory;
    unsigned places, place;
    struct waiter waiter[WAITERS]; /* the first one's question is being asked */
    unsigned first, waiters;
    uint64_t deadline;
    bool sent;
    bool failed; /* the last question, which the log knows */
} state;

static const struct property_question questions[] = {
    [FIRMWARE_REVISION] = {{{TAG_FIRMWARE_REVISION, 4}}},
    [FIRMWARE_BOARD] = {{{TAG_BOARD_REVISION, 4}, {TAG_BOARD_SERIAL, 8}}},
    [FIRMWARE_MEMORY] = {{{TAG_ARM_MEMORY, 8}}},
    [FIRMWARE_TEMPERATURE] = {{{TAG_TEMPERATURE, 8}, {TAG_MAX_TEMPERATURE, 8}}},
    [FIRMWARE_CLOCK] = {{{TAG_CLOCK_RATE, 8}, {TAG_MIN_CLOCK_RATE, 8}, {TAG_MAX_CLOCK_RATE, 8}}},
    [FIRMWARE_MAC] = {{{TAG_BOARD_MAC_ADDRESS, MAC_BYTES}}},
};

/* --- What an answer means ------------------------------------------------------------- */

struct reading {
    uint32_t result;
    unsigned words;
    uint64_t word[3];
};

/* Both words of a value of eight bytes as one number. */
static uint64_t whole(const uint32_t value[2])
{
    return (uint64_t)value[1] << 32 | value[0];
}

/* The address's bytes lie in their order; the first shall be the highest. */
static uint64_t mac_of(const uint32_t value[2])
{
    uint64_t bytes = whole(value), mac = 0;
    for (unsigned i = 0; i < MAC_BYTES; i++)
        mac = mac << 8 | (bytes >> 8 * i & 0xff);
    return mac;
}

/* Each tag's value is what was asked for, again, and then a number. */
static struct reading numbers_of(const struct waiter *waiter, unsigned words,
                                 uint32_t value[PROPERTY_TAGS][2])
{
    struct reading reading = {.result = SERVICE_OK, .words = words};
    for (unsigned i = 0; i < words; i++) {
        if (value[i][0] != waiter->argument)
            return (struct reading){.result = SERVICE_FAILED};
        reading.word[i] = value[i][1];
    }
    return reading;
}

static struct reading reading_of(const struct waiter *waiter, uint32_t value[PROPERTY_TAGS][2])
{
    struct reading reading = {.result = SERVICE_OK, .words = 1, .word = {value[0][0]}};
    switch (waiter->operation) {
    case FIRMWARE_BOARD:
        reading.words = 2;
        reading.word[1] = whole(value[1]);
        break;
    case FIRMWARE_MEMORY:
        reading.words = 2;
        reading.word[1] = value[0][1];
        break;
    case FIRMWARE_TEMPERATURE:
        return numbers_of(waiter, 2, value);
    case FIRMWARE_CLOCK:
        reading = numbers_of(waiter, 3, value);
        if (reading.result == SERVICE_OK && reading.word[0] == 0 && reading.word[2] == 0)
            return (struct reading){.result = SERVICE_NOT_FOUND};
        break;
    case FIRMWARE_MAC:
        reading.word[0] = mac_of(value[0]);
        break;
    default:
        break;
    }
    return reading;
}

/* --- One question at a time -------------------------------------------------------------- */

static uint64_t ticks_of_ms(uint64_t ms)
{
    return program_ticks_from_ns(ms * NS_PER_MS);
}

static volatile uint32_t *place_of_question(void)
{
    return state.memory + state.place * (PROPERTY_BYTES / sizeof(uint32_t));
}

static uint32_t message_of_question(void)
{
    return (uint32_t)program_dma_bus(place_of_question()) | PROPERTY_CHANNEL;
}

static void send_if_room(void)
{
    uint64_t next = program_ticks() + ticks_of_ms(ROOM_MS);
    if (mbox_can_send(&state.mbox)) {
        program_dma_barrier();
        mbox_send(&state.mbox, message_of_question());
        state.sent = true;
    }
    program_timer_arm(state.sent || next > state.deadline ? state.deadline : next);
}

static void begin(void)
{
    const struct waiter *waiter = &state.waiter[state.first];
    state.place = (state.place + 1) % state.places;
    state.deadline = program_ticks() + ticks_of_ms(ANSWER_MS);
    state.sent = false;
    property_ask(place_of_question(), &questions[waiter->operation], waiter->argument);
    send_if_room();
}

static void report(const struct waiter *waiter, uint32_t result)
{
    bool failed = result == SERVICE_FAILED;
    if (failed && !state.failed)
        program_log("the firmware gives no answer to question %u", waiter->operation);
    state.failed = failed;
}

static void finish(const struct reading *reading)
{
    const struct waiter *waiter = &state.waiter[state.first];
    report(waiter, reading->result);
    server_answer(waiter->reply, reading->result, reading->words, reading->word);
    state.first = (state.first + 1) % WAITERS;
    state.waiters--;
    if (state.waiters > 0)
        begin();
    else
        program_timer_disarm();
}

static void finish_failed(void)
{
    finish(&(struct reading){.result = SERVICE_FAILED});
}

/* A message may also be about an earlier question in the same place: then there is no answer yet. */
static void look_at_answer(void)
{
    const struct waiter *waiter = &state.waiter[state.first];
    uint32_t value[PROPERTY_TAGS][2] = {{0}};
    program_dma_barrier();
    switch (property_answer(place_of_question(), &questions[waiter->operation], value)) {
    case PROPERTY_UNANSWERED:
        return;
    case PROPERTY_REFUSED:
        finish_failed();
        return;
    case PROPERTY_ANSWERED:
        break;
    }
    struct reading reading = reading_of(waiter, value);
    finish(&reading);
}

/* What is left after so many messages interrupts again. */
static void take_messages(void)
{
    uint32_t message;
    for (unsigned i = 0; i < MESSAGES_AT_ONCE && mbox_receive(&state.mbox, &message); i++)
        if (state.waiters > 0 && message == message_of_question())
            look_at_answer();
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    take_messages();
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline;
    take_messages();
    if (state.waiters == 0)
        return;
    if (now >= state.deadline)
        finish_failed();
    else if (!state.sent)
        send_if_room();
    else
        program_timer_arm(state.deadline);
}

/* --- Requests ----------------------------------------------------------------------------- */

static uint32_t ask(const struct request *request, uint32_t argument)
{
    unsigned reply = state.waiters < WAITERS ? server_set_aside() : 0;
    if (reply == 0)
        return SERVICE_BUSY;
    state.waiter[(state.first + state.waiters) % WAITERS] =
        (struct waiter){reply, request->operation, argument};
    state.waiters++;
    if (state.waiters == 1)
        begin();
    return SERVER_LATER;
}

static uint32_t op_simple(struct request *request)
{
    return ask(request, 0);
}

static uint32_t op_clock(struct request *request)
{
    uint64_t number = request->word[0];
    if (number == 0 || number > UINT32_MAX)
        return SERVICE_NOT_FOUND;
    return ask(request, (uint32_t)number);
}

static bool find_device(void)
{
    size_t bytes = 0;
    state.mbox.base = program_registers(0, &bytes);
    if (state.mbox.base != NULL && bytes >= MBOX_REGISTER_BYTES)
        return true;
    program_log("no registers of a mailbox: %lu bytes, not %u", (unsigned long)bytes,
                MBOX_REGISTER_BYTES);
    return false;
}

/* A message has 28 bits for an address, of which the lowest four bits are 0. */
static bool find_memory(void)
{
    size_t bytes = 0;
    state.memory = program_dma(&bytes);
    if (state.memory == NULL || bytes < 2 * PROPERTY_BYTES) {
        program_log("no memory for questions: %lu bytes of dma-kib", (unsigned long)bytes);
        return false;
    }
    if (program_dma_bus(state.memory) % PROPERTY_BYTES != 0 ||
        program_dma_bus((const uint8_t *)state.memory + bytes - 1) > UINT32_MAX) {
        program_log("memory that no message can name: %lx",
                    (unsigned long)program_dma_bus(state.memory));
        return false;
    }
    state.places = bytes / PROPERTY_BYTES < PLACES_MAX ? bytes / PROPERTY_BYTES : PLACES_MAX;
    return true;
}

int main(void)
{
    static const server_operation operation[] = {
        [FIRMWARE_REVISION] = op_simple, [FIRMWARE_BOARD] = op_simple,
        [FIRMWARE_MEMORY] = op_simple,   [FIRMWARE_TEMPERATURE] = op_simple,
        [FIRMWARE_CLOCK] = op_clock,     [FIRMWARE_MAC] = op_simple};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .timer = on_timer};
    state = (struct state){.waiters = 0};
    if (!find_device() || !find_memory())
        return PROGRAM_EXIT_FOR_GOOD;
    mbox_start(&state.mbox);
    server_run(&server);
}
