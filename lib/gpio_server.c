/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line, one edge: the edge's cells say which, and nobody can name another. Watching
 * and the count lie in the edge's buffer if it has one, so that the next incarnation of
 * the driver goes on with them. The client can write there as well: it deceives itself.
 */
#include <lib/gpio_server.h>
#include <lib/server.h>
#include <service/gpio.h>
#include <service/result.h>

#define BOTH_EDGES (GPIO_BECOMES_ACTIVE | GPIO_BECOMES_INACTIVE)
#define PULLS      (GPIO_PULL_UP | GPIO_PULL_DOWN | GPIO_PULL_DISABLE)

struct memory {
    uint32_t watch; /* enum gpio_edge */
    uint32_t changes;
};

static struct {
    const struct gpio_controller *controller;
    struct line {
        const struct startup_edge *owner; /* NULL: nobody has it */
        volatile struct memory *memory;   /* in the edge's buffer, or `own` */
        struct memory own;
    } line[GPIO_LINES_MAX];
} gpio;

static uint32_t flags_of(const struct startup_edge *edge)
{
    return edge->cells > 1 ? edge->cell[1] : 0;
}

static unsigned is_active_low(const struct startup_edge *edge)
{
    uint32_t flags = flags_of(edge);

    if (edge->origin == EDGE_FROM_GPIOS)
        return (flags & GPIO_ACTIVE_LOW) != 0;
    return (flags & (GPIO_TRIGGER_RISING | GPIO_TRIGGER_HIGH)) == 0 &&
           (flags & (GPIO_TRIGGER_FALLING | GPIO_TRIGGER_LOW)) != 0;
}

static bool may_be_output(const struct startup_edge *edge)
{
    return edge->origin == EDGE_FROM_GPIOS && !(flags_of(edge) & GPIO_SINGLE_ENDED);
}

static bool names_line(const struct startup_edge *edge)
{
    return (edge->origin == EDGE_FROM_GPIOS || edge->origin == EDGE_FROM_INTERRUPTS) &&
           edge->cells > 0 && edge->cell[0] < gpio.controller->lines;
}

/* The line of an edge; NULL: it has none, or another edge has it. */
static struct line *find_line(const struct startup_edge *edge)
{
    struct line *line = names_line(edge) ? &gpio.line[edge->cell[0]] : NULL;

    return line != NULL && line->owner == edge ? line : NULL;
}

/* Logical edges as changes of the pin: the two enums differ by what active means. */
static unsigned changes_of(const struct startup_edge *edge, uint32_t watch)
{
    unsigned changes = 0;

    if (watch & GPIO_BECOMES_ACTIVE)
        changes |= is_active_low(edge) ? GPIO_FALLS : GPIO_RISES;
    if (watch & GPIO_BECOMES_INACTIVE)
        changes |= is_active_low(edge) ? GPIO_RISES : GPIO_FALLS;
    return changes;
}

static void watch_line(struct line *line, uint32_t watch)
{
    line->memory->watch = watch;
    gpio.controller->watch(&gpio.controller->device, line->owner->cell[0],
                           changes_of(line->owner, watch));
}

static void pull_line(const struct startup_edge *edge)
{
    uint32_t pull = edge->origin == EDGE_FROM_GPIOS ? flags_of(edge) & PULLS : 0;

    if (gpio.controller->pull == NULL)
        return;
    if (pull == GPIO_PULL_UP)
        gpio.controller->pull(&gpio.controller->device, edge->cell[0], GPIO_PULLED_UP);
    else if (pull == GPIO_PULL_DOWN)
        gpio.controller->pull(&gpio.controller->device, edge->cell[0], GPIO_PULLED_DOWN);
    else if (pull == GPIO_PULL_DISABLE)
        gpio.controller->pull(&gpio.controller->device, edge->cell[0], GPIO_PULLED_NOT);
}

static void make_input(const struct startup_edge *edge)
{
    gpio.controller->input(&gpio.controller->device, edge->cell[0]);
    pull_line(edge);
}

static uint32_t op_direction(struct request *request)
{
    const struct startup_edge *edge = request->client;
    struct line *line = find_line(edge);

    if (request->word[0] > GPIO_OUTPUT_ACTIVE)
        return SERVICE_BAD_ARGUMENT;
    if (line == NULL)
        return SERVICE_NOT_PERMITTED;
    if (request->word[0] == GPIO_INPUT) {
        make_input(edge);
        return SERVICE_OK;
    }
    if (!may_be_output(edge))
        return SERVICE_NOT_PERMITTED;
    watch_line(line, 0);
    gpio.controller->output(&gpio.controller->device, edge->cell[0],
                            (request->word[0] == GPIO_OUTPUT_ACTIVE) ^ is_active_low(edge));
    return SERVICE_OK;
}

static uint64_t value_of(const struct startup_edge *edge)
{
    return gpio.controller->level(&gpio.controller->device, edge->cell[0]) ^ is_active_low(edge);
}

