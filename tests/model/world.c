/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small worlds, made by init's system calls, the model beside the kernel from
 * the first of them on; and going back to how they were made.
 */
#include <stdlib.h>
#include <string.h>

#include <thole/boot.h>

#include "compare.h"
#include "kernel/boot.h"
#include "kernel/object/address_space.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/thread.h"
#include "tests/sim/invariants.h"

object_t world_init, world_init_space;
unsigned world_first_slot;

/* --- Booting ------------------------------------------------------------------------------ */

#define PAGE 4096ULL
#define INIT_PAGES 4
#define RAM_BYTES (1ULL << 20)

static struct slot *init_table;

static void boot(unsigned count)
{
    static struct platform platform;
    struct init_image *image;

    sim_start(RAM_BYTES);
    image = (struct init_image *)(sim.ram + PAGE);
    platform = (struct platform){
        .model = "simulated", .ram_count = 1, .device_count = 1, .core_count = count,
        .gic_version = 2, .ram[0] = { { SIM_RAM_BASE }, RAM_BYTES },
        .device = { { { SIM_UART }, PAGE } },
    };
    struct boot from = {
        .platform = &platform,
        .kernel = { { SIM_RAM_BASE }, (1 + INIT_PAGES) * PAGE },
        .hardware_tree = { { SIM_RAM_BASE + 5 * PAGE }, 500 },
        .init_image = image,
        .init_image_bytes = 3 * PAGE,
        .timer_frequency = CLOCK_FREQUENCY,
        .cores_running = count,
    };

    *image = (struct init_image){
        .magic = INIT_IMAGE_MAGIC, .entry = INIT_IMAGE_ADDRESS + sizeof(*image),
        .text_end = PAGE, .rodata_end = 2 * PAGE, .data_end = 3 * PAGE,
        .bss_end = INIT_PAGES * PAGE,
    };
    for (unsigned number = 1; number < count; number++)
        core_init(&cores[number], number, CLOCK_FREQUENCY);
    boot_memory_init(&from);
    boot_init(&cores[0], &from);
    init_table = slot_object(&cores[0].current->captable);
    invariants_start(&cores[0], init_table, slot_size_bits(&cores[0].current->captable));
    invariants_check();
}

/* --- The model of what boot made: docs/abi.md, "What init is given" ------------------------ */

static object_t boot_object(enum thole_object type, const void *address)
{
    object_t object = object_new(type, arch_physical_address(address).value);

    if (type == OBJECT_CAPTABLE)
        model.object[object].table.slots = (uint16_t)(1u << slot_size_bits(&init_table[1]));
    if (type == OBJECT_SCHED_CONTEXT)
        time_at(object)->waited_for = NEVER;
    if (type == OBJECT_THREAD)
        sender_at(object)->kind = KIND_CALL;
    names_add(object);
    return object;
}

static void boot_cap(object_t table, unsigned at)
{
    const struct slot *slot = &init_table[at];
    enum thole_object type = slot_type(slot);
    cap_t cap = cap_root((place_t)(table * MODEL_SLOTS + at), type, RIGHTS_ALL);

    model.cap[cap].original = 1;
    if (type == OBJECT_UNTYPED) {
        model.cap[cap].address = slot_physical(slot).value;
        model.cap[cap].bits = (uint8_t)slot_size_bits(slot);
        model.cap[cap].device = !sim_is_ram(slot_physical(slot).value, 1);
    } else if (type < OBJECT_IRQ_CONTROL) {
        model.cap[cap].object = type == OBJECT_CAPTABLE ? table : boot_object(type, slot_object(slot));
    }
}

static cap_t boot_slot(object_t table, unsigned at)
{
    return model.object[table].table.slot[at];
}

