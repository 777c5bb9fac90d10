/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what date it is, and again a second later, for which it waits by the clock's own
 * alarm. With `set = <SECONDS>` in its configuration it sets the clock first.
 */
#include <stdio.h>
#include <time.h>

#include <lib/program.h>
#include <service/realtime.h>
#include <service/result.h>

/* Asks again if the driver died meanwhile: no question here does harm twice. */
static bool ask(uint32_t operation, uint64_t seconds, struct answer *answer)
{
    do {
        *answer = program_request(program_use("date"), operation, 1, &seconds);
    } while (answer->status == STATUS_PEER_DIED);
    return answer->status == STATUS_OK && answer->result == SERVICE_OK;
}

static void say(const struct answer *answer)
{
    time_t seconds = (time_t)answer->word[0];
    char text[32];

    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&seconds));
    printf("date: %s\n", text);
}

int main(void)
{
    uint32_t set = program_config_cell("set", 0);
    struct answer answer;

    if (set != 0 && !ask(REALTIME_SET, set, &answer)) {
        printf("date: the clock cannot be set\n");
        return 1;
    }
    if (!ask(REALTIME_GET, 0, &answer)) {
        printf("date: there is no clock\n");
        return 1;
    }
    say(&answer);
    if (!ask(REALTIME_WAIT, answer.word[0] + 1, &answer)) {
        printf("date: the clock does not wake anybody\n");
        return 1;
    }
    say(&answer);
    return 0;
}
