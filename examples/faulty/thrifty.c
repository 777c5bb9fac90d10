/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of `stuck`, its use named "server": several times over it is answered
 * well, and then has the server spin on its time. It goes on after each error.
 */
#include <lib/program.h>
#include <service/result.h>

#define ROUNDS      4
#define TRIES       1000
#define DO_NOTHING  1
#define SPIN        2

static bool is_answered(const struct startup_edge *server)
{
    for (unsigned try = 0; try < TRIES; try++) {
        struct answer answer = program_request(server, DO_NOTHING, 0, NULL);

        if (answer.status == STATUS_OK && answer.result == SERVICE_OK)
            return true;
    }
    return false;
}

int main(void)
{
    const struct startup_edge *server = program_use("server");
    unsigned answered = 0, died = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        answered += is_answered(server);
        died += program_request(server, SPIN, 0, NULL).status == STATUS_PEER_DIED;
    }
    answered += is_answered(server);
    program_log("thrifty: answered %u times, %u calls ended by the server's death", answered, died);
    return 0;
}
