/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blinks a LED. Which one, and on which pin, the device tree says: this program's node
 * matches the LED's, whose `gpios` is its edge to the GPIO controller's server, good for
 * that line and no other.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <lib/program.h>
#include <service/gpio.h>
#include <service/result.h>

#define DEFAULT_PERIOD_MS 1000
#define NS_PER_MS         1000000L
#define MS_PER_SECOND     1000

/* Asks again if the controller's server died meanwhile: nothing here does harm twice. */
static bool ask(enum gpio_operation operation, uint64_t word)
{
    struct answer answer;

    do {
        answer = program_request(program_use("gpio"), operation, 1, &word);
    } while (answer.status == STATUS_PEER_DIED);
    return answer.status == STATUS_OK && answer.result == SERVICE_OK;
}

static void wait_ms(uint32_t ms)
{
    const struct timespec time = {.tv_sec = ms / MS_PER_SECOND,
                                  .tv_nsec = ms % MS_PER_SECOND * NS_PER_MS};

    nanosleep(&time, NULL);
}

int main(void)
{
    uint32_t period = program_config_cell("period-ms", DEFAULT_PERIOD_MS);

    if (!ask(GPIO_DIRECTION, GPIO_OUTPUT_INACTIVE)) {
        printf("led: there is no line that I may drive\n");
        return 1;
    }
    printf("led: on and off every %u ms\n", (unsigned)period);
    for (unsigned on = 1; ask(GPIO_SET, on); on ^= 1)
        wait_ms(period / 2);
    printf("led: the line is not mine any more\n");
    return 1;
}