static void boot_thread(object_t table)
{
    object_t thread = model.cap[boot_slot(table, INIT_SLOT_THREAD)].object;
    object_t time = model.cap[boot_slot(table, INIT_SLOT_SCHED_CONTEXT)].object;
    const struct sched_context *its = cores[0].current->time;

    world_init = thread;
    world_init_space = model.cap[boot_slot(table, INIT_SLOT_ADDRESS_SPACE)].object;
    model.object[world_init_space].space.asid = model.next_asid++;
    part_embed(thread, PART_CAPTABLE, boot_slot(table, INIT_SLOT_CAPTABLE));
    part_embed(thread, PART_SPACE, boot_slot(table, INIT_SLOT_ADDRESS_SPACE));
    part_embed(thread, PART_ENDPOINT, boot_slot(table, INIT_SLOT_ENDPOINT));
    part_embed(thread, PART_TIME, boot_slot(table, INIT_SLOT_SCHED_CONTEXT));
    thread_at(thread)->vital = 1;
    thread_at(thread)->state = THREAD_READY;
    memcpy(thread_at(thread)->reg, &cores[0].current->frame, sizeof(thread_at(thread)->reg));
    time_fill(0, time, (struct m_share){ 0, INIT_PRIORITY, its->budget, its->period });
    thread_takes_time(thread);
    model.core[0].current = model.core[0].loaded = thread;
}

static void model_boot(unsigned count)
{
    object_t table;

    memset(&model, 0, sizeof(model));
    model.cores = (uint16_t)count;
    for (unsigned number = 0; number < count; number++)
        model.core[number].timer = NEVER;
    model.next_asid = 1;
    model.now = sim.now;
    model.object_limit = model.cap_limit = 1;
    table = boot_object(OBJECT_CAPTABLE, init_table);
    for (unsigned at = 1; at < MODEL_SLOTS && !slot_is_empty(&init_table[at]); at++) {
        boot_cap(table, at);
        world_first_slot = at + 1;
    }
    for (unsigned at = world_first_slot; at < model.object[table].table.slots; at++)
        if (!slot_is_empty(&init_table[at]))
            model_broken("init is given more than the model looks at");
    boot_thread(table);
    for (unsigned line = 0; line < MODEL_LINES; line++)
        model.line[line].enabled = sim.line[line].enabled;
    choose(0);
}

/* --- Making worlds -------------------------------------------------------------------------- */

static unsigned next_slot, next_core, memory;

static uint64_t operation(unsigned target, unsigned label, const uint64_t word[6])
{
    uint64_t reg[9] = { target, thole_tag(label, 6) };

    memcpy(&reg[2], word, 6 * sizeof(uint64_t));
    both_call(0, SYSCALL_CALL, reg);
    const uint64_t *got = thread_at(world_init)->reg;

    return got[0] == STATUS_OK ? thole_tag_label(got[1]) : UINT64_MAX;
}

#define must(target, label, ...)                                                  \
    do {                                                                          \
        uint64_t must_result;                                                     \
        do                                                                        \
            must_result = operation(target, label, (const uint64_t[6]){ __VA_ARGS__ }); \
        while (must_result == RESULT_MORE);                                       \
        if (must_result != RESULT_DONE)                                           \
            failure("making the world: operation %u on slot %u: %llu", (unsigned)(label), \
                    (unsigned)(target), (unsigned long long)must_result);         \
    } while (0)

static unsigned make(enum thole_object type, unsigned bits)
{
    unsigned slot = next_slot++;

    must(memory, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
    return slot;
}

static void give(unsigned table, unsigned at, unsigned source, unsigned rights, uint64_t badge)
{
    must(table, CAPTABLE_MINT, at, INIT_SLOT_CAPTABLE, source, rights, badge);
}

/* The original goes to a thread's table, where anybody may delete it; init has a copy. */
static unsigned make_there(unsigned from, enum thole_object type, unsigned table, unsigned at)
{
    unsigned slot = next_slot++;

    must(from, UNTYPED_RETYPE, type, 0, table, at);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, slot, table, at, RIGHTS_ALL);
    return slot;
}

static unsigned share_of(unsigned slot, unsigned priority, uint64_t budget, uint64_t period)
{
    object_t table = part_of(world_init, PART_CAPTABLE);
    object_t time = model.cap[boot_slot(table, slot)].object;

    /* Ends of periods fall on no other's: see event.c. */
    while (model.now % DEADLINE_GRAIN != time)
        model.now = ++sim.now;
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, slot, next_core++ % model.cores, priority,
         budget, period);
    return slot;
}

