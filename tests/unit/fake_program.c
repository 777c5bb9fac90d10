/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's functions as records; see fake_program.h. */
#include "fake_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <service/result.h>

struct fake fake;
static jmp_buf loop;

void fake_reset(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.startup.magic = STARTUP_MAGIC;
    fake.now = 1;
    fake.slots = 16;
}

struct startup_edge *fake_edge(uint32_t kind, const char *name, void *buffer, size_t bytes)
{
    unsigned index = fake.startup.edge_count++;
    struct startup_edge *edge = &fake.startup.edge[index];
    strncpy(edge->name, name, STARTUP_NAME_BYTES - 1);
    edge->kind = kind;
    edge->bit = STARTUP_EDGE_BIT + index;
    edge->badge = index + 1;
    edge->buffer = (uintptr_t)buffer;
    edge->buffer_bytes = bytes;
    return edge;
}

int fake_start(int (*program)(void))
{
    fake.server = NULL;
    if (setjmp(loop) == 0)
        return program();
    if (fake.server->start != NULL)
        fake.server->start();
    return -1;
}

_Noreturn void server_run(const struct server *server)
{
    fake.server = server;
    longjmp(loop, 1);
}

uint32_t fake_request(const struct startup_edge *client, uint32_t operation, uint64_t word[6])
{
    struct request request = {.client = client, .operation = operation};
    memcpy(request.word, word, sizeof(request.word));
    fake.reserved = 0;
    if (operation >= fake.server->operations || fake.server->operation[operation] == NULL)
        return SERVICE_BAD_REQUEST;
    uint32_t result = fake.server->operation[operation](&request);
    if (result == SERVER_LATER)
        assert_int_not_equal(fake.reserved, 0);
    else if (fake.reserved != 0)
        fake.slots++;
    memcpy(word, request.word, sizeof(request.word));
    return result;
}

void fake_signal(const struct startup_edge *edge)
{
    fake.server->signal(edge);
}

unsigned server_set_aside(void)
{
    static unsigned number = 100;
    if (fake.slots == 0)
        return 0;
    fake.slots--;
    fake.reserved = ++number;
    return fake.reserved;
}

void server_answer(unsigned reply, uint32_t result, unsigned words, const uint64_t *word)
{
    assert_true(fake.answers < FAKE_ANSWERS);
    struct fake_answer *answer = &fake.answer[fake.answers++];
    *answer = (struct fake_answer){.reply = reply, .result = result, .words = words};
    for (unsigned i = 0; i < words; i++)
        answer->word[i] = word[i];
    if (fake.on_answer != NULL)
        fake.on_answer();
    fake.slots++;
}

const struct startup *program_startup(void)
{
    return &fake.startup;
}

const struct startup_edge *program_use(const char *name)
{
    for (unsigned i = 0; i < fake.startup.edge_count; i++) {
        const struct startup_edge *edge = &fake.startup.edge[i];
        if (edge->kind == EDGE_USE && strcmp(edge->name, name) == 0)
            return edge;
    }
    return NULL;
}

void program_signal(const struct startup_edge *edge)
{
    fake.signals[edge - fake.startup.edge]++;
}

volatile void *program_registers(unsigned index, size_t *bytes)
{
    static uint32_t registers[1024];
    *bytes = fake.registers;
    return index == 0 && fake.registers > 0 ? registers : NULL;
}

void *program_dma(size_t *bytes)
{
    if (bytes != NULL)
        *bytes = fake.startup.dma.bytes;
    return (void *)(uintptr_t)fake.startup.dma.address;
}

uint64_t program_dma_bus(const volatile void *at)
{
    return fake.startup.dma.bus + ((uintptr_t)at - fake.startup.dma.address);
}

void program_dma_barrier(void)
{
    __asm__ volatile("" ::: "memory");
}

uint32_t program_config_cell(const char *name, uint32_t otherwise)
{
    for (unsigned i = 0; i < FAKE_CONFIG && fake.config[i].name != NULL; i++)
        if (strcmp(name, fake.config[i].name) == 0)
            return fake.config[i].value;
    uint32_t said = strcmp(name, "period-ms") == 0 ? fake.period_ms
                    : strcmp(name, "seconds") == 0 ? fake.seconds
                                                   : 0;
    return said > 0 ? said : otherwise;
}

uint64_t program_ticks(void)
{
    return fake.now;
}

uint64_t program_ticks_from_ns(uint64_t ns)
{
    return ns;
}

uint64_t program_ns_from_ticks(uint64_t ticks)
{
    return ticks;
}

void program_timer_arm(uint64_t deadline)
{
    fake.armed = deadline;
}

void program_timer_disarm(void)
{
    fake.armed = 0;
}

void program_log(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fake.log, sizeof(fake.log), format, arguments);
    va_end(arguments);
    fake.logs++;
}
