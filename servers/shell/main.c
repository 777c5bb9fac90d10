/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell: reads lines from the console and does what they say. An active program
 * that keeps nothing: whoever dies, it is back at its prompt.
 */
#include <lib/program.h>

#include "commands.h"
#include "terminal.h"

#define PROMPT "thole> "

int main(void)
{
    static char line[TERMINAL_LINE_BYTES];
    if (!terminal_start())
        return 1;
    if (program_startup()->incarnation == 0)
        out_string(&terminal, "This is Thole. Type help for what can be done here.\n");
    else
        out_string(&terminal, "The shell was restarted.\n");
    for (;;) {
        terminal_read(PROMPT, line);
        commands_run(line);
    }
}