static unsigned memory_of(unsigned bits)
{
    unsigned from = 0;

    for (unsigned at = INIT_SLOT_FIRST_UNTYPED; at < world_first_slot; at++) {
        const struct m_cap *cap = &model.cap[boot_slot(part_of(world_init, PART_CAPTABLE), at)];

        if (!cap->device && cap->bits >= bits &&
            (from == 0 || cap->bits < model.cap[boot_slot(part_of(world_init, PART_CAPTABLE),
                                                          from)].bits))
            from = at;
    }
    if (from == 0)
        failure("there is no memory for the world");
    memory = from;
    return make(OBJECT_UNTYPED, bits);
}

static unsigned device_memory(void)
{
    unsigned at = INIT_SLOT_FIRST_UNTYPED;

    while (!model.cap[boot_slot(part_of(world_init, PART_CAPTABLE), at)].device)
        at++;
    return at;
}

static void attention(unsigned endpoint)
{
    unsigned line = make(OBJECT_INTERRUPT, 0);

    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, line, ATTENTION_LINE, TRIGGER_EDGE);
    must(line, INTERRUPT_BIND, endpoint, 0);
    world_first_slot = next_slot; /* init must not destroy these: nothing would ever happen again */
}

#define FIRST_ORIGINAL 24 /* of a thread's table: from here on originals, of which there are copies */

/* It gets its number before it is copied. */
static unsigned space_with_tables(unsigned table)
{
    unsigned original = make(OBJECT_ADDRESS_SPACE, 0), space = next_slot++;

    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, original);
    must(table, CAPTABLE_MOVE, FIRST_ORIGINAL + 3, INIT_SLOT_CAPTABLE, original);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, space, table, FIRST_ORIGINAL + 3, RIGHTS_ALL);
    for (unsigned level = 0; level < 2; level++) {
        unsigned slot = make(OBJECT_PAGE_TABLE, 0);

        must(slot, PAGE_TABLE_MAP, space, INIT_FREE_ADDRESS);
        must(table, CAPTABLE_MOVE, FIRST_ORIGINAL - 2 + level, INIT_SLOT_CAPTABLE, slot);
    }
    return space;
}

#define SMALL_BITS 17
#define THREADS 5
#define TABLES 3

/* What the threads of one table find in it. Copies first, then originals of their own. */
static void fill_small(const unsigned table[TABLES], unsigned which, const unsigned *copies,
                       unsigned count)
{
    static const enum thole_object own[] = { OBJECT_NOTIFICATION, OBJECT_TIMER, OBJECT_INTERRUPT };
    unsigned at = 1;

    give(table[which], at++, table[which], RIGHTS_ALL, 0);
    give(table[which], at++, table[(which + 1) % TABLES], RIGHTS_ALL, 0);
    for (unsigned index = 0; index < count; index++, at++) {
        if (copies[index] == 0)
            continue;
        const struct m_cap *cap =
            &model.cap[boot_slot(part_of(world_init, PART_CAPTABLE), copies[index])];
        bool is_endpoint = cap->type == OBJECT_ENDPOINT;

        give(table[which], at, copies[index],
             is_endpoint && which == 1 ? RIGHTS_ALL & ~RIGHT_GRANT : RIGHTS_ALL,
             is_endpoint ? which : 0);
    }
    must(memory, UNTYPED_RETYPE, own[which], 0, table[which], at++);
    must(memory, UNTYPED_RETYPE, OBJECT_UNTYPED, which == 0 ? 14 : 12, table[which], at++);
    if (which == 2)
        must(memory, UNTYPED_RETYPE, OBJECT_FRAME, FRAME_BITS_4K, table[which], at++);
}

