/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows what the hardware's tree joins: a program that drives a bus, and one that
 * drives what is on it, are both this one. Every 100 ms it asks each server that its
 * device leads to what that sees at the edge, and says in its log whether it is what
 * itself sees there. It tells of its registers and its device's memory as well, and
 * when it is told to end the machine.
 */
#include <lib/server.h>
#include <service/result.h>

#define PERIOD_NS 100000000u

/* out: origin, cells, the first four of them. */
enum { EDGES_TELL = 1 };

static unsigned rounds, wrong;

static uint32_t op_tell(struct request *request)
{
    request->word[0] = request->client->origin;
    request->word[1] = request->client->cells;
    for (unsigned i = 0; i < STARTUP_EDGE_CELLS; i++)
        request->word[2 + i] = request->client->cell[i];
    request->words = 2 + STARTUP_EDGE_CELLS;
    return SERVICE_OK;
}

static bool is_same(const struct startup_edge *edge, const struct answer *answer)
{
    bool same = answer->status == STATUS_OK && answer->result == SERVICE_OK &&
                answer->word[0] == edge->origin && answer->word[1] == edge->cells;

    for (unsigned i = 0; i < STARTUP_EDGE_CELLS; i++)
        same = same && answer->word[2 + i] == edge->cell[i];
    return same;
}

static void ask(const struct startup_edge *edge)
{
    struct answer answer = program_request(edge, EDGES_TELL, 0, NULL);

    /* One that dies meanwhile, or is being restarted, sees nothing wrong. */
    if (answer.status == STATUS_PEER_DIED || answer.status == STATUS_PEER_STOPPED)
        return;
    wrong += !is_same(edge, &answer);
    rounds++;
    program_log("%s: %u answers, %u wrong; origin %u, cells %u: %u %u", edge->name, rounds, wrong,
                edge->origin, edge->cells, edge->cell[0], edge->cell[1]);
}

static void ask_all(void)
{
    const struct startup *startup = program_startup();

    for (unsigned i = 0; i < startup->edge_count; i++)
        if (startup->edge[i].kind == EDGE_USE && startup->edge[i].origin != EDGE_FROM_USES)
            ask(&startup->edge[i]);
    program_timer_arm(program_ticks() + program_ticks_from_ns(PERIOD_NS));
}

static void on_timer(uint64_t deadline, uint64_t now)
{
    (void)deadline, (void)now;
    ask_all();
}

static void on_power(bool reset)
{
    program_log("told to %s", reset ? "reset" : "switch off");
}

/* What the last incarnation left there, it finds. */
static void tell_dma(void)
{
    size_t bytes;
    volatile uint32_t *word = program_dma(&bytes);

    if (word == NULL)
        return;
    program_log("memory for the device: %lu bytes, bus 0x%lx, found %u", (unsigned long)bytes,
                (unsigned long)program_dma_bus(word), *word);
    *word += 1;
    program_dma_barrier();
}

static void on_start(void)
{
    size_t bytes;
    volatile uint32_t *registers = program_registers(0, &bytes);

    if (registers != NULL)
        program_log("registers: %lu bytes, the third word is %u", (unsigned long)bytes,
                    registers[2]);
    tell_dma();
    ask_all();
}

int main(void)
{
    static const server_operation operation[] = {[EDGES_TELL] = op_tell};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .timer = on_timer,
                                         .power = on_power,
                                         .start = on_start};

    server_run(&server);
}
