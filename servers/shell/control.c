/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that change the running system: requests to init, and sentences for its answers. */
#include <lib/string.h>
#include <service/result.h>

#include "commands.h"
#include "nearest.h"
#include "system.h"
#include "terminal.h"

static const char *sentence_of(uint32_t result)
{
#define SERVICE_X(number, NAME, text) \
    case number:                      \
        return text;
    switch (result) {
        SERVICE_RESULTS(SERVICE_X)
    }
#undef SERVICE_X
    return "the answer is unknown";
}

bool say_no_server(const char *name)
{
    struct nearest nearest;
    struct init_server server;
    nearest_begin(&nearest, name);
    for (unsigned i = 0; system_server(i, &server); i++)
        nearest_offer(&nearest, server.name);
    out_sentence(&terminal, "There is no server '", name, "'. ", NULL);
    if (nearest_found(&nearest) != NULL)
        out_sentence(&terminal, "Did you mean '", nearest_found(&nearest), "'?\n", NULL);
    else
        out_string(&terminal, "Type 'ps' for those there are.\n");
    return false;
}

/* What init says about a server that it could not bring where it should be. */
static void say_failed(const char *name, uint32_t result)
{
    struct init_server server;
    const char *why = sentence_of(result);
    if (system_server_named(name, &server) && server.why[0] != '\0')
        why = server.why;
    out_sentence(&terminal, name, ": ", why, "\n", NULL);
}

/* A request about a server; `already` is the sentence for a state it has already. */
static bool control(enum init_operation operation, const char *name, const char *already)
{
    out_flush(&terminal);
    struct answer answer = system_ask_named(operation, name);
    if (answer.status != STATUS_OK) {
        out_string(&terminal, "This shell has no control of the system: its node in the tree does "
                              "not say system-control.\n");
        return false;
    }
    switch (answer.result) {
    case SERVICE_OK:
        return true;
    case SERVICE_NOT_FOUND:
        return say_no_server(name);
    case SERVICE_ALREADY:
        out_sentence(&terminal, name, already, "\n", NULL);
        return false;
    }
    if (answer.result == SERVICE_NOT_PERMITTED)
        out_sentence(&terminal, name, ": refused, and 'log init' says why.\n", NULL);
    else
        say_failed(name, answer.result);
    return false;
}

bool command_start(int words, char **word)
{
    (void)words;
    return control(INIT_START, word[1], " is started already.");
}

bool command_stop(int words, char **word)
{
    (void)words;
    return control(INIT_STOP, word[1], " is stopped already.");
}

bool command_restart(int words, char **word)
{
    (void)words;
    return control(INIT_RESTART, word[1], " is being restarted already.");
}

bool command_kill(int words, char **word)
{
    (void)words;
    return control(INIT_KILL, word[1], " is not running.");
}

static bool end(enum init_operation operation, const char *what)
{
    terminal_drain();
    struct answer answer = system_ask(operation, 0);
    if (answer.status == STATUS_OK && answer.result == SERVICE_OK) {
        out_sentence(&terminal, "The machine will be ", what, " by a driver.\n", NULL);
        return true;
    }
    out_sentence(&terminal, "The machine was not ", what, ": ",
                 answer.status == STATUS_OK ? sentence_of(answer.result)
                                            : "this shell has no control of the system",
                 ".\n", NULL);
    return false;
}

bool command_poweroff(int words, char **word)
{
    (void)words;
    (void)word;
    return end(INIT_POWER_OFF, "switched off");
}

bool command_reset(int words, char **word)
{
    (void)words;
    (void)word;
    return end(INIT_RESET, "reset");
}