/* In memory within memory, so that it can be taken away by halves while time is lent. */
static void make_times(const unsigned table[TABLES], unsigned time[4])
{
    unsigned whole = make(OBJECT_UNTYPED, 11), half = next_slot++, at = FIRST_ORIGINAL + 4;

    must(whole, UNTYPED_RETYPE, OBJECT_UNTYPED, 9, INIT_SLOT_CAPTABLE, half);
    time[0] = share_of(make_there(half, OBJECT_SCHED_CONTEXT, table[0], at), 30, 4096, 4096);
    time[1] = share_of(make_there(half, OBJECT_SCHED_CONTEXT, table[1], at), 20, 512, 2048);
    time[2] = share_of(make_there(whole, OBJECT_SCHED_CONTEXT, table[2], at), 20, 256, 256);
    time[3] = share_of(make_there(whole, OBJECT_SCHED_CONTEXT, table[0], at + 1), 40, 128, 1024);
    must(table[1], CAPTABLE_MOVE, at + 1, INIT_SLOT_CAPTABLE, whole);
    must(table[2], CAPTABLE_MOVE, at + 1, INIT_SLOT_CAPTABLE, half);
}

/* Most ASIDs were given and came back: those that are given soon were others' before. */
static void use_up_asids(void)
{
    unsigned slot = next_slot;

    while (model.next_asid < MODEL_ASIDS - 4) {
        must(memory, UNTYPED_RETYPE, OBJECT_ADDRESS_SPACE, 0, INIT_SLOT_CAPTABLE, slot);
        must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, slot);
        must(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, slot);
    }
}

/*
 * Two interrupts that share a line, one of them without time; or, in the world of drivers,
 * each on a line and on time of its own, whole or not.
 */
static void bind_events(const unsigned endpoint[3], const unsigned bell[2], const unsigned line[2],
                        const unsigned time[4], bool apart)
{
    for (unsigned index = 0; index < 2; index++)
        must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, line[index], apart ? 40 + index : 40,
             TRIGGER_LEVEL);
    unsigned whole = apart ? share_of(make(OBJECT_SCHED_CONTEXT, 0), 35, 300, 300) : 0;

    if (apart)
        share_of(time[0], 20, 2048, 4096); /* a third of equals */

    must(bell[0], NOTIFICATION_BIND, endpoint[0], apart ? whole : time[3]);
    must(bell[1], NOTIFICATION_BIND, endpoint[1], apart ? time[3] : 0);
    must(line[0], INTERRUPT_BIND, endpoint[0], time[3]);
    must(line[1], INTERRUPT_BIND, apart ? endpoint[1] : endpoint[2], whole);
}

/*
 * Of threads: which table, endpoint, handler (9: init, 8: nobody), time (9: none) and ceiling.
 * Two clients, two passive servers, and one with time of its own at their endpoint.
 */
struct how { uint8_t table, endpoint, fault, time, ceiling; };

static const struct how how_usual[THREADS] = {
    { 0, 2, 9, 0, 0 }, { 0, 0, 9, 9, 45 }, { 1, 1, 2, 9, 25 }, { 1, 2, 9, 1, 0 },
    { 2, 0, 8, 2, 0 },
};
/* That one handles what the others do wrong, before them. */
static const struct how how_drivers[THREADS] = {
    { 0, 2, 2, 0, 0 }, { 0, 0, 2, 9, 45 }, { 1, 1, 2, 9, 25 }, { 1, 2, 9, 1, 50 },
    { 2, 0, 0, 2, 0 },
};
/* A handler without time for one client and a server, one on its own for the other. */
static const struct how how_handlers[THREADS] = {
    { 0, 2, 0, 0, 0 }, { 0, 0, 2, 9, 45 }, { 1, 1, 0, 9, 25 }, { 1, 2, 1, 1, 50 },
    { 2, 0, 2, 2, 0 },
};

