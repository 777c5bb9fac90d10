/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the program was given, as the startup page says it. Init fills the page
 * and is trusted; counts are bounded all the same, so that a page of another
 * version cannot lead outside it.
 */
#include <lib/program.h>
#include <lib/syscall.h>
#include <service/init.h>
#include <service/result.h>

#include "config.h"

#define REQUEST_WORDS 5

const struct startup *program_startup(void)
{
    return (const struct startup *)(uintptr_t)PROGRAM_STARTUP;
}

static bool same_name(const char *field, const char *name)
{
    for (unsigned i = 0; i < STARTUP_NAME_BYTES; i++) {
        if (field[i] != name[i])
            return false;
        if (name[i] == '\0')
            return true;
    }
    return false;
}

static unsigned at_most(unsigned count, unsigned limit)
{
    return count < limit ? count : limit;
}

static unsigned edge_count(void)
{
    return at_most(program_startup()->edge_count, STARTUP_EDGE_MAX);
}

const struct startup_edge *program_use(const char *name)
{
    for (unsigned i = 0; i < edge_count(); i++) {
        const struct startup_edge *edge = &program_startup()->edge[i];

        if (edge->kind == EDGE_USE && same_name(edge->name, name))
            return edge;
    }
    return NULL;
}

const struct startup_edge *program_client(uint64_t badge)
{
    for (unsigned i = 0; i < edge_count(); i++) {
        const struct startup_edge *edge = &program_startup()->edge[i];

        if (edge->kind == EDGE_PROVIDE && edge->badge == badge)
            return edge;
    }
    return NULL;
}

const struct startup_edge *program_edge_of_bit(unsigned bit)
{
    for (unsigned i = 0; i < edge_count(); i++) {
        const struct startup_edge *edge = &program_startup()->edge[i];

        if (edge->bit == bit)
            return edge;
    }
    return NULL;
}

void program_signal(const struct startup_edge *edge)
{
    if (edge != NULL && edge->signal != SLOT_NONE) {
        /* A peer that is stopped needs no signal: its own start makes it look. */
        (void)thole_invoke(edge->signal, NOTIFICATION_SIGNAL, 0, NULL);
    }
}

volatile void *program_registers(unsigned index, size_t *bytes)
{
    const struct startup *startup = program_startup();

    if (index >= at_most(startup->region_count, STARTUP_REGION_MAX))
        return NULL;
    if (bytes != NULL)
        *bytes = startup->region[index].bytes;
    return (volatile void *)(uintptr_t)startup->region[index].address;
}

void *program_dma(size_t *bytes)
{
    const struct startup_dma *dma = &program_startup()->dma;

    if (bytes != NULL)
        *bytes = dma->bytes;
    return (void *)(uintptr_t)dma->address;
}

uint64_t program_dma_bus(const volatile void *at)
{
    const struct startup_dma *dma = &program_startup()->dma;

    return dma->bus + ((uintptr_t)at - dma->address);
}

const void *program_config(const char *name, uint32_t *bytes)
{
    const struct startup *startup = program_startup();

    return config_find(startup->config, at_most(startup->config_bytes, STARTUP_CONFIG_BYTES), name,
                       bytes);
}

uint32_t program_config_cell(const char *name, uint32_t otherwise)
{
    uint32_t bytes;
    const uint8_t *value = program_config(name, &bytes);

    return value != NULL && bytes >= sizeof(uint32_t) ? config_cell(value) : otherwise;
}

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *word)
{
    struct message message = {.tag = thole_tag(operation, at_most(words, REQUEST_WORDS))};
    struct answer answer = {.status = STATUS_BAD_CAPABILITY};

    for (unsigned i = 0; i < at_most(words, REQUEST_WORDS); i++)
        message.word[i] = word[i];
    if (use != NULL)
        answer.status = thole_call(use->endpoint, &message);
    if (answer.status == STATUS_OK) {
        answer.result = thole_tag_label(message.tag);
        for (unsigned i = 0; i < THOLE_MESSAGE_WORDS; i++)
            answer.word[i] = message.word[i];
    }
    return answer;
}

uint32_t program_peer(const struct startup_edge *edge)
{
    const struct startup_edge init = {.endpoint = SLOT_INIT};
    const uint64_t bit = edge->bit;
    struct answer answer = program_request(&init, INIT_PEER, 1, &bit);

    return answer.status == STATUS_OK && answer.result == SERVICE_OK ? (uint32_t)answer.word[0]
                                                                    : 0;
}
