/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of the tutorial's driver: says the time, waits two seconds by the
 * device's own alarm, and says it again.
 */
#include <stdio.h>
#include <time.h>

#include <lib/program.h>
#include <service/result.h>

#include "rtc.h"

/* Asks again if the driver died meanwhile: no question here does harm twice. */
static bool ask(enum rtc_operation operation, uint64_t word, uint64_t *seconds)
{
    struct answer answer;

    do {
        answer = program_request(program_use("rtc"), operation, 1, &word);
    } while (answer.status == STATUS_PEER_DIED);
    *seconds = answer.word[0];
    return answer.status == STATUS_OK && answer.result == SERVICE_OK;
}

static void say(uint64_t seconds)
{
    time_t time = (time_t)seconds;
    char text[32];

    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&time));
    printf("rtc: %s\n", text);
}

int main(void)
{
    uint64_t seconds;

    if (!ask(RTC_NOW, 0, &seconds)) {
        printf("rtc: there is no clock to ask\n");
        return 1;
    }
    say(seconds);
    if (!ask(RTC_WAIT, seconds + 2, &seconds)) {
        printf("rtc: the clock does not let me wait\n");
        return 1;
    }
    say(seconds);
    return 0;
}