static void make_small(const struct how *how, bool apart)
{
    unsigned table[TABLES], thread[THREADS], endpoint[3], time[4], bell[2], timer[2], line[2];
    unsigned space[2];

    memory = memory_of(SMALL_BITS);
    use_up_asids();
    attention(INIT_SLOT_ENDPOINT);
    for (unsigned index = 0; index < TABLES; index++)
        table[index] = make(OBJECT_CAPTABLE, 5);
    for (unsigned index = 0; index < 2; index++)
        space[index] = space_with_tables(table[index]);
    for (unsigned index = 0; index < 3; index++)
        endpoint[index] = make_there(memory, OBJECT_ENDPOINT, table[index], FIRST_ORIGINAL);
    make_times(table, time);
    for (unsigned index = 0; index < THREADS; index++)
        thread[index] = make_there(memory, OBJECT_THREAD, table[index % TABLES],
                                   FIRST_ORIGINAL + 1 + index / TABLES);
    for (unsigned index = 0; index < 2; index++) {
        bell[index] = make_there(memory, OBJECT_NOTIFICATION, table[index], 30);
        timer[index] = make_there(memory, OBJECT_TIMER, table[2 - 2 * index], 30 + index);
        line[index] = make_there(memory, OBJECT_INTERRUPT, table[1 + index], 31);
    }
    must(table[2], CAPTABLE_MOVE, FIRST_ORIGINAL + 3, INIT_SLOT_CAPTABLE, device_memory());
    bind_events(endpoint, bell, line, time, apart);
    must(timer[0], TIMER_BIND, endpoint[1], time[3]);
    must(timer[1], TIMER_BIND, endpoint[2], 0);
    for (unsigned which = 0; which < TABLES; which++) {
        const unsigned copies[] = {
            endpoint[0], endpoint[1], endpoint[2], thread[(2 * which) % THREADS],
            thread[(2 * which + 1) % THREADS], thread[(2 * which + 2) % THREADS],
            time[which], time[3], bell[0], bell[1], timer[which % 2], line[which % 2],
            space[which % 2], INIT_SLOT_SCHED_CONTROL,
            which == 0 ? INIT_SLOT_ASID_CONTROL : INIT_SLOT_IRQ_CONTROL,
        };

        fill_small(table, which, copies, sizeof(copies) / sizeof(copies[0]));
    }
    for (unsigned index = 0; index < THREADS; index++) {
        unsigned fault = how[index].fault == 9   ? INIT_SLOT_ENDPOINT
                         : how[index].fault == 8 ? 0
                                                 : endpoint[how[index].fault];

        if (how == how_handlers && how[index].fault < 3) {
            give(INIT_SLOT_CAPTABLE, next_slot, fault, RIGHTS_ALL, 0xfa00 + index);
            fault = next_slot++;
        }
        must(thread[index], THREAD_CONFIGURE, table[how[index].table],
             space[how[index].table % 2], endpoint[how[index].endpoint], fault,
             how[index].time == 9 ? 0 : time[how[index].time]);
        if (how[index].ceiling != 0)
            must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, thread[index],
                 how[index].ceiling, 100);
        must(thread[index], THREAD_START, 0x1000 + index, 0x2000 + index, 0x3000 + index);
    }
    /* Clients begin as if their first message had come. */
    for (unsigned index = 0; index < THREADS; index++)
        if (how[index].time != 9)
            must(thread[index], THREAD_CANCEL);
}

static void world_small(void)
{
    make_small(how_usual, false);
}

static void world_drivers(void)
{
    make_small(how_drivers, true);
    model.profile = PROFILE_DRIVERS;
}

static void world_handlers(void)
{
    make_small(how_handlers, true);
    model.profile = PROFILE_HANDLERS;
}

#define TINY_BITS 14

/* A client, a passive server, one more with time of its own; one table for all. */
static void world_tiny(void)
{
    unsigned table, endpoint, thread[3], time[2], space, bell;

    memory = memory_of(TINY_BITS);
    attention(INIT_SLOT_ENDPOINT);
    endpoint = make(OBJECT_ENDPOINT, 0);
    table = make(OBJECT_CAPTABLE, 4);
    bell = make(OBJECT_NOTIFICATION, 0);
    time[0] = share_of(make(OBJECT_SCHED_CONTEXT, 0), 20, 256, 256);
    time[1] = share_of(make(OBJECT_SCHED_CONTEXT, 0), 20, 512, 1024);
    for (unsigned index = 0; index < 3; index++)
        thread[index] = make(OBJECT_THREAD, 0);
    space = make(OBJECT_ADDRESS_SPACE, 0);
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space);
    must(bell, NOTIFICATION_BIND, endpoint, 0);
    const unsigned copies[] = { table, endpoint, thread[0], thread[1], thread[2], time[0],
                                time[1], bell };

    for (unsigned index = 0; index < sizeof(copies) / sizeof(copies[0]); index++)
        give(table, index + 1, copies[index], RIGHTS_ALL, copies[index] == bell ? 1 : 0);
    for (unsigned index = 0; index < 3; index++) {
        must(thread[index], THREAD_CONFIGURE, table, space, endpoint, INIT_SLOT_ENDPOINT,
             index < 2 ? time[index] : 0);
        must(thread[index], THREAD_START, 0x1000 + index, 0x2000 + index, 0x3000 + index);
    }
    for (unsigned index = 0; index < 2; index++)
        must(thread[index], THREAD_CANCEL);
}

