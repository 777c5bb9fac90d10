/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server whose second operation never ends: it spins on the time of who called
 * it. The first does nothing, well.
 */
#include <lib/server.h>
#include <service/result.h>

static uint32_t op_nothing(struct request *request)
{
    (void)request;
    return SERVICE_OK;
}

static _Noreturn void spin(void)
{
    for (;;)
        __asm__ volatile("");
}

static uint32_t op_spin(struct request *request)
{
    (void)request;
    spin();
}

int main(void)
{
    static const server_operation operation[] = {[1] = op_nothing, [2] = op_spin};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation)};
    server_run(&server);
}
