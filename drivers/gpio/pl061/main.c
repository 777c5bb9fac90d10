/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL061 behind the GPIO protocol: the table that lib/gpio_server.h asks for. */
#include <lib/gpio_server.h>
#include <lib/program.h>

#include "pl061.h"

static struct pl061 gpio;

static void input(unsigned line)
{
    pl061_input(&gpio, line);
}

static void output(unsigned line, unsigned level)
{
    pl061_output(&gpio, line, level);
}

static bool is_output(unsigned line)
{
    return pl061_is_output(&gpio, line);
}

static unsigned level(unsigned line)
{
    return pl061_level(&gpio, line);
}

static void set(unsigned line, unsigned to)
{
    pl061_set(&gpio, line, to);
}

static void watch(unsigned line, unsigned changes)
{
    pl061_watch(&gpio, line, changes);
}

static uint64_t changed(void)
{
    return pl061_changed(&gpio);
}

static void forget(uint64_t lines)
{
    pl061_forget(&gpio, lines);
}

int main(void)
{
    static const struct gpio_controller controller = {.lines = PL061_LINES,
                                                      .input = input,
                                                      .output = output,
                                                      .is_output = is_output,
                                                      .level = level,
                                                      .set = set,
                                                      .watch = watch,
                                                      .changed = changed,
                                                      .forget = forget};
    size_t bytes = 0;

    gpio.base = program_registers(0, &bytes);
    if (gpio.base == NULL || bytes < PL061_REGISTER_BYTES) {
        program_log("no registers of a PL061: %lu bytes, not %u", (unsigned long)bytes,
                    PL061_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    gpio_server_run(&controller);
}
