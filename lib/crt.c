/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the first instruction to main and from main to the end. Nothing is
 * cleared here: init gives every incarnation a pristine image.
 */
#include <lib/program.h>
#include <lib/syscall.h>

#include "crt.h"
#include "event.h"

int main(int argc, char **argv);

/* Made by program.ld. */
typedef void (*constructor)(void);
extern const constructor image_init_start[], image_init_end[];

static void startup_check(void)
{
    if (program_startup()->magic != STARTUP_MAGIC)
        thole_exit(PROGRAM_EXIT_BAD_STARTUP);
    if (program_startup()->abi != THOLE_ABI)
        thole_exit(PROGRAM_EXIT_WRONG_ABI);
}

static int main_call(void)
{
    static char name[STARTUP_NAME_BYTES];
    char *argv[] = {name, NULL};

    for (unsigned i = 0; i + 1 < sizeof(name); i++)
        name[i] = program_startup()->name[i];
    return main(1, argv);
}

_Noreturn void program_enter(enum thole_status status)
{
    int code;

    event_enter(status);
    startup_check();
    tls_install();
    guard_install();
    for (const constructor *init = image_init_start; init != image_init_end; init++)
        (*init)();
    code = main_call();
    if (program_end != NULL)
        program_end(code);
    thole_exit((uint64_t)(int64_t)code);
}
