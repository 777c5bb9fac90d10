/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what is known of the board that it runs on: of the firmware, a thermometer, a
 * generator of random numbers, a watchdog. Each is a use that the node may leave out,
 * and each may have no hardware here: then a line says so, and the rest is told.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include <lib/program.h>
#include <service/firmware.h>
#include <service/random.h>
#include <service/result.h>
#include <service/temperature.h>
#include <service/watchdog.h>

#define CLOCK_OF_CORES 3u /* as the Raspberry Pi's firmware numbers them */
#define RANDOM_BYTES   16u
#define HZ_PER_MHZ     1000000u
#define BYTES_PER_MIB  (1u << 20)

/* Asks again if the server died meanwhile: no question here does harm twice. */
static bool ask(const char *use, uint32_t operation, uint64_t argument, struct answer *answer)
{
    do {
        *answer = program_request(program_use(use), operation, 1, &argument);
    } while (answer->status == STATUS_PEER_DIED);
    return answer->status == STATUS_OK && answer->result == SERVICE_OK;
}

static void say_missing(const char *what)
{
    printf("board: %s: not known\n", what);
}

static void say_board(void)
{
    struct answer answer;
    if (ask("firmware", FIRMWARE_BOARD, 0, &answer))
        printf("board: revision %" PRIx64 ", serial number %016" PRIx64 "\n", answer.word[0],
               answer.word[1]);
    else
        say_missing("revision");
    if (ask("firmware", FIRMWARE_REVISION, 0, &answer))
        printf("board: firmware %" PRIx64 "\n", answer.word[0]);
    else
        say_missing("firmware");
}

static void say_memory(void)
{
    struct answer answer;
    if (ask("firmware", FIRMWARE_MEMORY, 0, &answer))
        printf("board: memory %" PRIu64 " MiB from %" PRIx64 "\n", answer.word[1] / BYTES_PER_MIB,
               answer.word[0]);
    else
        say_missing("memory");
}

static void say_clock(void)
{
    struct answer answer;
    if (ask("firmware", FIRMWARE_CLOCK, CLOCK_OF_CORES, &answer))
        printf("board: clock %" PRIu64 " MHz, %" PRIu64 " to %" PRIu64 "\n",
               answer.word[0] / HZ_PER_MHZ, answer.word[1] / HZ_PER_MHZ,
               answer.word[2] / HZ_PER_MHZ);
    else
        say_missing("clock");
}

static void say_network_address(void)
{
    struct answer answer;
    if (!ask("firmware", FIRMWARE_MAC, 0, &answer)) {
        say_missing("network address");
        return;
    }
    printf("board: network address ");
    for (int shift = 40; shift >= 0; shift -= 8)
        printf("%02x%s", (unsigned)(answer.word[0] >> shift & 0xff), shift > 0 ? ":" : "\n");
}

static void say_degrees(const char *who, uint64_t word)
{
    int64_t thousandths = (int64_t)word;
    printf("board: %s: %s%" PRId64 ".%" PRId64 " degrees\n", who, thousandths < 0 ? "-" : "",
           (thousandths < 0 ? -thousandths : thousandths) / 1000,
           (thousandths < 0 ? -thousandths : thousandths) % 1000 / 100);
}

static void say_temperature(void)
{
    struct answer answer;
    if (ask("temperature", TEMPERATURE_READ, 0, &answer))
        say_degrees("temperature", answer.word[0]);
    else
        say_missing("temperature");
    if (ask("firmware", FIRMWARE_TEMPERATURE, 0, &answer)) {
        say_degrees("the firmware's temperature", answer.word[0]);
        say_degrees("the highest allowed", answer.word[1]);
    }
}

/* The answer is believed as far as the buffer goes. */
static void say_random(void)
{
    const struct startup_edge *use = program_use("random");
    struct answer answer;
    if (!ask("random", RANDOM_READ, RANDOM_BYTES, &answer) || answer.word[0] > RANDOM_BYTES) {
        say_missing("random bytes");
        return;
    }
    const volatile uint8_t *bytes = (const volatile uint8_t *)(uintptr_t)use->buffer;
    printf("board: random");
    for (uint64_t i = 0; i < answer.word[0]; i++)
        printf(" %02x", bytes[i]);
    printf("\n");
}

static void say_watchdog(void)
{
    struct answer answer;
    if (!ask("watchdog", WATCHDOG_STATE, 0, &answer)) {
        say_missing("watchdog");
        return;
    }
    if (answer.word[0])
        printf("board: watchdog runs, %" PRIu64 " ms left\n", answer.word[1]);
    else
        printf("board: watchdog does not run\n");
    printf("board: the last reset was %sa watchdog's\n", answer.word[2] ? "" : "not ");
}

int main(void)
{
    say_board();
    say_memory();
    say_clock();
    say_network_address();
    say_temperature();
    say_random();
    say_watchdog();
    return 0;
}
