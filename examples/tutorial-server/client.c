/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of the tutorial's server: an ordinary C program with a use named
 * "gauge". It gives the gauge a few samples, says what came of it, and ends.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <lib/program.h>
#include <service/result.h>

#include "gauge.h"

static const struct startup_edge *gauge;

/* False, and a line that says why, if the gauge did not do it. */
static bool ask(enum gauge_operation operation, uint64_t word, struct answer *answer)
{
    *answer = program_request(gauge, operation, 1, &word);
    if (answer->status == STATUS_OK && answer->result == SERVICE_OK)
        return true;
    printf("gauge: operation %d: status %d, result %" PRIu32 "\n", (int)operation,
           (int)answer->status, answer->result);
    return false;
}

int main(void)
{
    static const uint64_t sample[] = {17, 4, 23};
    struct answer answer;

    gauge = program_use("gauge");
    if (gauge == NULL || gauge->buffer_bytes < sizeof(sample)) {
        printf("gauge: the tree gives no use of that name\n");
        return 1;
    }
    if (!ask(GAUGE_ADD, 42, &answer))
        return 1;
    memcpy((void *)(uintptr_t)gauge->buffer, sample, sizeof(sample));
    if (!ask(GAUGE_ADD_MANY, sizeof(sample) / sizeof(sample[0]), &answer))
        return 1;
    if (!ask(GAUGE_READ, 0, &answer))
        return 1;
    printf("gauge: %" PRIu64 " samples from %" PRIu64 " to %" PRIu64 "\n", answer.word[0],
           answer.word[1], answer.word[2]);
    return 0;
}
