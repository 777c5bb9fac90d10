/* SPDX-License-Identifier: BSD-2-Clause */
/* Few clients in a plain array: looking at all of them is bounded and short. */
#include <lib/bus_queue.h>
#include <service/result.h>

static unsigned index_of(const struct startup_edge *client)
{
    return (unsigned)(client - program_startup()->edge);
}

/* Nobody waits for that answer; giving it frees its slot. */
static void abandon(struct bus_request *request)
{
    if (request->reply != 0)
        server_answer(request->reply, SERVICE_FAILED, 0, NULL);
    request->reply = 0;
}

void bus_queue_forget(struct bus_queue *queue, struct bus_request *active,
                      const struct startup_edge *client)
{
    abandon(&queue->waiting[index_of(client)]);
    if (active->reply != 0 && active->client == client)
        active->forgotten = true;
}

uint32_t bus_queue_add(struct bus_queue *queue, const struct request *request)
{
    struct bus_request *place = &queue->waiting[index_of(request->client)];
    unsigned reply;

    abandon(place);
    reply = server_set_aside();
    if (reply == 0)
        return SERVICE_BUSY;
    *place = (struct bus_request){.client = request->client,
                                  .reply = reply,
                                  .order = queue->order++,
                                  .word = {request->word[0], request->word[1]}};
    return SERVER_LATER;
}

bool bus_queue_take(struct bus_queue *queue, struct bus_request *first)
{
    struct bus_request *found = NULL;

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        struct bus_request *one = &queue->waiting[i];

        if (one->reply != 0 && (found == NULL || one->order < found->order))
            found = one;
    }
    if (found == NULL)
        return false;
    *first = *found;
    found->reply = 0;
    return true;
}

bool bus_queue_has(const struct bus_queue *queue, const struct startup_edge *client)
{
    return queue->waiting[index_of(client)].reply != 0;
}
