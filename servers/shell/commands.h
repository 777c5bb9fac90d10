/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's commands. Each gets its words, of which word[0] is its name, in a
 * number that the table permits, writes to the terminal, and answers whether it did
 * what it was asked.
 */
#pragma once
#include <stdbool.h>

/* One line: commands with ';' between them; false: one of them failed. */
bool commands_run(char *line);

/* control.c */
bool command_start(int words, char **word);
bool command_stop(int words, char **word);
bool command_restart(int words, char **word);
bool command_kill(int words, char **word);
bool command_poweroff(int words, char **word);
bool command_reset(int words, char **word);

/* report.c */
bool command_ps(int words, char **word);
bool command_mem(int words, char **word);
bool command_log(int words, char **word);
bool command_uptime(int words, char **word);
bool command_version(int words, char **word);

/* This shell may not look at the system. False. */
bool say_no_control(void);
/* Init knows no server of that name, and perhaps it was a slip. False. */
bool say_no_server(const char *name);

/* inspect.c */
bool command_caps(int words, char **word);
bool command_threads(int words, char **word);

/* top.c */
bool command_top(int words, char **word);

/* trace.c */
bool command_trace(int words, char **word);

/* hardware.c */
bool command_tree(int words, char **word);
