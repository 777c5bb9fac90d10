/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL061 behind the GPIO protocol: the table that lib/gpio_server.h asks for. */
#include <lib/gpio_server.h>
#include <lib/program.h>

#include "pl061.h"

int main(void)
{
    static struct gpio_controller controller = {.lines = PL061_LINES,
                                                .input = pl061_input,
                                                .output = pl061_output,
                                                .is_output = pl061_is_output,
                                                .level = pl061_level,
                                                .set = pl061_set,
                                                .watch = pl061_watch,
                                                .changed = pl061_changed,
                                                .forget = pl061_forget};
    size_t bytes = 0;

    controller.device.base = program_registers(0, &bytes);
    if (controller.device.base == NULL || bytes < PL061_REGISTER_BYTES) {
        program_log("no registers of a PL061: %lu bytes, not %u", (unsigned long)bytes,
                    PL061_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    gpio_server_run(&controller);
}
