/* SPDX-License-Identifier: BSD-2-Clause */
/* Few clients in a plain array: looking at all of them is bounded and short. */
#include <lib/bus_queue.h>
#include <service/result.h>

static unsigned index_of(const struct startup_edge *client)
{
    return (unsigned)(client - program_startup()->edge);
}

/* --- Who waits ------------------------------------------------------------------------ */

/* Nobody waits for that answer; giving it frees its slot. */
static void abandon(struct bus_request *request)
{
    if (request->reply != 0)
        server_answer(request->reply, SERVICE_FAILED, 0, NULL);
    request->reply = 0;
}

/* Takes the one that came first; false: none waits. */
static bool take(struct bus_server *bus, struct bus_request *first)
{
    struct bus_request *found = NULL;

    for (unsigned i = 0; i < STARTUP_EDGE_MAX; i++) {
        struct bus_request *one = &bus->waiting[i];

        if (one->reply != 0 && (found == NULL || one->order < found->order))
            found = one;
    }
    if (found == NULL)
        return false;
    *first = *found;
    found->reply = 0;
    return true;
}

/* --- What is on the bus ------------------------------------------------------------------ */

static void look_later(const struct bus_server *bus)
{
    uint64_t next = program_ticks() + program_ticks_from_ns(bus->master->look(&bus->active));

    program_timer_arm(next < bus->deadline ? next : bus->deadline);
}

static void begin_next(struct bus_server *bus)
{
    if (bus->active.reply != 0 || !take(bus, &bus->active))
        return;
    bus->deadline = program_ticks() + program_ticks_from_ns(bus->master->begin(&bus->active));
    look_later(bus);
}

static void finish(struct bus_server *bus, uint64_t error)
{
    struct bus_request done = bus->active;
    bool gone = done.forgotten || bus->waiting[index_of(done.client)].reply != 0;

    bus->active.reply = 0;
    program_timer_disarm();
    bus->master->ended(&done, error, error == 0 && !gone);
    server_answer(done.reply, error == 0 ? SERVICE_OK : SERVICE_FAILED,
                  error != 0 && bus->master->tells_error, &error);
    begin_next(bus);
}

/* False: it goes on. */
static bool go_on(struct bus_server *bus)
{
    uint64_t error = bus->master->go_on();

    if (error != BUS_GOES_ON)
        finish(bus, error);
    return error != BUS_GOES_ON;
}

void bus_interrupt(struct bus_server *bus)
{
    if (bus->active.reply != 0 && !go_on(bus))
        look_later(bus);
}

void bus_timer(struct bus_server *bus, uint64_t now)
{
    if (bus->active.reply == 0 || go_on(bus))
        return;
    if (now < bus->deadline) {
        look_later(bus);
        return;
    }
    bus->master->give_up();
    finish(bus, bus->master->no_end);
}

/* --- What clients ask ---------------------------------------------------------------------- */

void bus_forget(struct bus_server *bus, const struct startup_edge *client)
{
    abandon(&bus->waiting[index_of(client)]);
    if (bus->active.reply != 0 && bus->active.client == client)
        bus->active.forgotten = true;
}

uint32_t bus_transfer(struct bus_server *bus, const struct request *request)
{
    struct bus_request *place = &bus->waiting[index_of(request->client)];
    unsigned reply;

    abandon(place);
    reply = server_set_aside();
    if (reply == 0)
        return SERVICE_BUSY;
    *place = (struct bus_request){.client = request->client,
                                  .reply = reply,
                                  .order = bus->order++,
                                  .word = {request->word[0], request->word[1]}};
    begin_next(bus);
    return SERVER_LATER;
}
