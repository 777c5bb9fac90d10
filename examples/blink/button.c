/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts how often a button is pressed. The GPIO controller interrupts, its server counts
 * and signals, and the signal is a message here. The server keeps what it counted, and
 * goes on with it when it was restarted: no press is lost with it.
 */
#include <inttypes.h>
#include <stdio.h>

#include <lib/server.h>
#include <service/gpio.h>
#include <service/result.h>

static uint64_t presses;

static struct answer ask(enum gpio_operation operation, uint64_t word)
{
    struct answer answer;

    do {
        answer = program_request(program_use("gpio"), operation, 1, &word);
    } while (answer.status == STATUS_PEER_DIED);
    return answer;
}

/* One signal may stand for several presses, or for none: the server has just started. */
static void on_signal(const struct startup_edge *edge)
{
    struct answer answer = ask(GPIO_CHANGES, 0);

    (void)edge;
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK || answer.word[0] == 0)
        return;
    presses += answer.word[0];
    printf("button: pressed %" PRIu64 " times\n", presses);
}

int main(void)
{
    static const struct server server = {.signal = on_signal};
    struct answer answer = ask(GPIO_WATCH, GPIO_BECOMES_ACTIVE);

    if (answer.status != STATUS_OK || answer.result != SERVICE_OK) {
        printf("button: there is no line that I may watch\n");
        return 1;
    }
    printf("button: press it\n");
    server_run(&server);
}
