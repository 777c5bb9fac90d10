/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one process that a program sees: itself. A signal sent to it that nothing
 * handles, as abort's, ends it with the code that shells show for that.
 */
#include "glue.h"

#include <errno.h>

#include <lib/program.h>
#include <lib/syscall.h>

#define PROCESS          1
#define SIGNAL_EXIT_CODE 128 /* plus the signal's number */

_Noreturn void _exit(int code)
{
    output_flush();
    thole_exit((uint64_t)(int64_t)code);
}

pid_t _getpid(void)
{
    return PROCESS;
}

int _kill(pid_t process, int signal)
{
    if (process != PROCESS)
        return glue_fail(ESRCH);
    if (signal < 0 || signal >= NSIG)
        return glue_fail(EINVAL);
    if (signal == 0)
        return 0;
    _exit(SIGNAL_EXIT_CODE + signal);
}

pid_t _fork(void)
{
    return glue_fail(ENOSYS);
}

int _execve(const char *path, char *const *arguments, char *const *environment)
{
    (void)path, (void)arguments, (void)environment;
    return glue_fail(ENOSYS);
}

pid_t _wait(int *status)
{
    (void)status;
    return glue_fail(ECHILD);
}