#define CROWD_BITS 16
#define CROWD 12

/* Many callers at one endpoint, for what is done in parts. */
static void world_crowd(void)
{
    unsigned table, endpoint[2], thread[CROWD], time[CROWD], space, bell, at = 1;

    memory = memory_of(CROWD_BITS);
    attention(INIT_SLOT_ENDPOINT);
    table = make(OBJECT_CAPTABLE, 5);
    give(table, at++, table, RIGHTS_ALL, 0);
    for (unsigned index = 0; index < 2; index++)
        endpoint[index] = make_there(memory, OBJECT_ENDPOINT, table, at++);
    bell = make(OBJECT_NOTIFICATION, 0);
    must(bell, NOTIFICATION_BIND, endpoint[0], 0);
    give(table, at++, bell, RIGHTS_ALL, 1);
    for (unsigned index = 0; index < 3; index++)
        give(table, at++, endpoint[0], RIGHTS_ALL, index + 1);
    space = make(OBJECT_ADDRESS_SPACE, 0);
    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space);
    for (unsigned index = 0; index < CROWD; index++) {
        time[index] = share_of(make(OBJECT_SCHED_CONTEXT, 0), 20 + index % 3, 1024,
                               1024 + index % 2 * 1024);
        thread[index] = make_there(memory, OBJECT_THREAD, table, at++);
        must(thread[index], THREAD_CONFIGURE, table, space, endpoint[1], INIT_SLOT_ENDPOINT,
             time[index]);
        must(thread[index], THREAD_START, 0x1000 + index, 0x2000 + index, 0x3000 + index);
        must(thread[index], THREAD_CANCEL);
    }
}

/* --- Snapshots ------------------------------------------------------------------------------- */

/* The kernel's variables, laid together by kernel_state.ld. */
extern char kernel_state_start[], kernel_state_end[];

#define RANGES 5

struct snapshot {
    char *memory;    /* the ranges, what the kernel sees and what memory holds */
    char *variables;
    struct sim sim;
    struct model model;
};

static struct range { uint64_t offset, bytes; } range[RANGES];
static struct snapshot *made;
static char *outside;

static void add_range(uint64_t address, uint64_t bytes)
{
    unsigned index = 0;

    while (range[index].bytes != 0)
        index++;
    range[index] = (struct range){ address - SIM_RAM_BASE, bytes };
}

/* Not memcpy: that looks for the sanitizer's marks between variables. */
static __attribute__((noinline)) void copy_words(void *to, const void *from, size_t bytes)
{
    const uint64_t *source = from;
    uint64_t *target = to;

    for (size_t index = 0; index < bytes / sizeof(uint64_t); index++) {
        target[index] = source[index];
        __asm__ volatile("" : : : "memory");
    }
}

static size_t variable_bytes(void)
{
    return (size_t)(kernel_state_end - kernel_state_start);
}

struct snapshot *snapshot_new(void)
{
    struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
    size_t bytes = 0;

    for (unsigned index = 0; index < RANGES; index++)
        bytes += 2 * range[index].bytes;
    snapshot->memory = calloc(1, bytes);
    snapshot->variables = calloc(1, variable_bytes());
    return snapshot;
}

