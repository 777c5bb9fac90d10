/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says the temperature once: `start thermometer` at the prompt says it again. It knows a
 * protocol, and neither the sensor nor the bus that it is on.
 */
#include <inttypes.h>
#include <stdio.h>

#include <lib/program.h>
#include <service/result.h>
#include <service/temperature.h>

#define MILLI 1000

/* Asks again if the sensor's driver died meanwhile: reading twice does no harm. */
static struct answer ask(void)
{
    struct answer answer;

    do {
        answer = program_request(program_use("sensor"), TEMPERATURE_READ, 0, NULL);
    } while (answer.status == STATUS_PEER_DIED);
    return answer;
}

int main(void)
{
    struct answer answer = ask();
    int64_t milli = (int64_t)answer.word[0];
    int64_t size = milli < 0 ? -milli : milli;

    if (answer.status != STATUS_OK || answer.result != SERVICE_OK) {
        printf("thermometer: the sensor does not answer\n");
        return 1;
    }
    printf("thermometer: %s%" PRId64 ".%03" PRId64 " degrees\n", milli < 0 ? "-" : "", size / MILLI,
           size % MILLI);
    return 0;
}
