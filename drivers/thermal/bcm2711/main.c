/* SPDX-License-Identifier: BSD-2-Clause */
/* The thermometer's protocol, include/service/temperature.h. Nothing is kept. */
#include <lib/server.h>
#include <service/result.h>
#include <service/temperature.h>

#include "avs.h"

static struct avs avs;

static uint32_t op_read(struct request *request)
{
    int32_t thousandths;
    if (!avs_temperature(&avs, &thousandths))
        return SERVICE_FAILED;
    request->word[0] = (uint64_t)(int64_t)thousandths;
    request->words = 1;
    return SERVICE_OK;
}

int main(void)
{
    static const server_operation operation[] = {[TEMPERATURE_READ] = op_read};
    static const struct server server = {.operation = operation, .operations = COUNT_OF(operation)};
    size_t bytes = 0;
    avs.base = program_registers(0, &bytes);
    if (avs.base == NULL || bytes < AVS_REGISTER_BYTES) {
        program_log("no registers of an AVS monitor: %lu bytes, not %u", (unsigned long)bytes,
                    AVS_REGISTER_BYTES);
        return PROGRAM_EXIT_FOR_GOOD;
    }
    server_run(&server);
}