static void copy_model(struct model *to, const struct model *from)
{
    unsigned objects = from->object_limit, caps = from->cap_limit;

    memset(to->object + objects, 0, (MODEL_OBJECTS - objects) * sizeof(to->object[0]));
    memset(to->cap + caps, 0, (MODEL_CAPS - caps) * sizeof(to->cap[0]));
    memcpy(to->core, from->core, sizeof(to->core));
    memcpy(to->object, from->object, objects * sizeof(to->object[0]));
    memcpy(to->cap, from->cap, caps * sizeof(to->cap[0]));
    memcpy(to->line, from->line, sizeof(*to) - offsetof(struct model, line));
}

void snapshot_take(struct snapshot *into)
{
    char *at = into->memory;

    for (unsigned index = 0; index < RANGES; index++) {
        memcpy(at, sim.ram + range[index].offset, range[index].bytes);
        at += range[index].bytes;
        memcpy(at, sim.coherent + range[index].offset, range[index].bytes);
        at += range[index].bytes;
    }
    copy_words(into->variables, kernel_state_start, variable_bytes());
    into->sim = sim;
    copy_model(&into->model, &model);
}

void snapshot_restore(const struct snapshot *from)
{
    const char *at = from->memory;
    for (unsigned index = 0; index < RANGES; index++) {
        memcpy(sim.ram + range[index].offset, at, range[index].bytes);
        at += range[index].bytes;
        memcpy(sim.coherent + range[index].offset, at, range[index].bytes);
        at += range[index].bytes;
    }
    copy_words(kernel_state_start, from->variables, variable_bytes());
    sim = from->sim;
    /* The TLB has entries of spaces that live, and of no others. */
    for (object_t each = 1; each < model.object_limit; each++)
        if (model.object[each].type == OBJECT_ADDRESS_SPACE)
            arch_asid_invalidate(model.object[each].space.asid);
    copy_model(&model, &from->model);
    names_again();
}

/* --- Worlds ------------------------------------------------------------------------------------ */

static void note_ranges(uint64_t address, unsigned bits)
{
    add_range(address, 1ULL << bits);
    add_range(arch_physical_address(init_table).value, 32 * MODEL_SLOTS);
    add_range(model.object[world_init].address, 1u << 11);
    add_range(model.object[part_of(world_init, PART_TIME)].address, 1u << 8);
    add_range(model.object[part_of(world_init, PART_ENDPOINT)].address, 1u << 7);
}

void world_make(enum world which, unsigned count)
{
    object_t table;

    boot(count);
    model_boot(count);
    compare(true);
    table = part_of(world_init, PART_CAPTABLE);
    next_slot = world_first_slot;
    (which == WORLD_SMALL   ? world_small
     : which == WORLD_CROWD ? world_crowd
     : which == WORLD_DRIVERS ? world_drivers
     : which == WORLD_HANDLERS ? world_handlers
                            : world_tiny)();
    if (next_slot > MODEL_SLOTS)
        failure("the world does not fit init's table");
    compare(true);
    invariants_check();
    const struct m_cap *whole = &model.cap[boot_slot(table, memory)];

    note_ranges(whole->address, whole->bits);
    outside = malloc(sim.ram_bytes);
    memcpy(outside, sim.ram, sim.ram_bytes);
    made = snapshot_new();
    snapshot_take(made);
}

void world_reset(void)
{
    snapshot_restore(made);
}

static void check_same(uint64_t from, uint64_t end)
{
    uint64_t at = from;

    if (memcmp(outside + from, sim.ram + from, end - from) == 0)
        return;
    while (outside[at] == sim.ram[at])
        at++;
    failure("memory outside of the world was written to, at %llx",
            (unsigned long long)(SIM_RAM_BASE + at));
}

void world_check_outside(void)
{
    uint64_t from = 0;

    while (from < sim.ram_bytes) {
        uint64_t next = sim.ram_bytes, end = sim.ram_bytes;

        for (unsigned index = 0; index < RANGES; index++)
            if (range[index].offset >= from && range[index].offset < next) {
                next = range[index].offset;
                end = next + range[index].bytes;
            }
        check_same(from, next);
        from = end;
    }
}