static uint32_t op_get(struct request *request)
{
    if (find_line(request->client) == NULL)
        return SERVICE_NOT_PERMITTED;
    request->word[0] = value_of(request->client);
    request->words = 1;
    return SERVICE_OK;
}

static uint32_t op_set(struct request *request)
{
    const struct startup_edge *edge = request->client;

    if (request->word[0] > 1)
        return SERVICE_BAD_ARGUMENT;
    /* A pin that the firmware made an output is not this client's yet to drive. */
    if (find_line(edge) == NULL || !may_be_output(edge) ||
        !gpio.controller->is_output(&gpio.controller->device, edge->cell[0]))
        return SERVICE_NOT_PERMITTED;
    gpio.controller->set(&gpio.controller->device, edge->cell[0],
                         (unsigned)request->word[0] ^ is_active_low(edge));
    return SERVICE_OK;
}

static uint32_t op_watch(struct request *request)
{
    struct line *line = find_line(request->client);

    if (request->word[0] & ~(uint64_t)BOTH_EDGES)
        return SERVICE_BAD_ARGUMENT;
    if (line == NULL)
        return SERVICE_NOT_PERMITTED;
    if (request->word[0] != 0 && program_startup()->interrupt_count == 0) {
        program_log("%s would never hear of changes: there is no interrupt", line->owner->name);
        return SERVICE_FAILED;
    }
    if (request->word[0] != 0)
        make_input(request->client);
    watch_line(line, (uint32_t)request->word[0]);
    return SERVICE_OK;
}

static uint32_t op_changes(struct request *request)
{
    struct line *line = find_line(request->client);

    if (line == NULL)
        return SERVICE_NOT_PERMITTED;
    request->word[0] = line->memory->changes;
    line->memory->changes -= (uint32_t)request->word[0];
    request->word[1] = value_of(request->client);
    request->words = 2;
    return SERVICE_OK;
}

/*
 * Counted first and then forgotten by the device: a driver that dies in between makes
 * one of it too many rather than one too few, and a change that was not counted would be
 * an interrupt that its client never hears of. The client is told after that, so the
 * level it reads then is later than what is forgotten.
 */
static void count_changes(void)
{
    uint64_t changed = gpio.controller->changed(&gpio.controller->device);

    for (unsigned i = 0; i < gpio.controller->lines; i++) {
        if (!(changed >> i & 1))
            continue;
        if (gpio.line[i].owner != NULL)
            gpio.line[i].memory->changes++;
        else
            gpio.controller->watch(&gpio.controller->device, i, 0);
    }
    gpio.controller->forget(&gpio.controller->device, changed);
    for (unsigned i = 0; i < gpio.controller->lines; i++)
        if (changed >> i & 1 && gpio.line[i].owner != NULL)
            program_signal(gpio.line[i].owner);
}

/* Whichever of the controller's lines it was, and if it was another device of a shared one. */
static void on_interrupt(uint32_t line, uint64_t merged)
{
    (void)line;
    (void)merged;
    count_changes();
}

static void own_line(const struct startup_edge *edge)
{
    struct line *line = &gpio.line[edge->cell[0]];

    if (line->owner != NULL) {
        program_log("line %u is owned by %s: not for %s", edge->cell[0], line->owner->name,
                    edge->name);
        return;
    }
    line->owner = edge;
    line->memory = &line->own;
    if (edge->buffer_bytes >= sizeof(struct memory))
        line->memory = (volatile struct memory *)(uintptr_t)edge->buffer;
}

static void own_lines(void)
{
    const struct startup *startup = program_startup();

    for (unsigned i = 0; i < startup->edge_count && i < STARTUP_EDGE_MAX; i++) {
        const struct startup_edge *edge = &startup->edge[i];

        if (edge->kind != EDGE_PROVIDE)
            continue;
        if (names_line(edge))
            own_line(edge);
        else if (edge->cells > 0)
            program_log("%s: there is no line %u, only %u", edge->name, edge->cell[0],
                        gpio.controller->lines);
        else
            program_log("%s uses no line of this controller", edge->name);
    }
}

/* What was seen while no driver was there is counted, and all who watch may look. */
static void on_start(void)
{
    own_lines();
    for (unsigned i = 0; i < gpio.controller->lines; i++) {
        struct line *line = &gpio.line[i];

        if (line->owner != NULL)
            watch_line(line, line->memory->watch & BOTH_EDGES);
        else
            gpio.controller->watch(&gpio.controller->device, i, 0);
    }
    count_changes();
    for (unsigned i = 0; i < gpio.controller->lines; i++)
        if (gpio.line[i].owner != NULL && gpio.line[i].memory->watch != 0)
            program_signal(gpio.line[i].owner);
}

_Noreturn void gpio_server_run(const struct gpio_controller *controller)
{
    static const server_operation operation[] = {[GPIO_DIRECTION] = op_direction,
                                                 [GPIO_GET] = op_get,
                                                 [GPIO_SET] = op_set,
                                                 [GPIO_WATCH] = op_watch,
                                                 [GPIO_CHANGES] = op_changes};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt,
                                         .start = on_start};
    gpio.controller = controller;
    server_run(&server);
}
