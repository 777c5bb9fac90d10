/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Situations that take one thread: operations on kernel objects.
 */
#include "bench.h"

/* The cheapest that is a question: is anybody queued at this endpoint? */
void count_null_syscall(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct message message = {0};
        enum thole_status status;

        mark_null_syscall();
        status = thole_try_recv(endpoint, &message);
        mark_end();
        CHECK_EQUAL(status, STATUS_WOULD_WAIT);
    }
}

void count_map(void)
{
}

void count_objects(void)
{
}
