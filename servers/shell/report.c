/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that show what is. Their form is stable: the first words of a line, and columns. */
#include <lib/string.h>
#include <service/log.h>
#include <service/result.h>

#include "commands.h"
#include "nearest.h"
#include "system.h"
#include "terminal.h"

#define NS_PER_MS      1000000u
#define LOG_CHUNKS_MAX 256 /* of one `log`: those that write all the time get no endless one */

bool say_no_control(void)
{
    out_string(&terminal, "This shell was not given a view of the system: its node in the tree "
                          "does not say system-control.\n");
    return false;
}

static const char *state_name(uint32_t state)
{
    static const char *const name[] = {
        [SERVER_RUNNING] = "running",   [SERVER_WAITING] = "waiting", [SERVER_STOPPED] = "stopped",
        [SERVER_DISABLED] = "disabled", [SERVER_FAILED] = "failed",
    };
    if (state >= sizeof(name) / sizeof(name[0]) || name[state] == NULL)
        return "unknown";
    return name[state];
}

#define NAME_COLUMNS  16
#define STATE_COLUMNS 9

static void print_column(uint64_t number, size_t width)
{
    out_string(&terminal, " ");
    out_right(&terminal, number, width - 1);
}

static void print_server(const struct init_server *server)
{
    out_left(&terminal, server->name, sizeof(server->name), NAME_COLUMNS);
    out_string(&terminal, " ");
    out_left(&terminal, state_name(server->state), STATE_COLUMNS, STATE_COLUMNS);
    print_column(server->restarts, 8);
    print_column(server->memory_used, 10);
    print_column(server->memory_quota, 10);
    print_column(program_ns_from_ticks(server->time_ticks) / NS_PER_MS, 8);
    print_column(server->priority, 5);
    if (server->why[0] != '\0') {
        out_string(&terminal, "  ");
        out_field(&terminal, server->why, sizeof(server->why));
    }
    out_string(&terminal, "\n");
}

bool command_ps(int words, char **word)
{
    struct init_server server;
    (void)words;
    (void)word;
    if (!system_is_given())
        return say_no_control();
    out_string(&terminal, "NAME             STATE    RESTARTS    MEMORY     QUOTA CPU(ms) PRIO\n");
    for (unsigned i = 0; system_server(i, &server); i++)
        print_server(&server);
    return true;
}

static void print_amount(const char *what, uint64_t bytes)
{
    out_sentence(&terminal, what, " ", NULL);
    out_number(&terminal, bytes);
    out_string(&terminal, "\n");
}

static bool ask_memory(struct init_memory *memory)
{
    struct answer answer = system_ask(INIT_MEMORY, 0);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return false;
    system_copy(memory, sizeof(*memory));
    return true;
}

bool command_mem(int words, char **word)
{
    struct init_memory memory;
    (void)words;
    (void)word;
    if (!ask_memory(&memory))
        return say_no_control();
    print_amount("ram", memory.ram);
    print_amount("kernel", memory.kernel);
    print_amount("init", memory.init);
    print_amount("servers", memory.servers);
    print_amount("free", memory.free);
    return true;
}

bool command_uptime(int words, char **word)
{
    (void)words;
    (void)word;
    out_string(&terminal, "up ");
    out_seconds(&terminal, program_ns_from_ticks(program_ticks()));
    out_string(&terminal, " s\n");
    return true;
}

static bool print_version(void)
{
    char text[128];
    struct answer answer = system_ask(INIT_VERSION, 0);
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return say_no_control();
    size_t size = answer.word[0] < sizeof(text) ? answer.word[0] : sizeof(text);
    out_field(&terminal, text, system_copy(text, size));
    out_string(&terminal, "\n");
    return true;
}

bool command_version(int words, char **word)
{
    struct init_memory memory;
    (void)words;
    (void)word;
    if (!print_version() || !ask_memory(&memory))
        return false;
    out_number(&terminal, memory.cores_running);
    out_string(&terminal, " of ");
    out_number(&terminal, memory.cores);
    out_string(&terminal, " cores run, the timer counts ");
    out_number(&terminal, memory.timer_frequency);
    out_string(&terminal, " Hz\n");
    return true;
}

/* One piece of the log; *position becomes where the next begins. */
static bool print_log(const struct startup_edge *log, const char *name, uint64_t *position)
{
    char *area = (char *)(uintptr_t)(log->buffer + log->buffer_bytes / 2);
    uint64_t word[2] = {strlen(name), *position};
    memcpy(area, name, word[0]);
    struct answer answer = program_request(log, LOG_READ, 2, word);
    if (answer.status == STATUS_PEER_DIED)
        answer = program_request(log, LOG_READ, 2, word);
    if (answer.status != STATUS_OK) {
        out_string(&terminal, "The log server does not run.\n");
        return false;
    }
    if (answer.result != SERVICE_OK) {
        out_sentence(&terminal, "Nobody called '", name, "' has a log.\n", NULL);
        return false;
    }
    size_t limit = log->buffer_bytes / 2;
    out_bytes(&terminal, area, answer.word[0] < limit ? answer.word[0] : limit);
    *position = answer.word[1];
    return true;
}

bool command_log(int words, char **word)
{
    const struct startup_edge *log = program_use("log");
    const char *name = words == 2 ? word[1] : "";
    uint64_t position = 0;
    if (log == NULL || log->buffer == 0) {
        out_string(&terminal, "This shell has no use named log in the tree.\n");
        return false;
    }
    if (strlen(name) >= STARTUP_NAME_BYTES) {
        out_string(&terminal, "No server has so long a name.\n");
        return false;
    }
    for (unsigned i = 0; i < LOG_CHUNKS_MAX; i++) {
        if (!print_log(log, name, &position))
            return false;
        if (position == 0)
            break;
    }
    return true;
}
