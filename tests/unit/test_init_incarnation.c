/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Incarnations as init makes, renews and ends them, on a kernel that keeps account
 * of capabilities, and of frames with memory behind them: what the next one sees of
 * the last is nothing, whatever that wrote, held or was loaded from, and no failure
 * on the way leaves anything behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libfdt.h>

#include "elf_builder.h"
#include "cpio_builder.h"
#include "lib/image/elf.h"
#include "print.h"
#include "server.h"
#include "window.h"

#define PAGE       MEMORY_PAGE_BYTES
#define CAPS       4096u
#define FRAMES     1024u
#define BLOCK_SLOT 64u      /* blocks of memory, */
#define OWN_SLOT   512u     /* objects that outlive incarnations, */
#define FREE_SLOT  1024u    /* and what init makes */

struct init init;

/* --- The kernel ------------------------------------------------------------------------------ */

struct frame {
    uint8_t *memory;
    bool in_mirror;       /* memory is the mirror's, which shows it */
    bool shared;          /* lives as long as the test */
};

struct cap {
    bool used;
    bool mapped;          /* in the program's space, there: */
    uint64_t at;
    unsigned map_rights;
    enum thole_memory map_memory;
    unsigned table, slot; /* of the table in that slot of init's; INIT_SLOT_CAPTABLE: init's own */
    unsigned parent;      /* CAPS: none */
    enum thole_object type;
    unsigned rights;
    uint64_t badge;
    unsigned frame;
};

static struct cap caps[CAPS];
static struct frame frames[FRAMES];
static unsigned frame_count, frames_made;
static unsigned refuse_after; /* so many operations from now one is refused; 0: none is */
static bool revokes_later;    /* the next revoke answers BUSY */

static struct cap *cap_in(unsigned table, uint64_t slot)
{
    for (unsigned i = 0; i < CAPS; i++) {
        if (caps[i].used && caps[i].table == table && caps[i].slot == slot) {
            return &caps[i];
        }
    }
    return NULL;
}

static struct cap *cap_make(unsigned table, uint64_t slot, const struct cap *content)
{
    unsigned i = 0;

    if (cap_in(table, slot)) {
        return NULL;
    }
    while (caps[i].used) {
        assert_true(++i < CAPS);
    }
    caps[i] = *content;
    caps[i].used = true;
    caps[i].table = table;
    caps[i].slot = (unsigned)slot;
    return &caps[i];
}

static void cap_delete(struct cap *cap);

static void descendants_delete(const struct cap *cap)
{
    for (unsigned i = 0; i < CAPS; i++) {
        if (caps[i].used && caps[i].parent == (unsigned)(cap - caps)) {
            cap_delete(&caps[i]);
        }
    }
}

static void cap_delete(struct cap *cap)
{
    descendants_delete(cap);
    if (cap->type == OBJECT_CAPTABLE && cap->table == INIT_SLOT_CAPTABLE) {
        for (unsigned i = 0; i < CAPS; i++) {
            if (caps[i].used && caps[i].table == cap->slot) {
                cap_delete(&caps[i]);
            }
        }
    }
    if (cap->type == OBJECT_ADDRESS_SPACE) {
        for (unsigned i = 0; i < CAPS; i++) {
            caps[i].mapped = false;
        }
    }
    cap->used = false;
}

static enum thole_result retype(struct cap *from, const uint64_t *word)
{
    struct cap made = {.parent = (unsigned)(from - caps), .type = (enum thole_object)word[0],
                       .rights = RIGHTS_ALL};

    if (from->type != OBJECT_UNTYPED || cap_in((unsigned)word[2], word[3])) {
        return RESULT_OCCUPIED;
    }
    if (made.type == OBJECT_FRAME) {
        assert_true(frame_count < FRAMES);
        made.frame = frame_count++;
        frames[made.frame] = (struct frame){.memory = calloc(1, PAGE)};
        frames_made++;
    }
    cap_make((unsigned)word[2], word[3], &made);
    return RESULT_DONE;
}

static enum thole_result copy(unsigned table, const uint64_t *word, uint64_t badge)
{
    struct cap *source = cap_in((unsigned)word[1], word[2]);
    struct cap made;

    if (!source) {
        return RESULT_EMPTY;
    }
    made = *source;
    made.parent = (unsigned)(source - caps);
    made.rights &= (unsigned)word[3];
    made.badge = badge ? badge : source->badge;
    made.mapped = false;
    return cap_make(table, word[0], &made) ? RESULT_DONE : RESULT_OCCUPIED;
}

static enum thole_result move(unsigned table, const uint64_t *word)
{
    struct cap *source = cap_in((unsigned)word[1], word[2]);

    if (!source || cap_in(table, word[0])) {
        return source ? RESULT_OCCUPIED : RESULT_EMPTY;
    }
    source->table = table;
    source->slot = (unsigned)word[0];
    return RESULT_DONE;
}

static enum thole_result map(struct cap *frame, const uint64_t *word)
{
    const struct cap *space = cap_in(INIT_SLOT_CAPTABLE, word[0]);

    assert_true(frame->type == OBJECT_FRAME && space && space->type == OBJECT_ADDRESS_SPACE);
    assert_false(frame->mapped);
    assert_int_equal(word[2] & ~(uint64_t)frame->rights, 0);
    /* What init can write to all the time, nobody executes. */
    assert_false((word[2] & RIGHT_EXECUTE) && frames[frame->frame].in_mirror);
    for (unsigned i = 0; i < CAPS; i++) {
        if (caps[i].used && caps[i].mapped && caps[i].at == word[1]) {
            return RESULT_OCCUPIED;
        }
    }
    frame->mapped = true;
    frame->at = word[1];
    frame->map_rights = (unsigned)word[2];
    frame->map_memory = (enum thole_memory)word[3];
    return RESULT_DONE;
}

static enum thole_result remove_all(struct cap *cap, bool itself)
{
    if (!cap) {
        return RESULT_DONE;
    }
    if (revokes_later && !itself) {
        revokes_later = false;
        return RESULT_BUSY;
    }
    descendants_delete(cap);
    if (itself) {
        cap_delete(cap);
    }
    return RESULT_DONE;
}

static enum thole_result table_invoke(unsigned table, uint32_t label, const uint64_t *word)
{
    switch (label) {
    case CAPTABLE_COPY:
        return copy(table, word, 0);
    case CAPTABLE_MINT:
        return copy(table, word, word[4]);
    case CAPTABLE_MOVE:
        return move(table, word);
    case CAPTABLE_DELETE:
        return remove_all(cap_in(table, word[0]), true);
    case CAPTABLE_REVOKE:
        return remove_all(cap_in(table, word[0]), false);
    default:
        fail();
        return RESULT_BAD_OPERATION;
    }
}

static bool is_refused(uint32_t label, const struct cap *cap)
{
    bool takes = cap->type == OBJECT_CAPTABLE &&
                 (label == CAPTABLE_DELETE || label == CAPTABLE_REVOKE);

    return refuse_after && !takes && --refuse_after == 0;
}

enum thole_result thole_invoke(unsigned slot, uint32_t label, unsigned words, const uint64_t *word)
{
    struct cap *cap = cap_in(INIT_SLOT_CAPTABLE, slot);

    (void)words;
    assert_non_null(cap);
    if (is_refused(label, cap)) {
        return RESULT_TOO_DEEP;
    }
    switch (cap->type) {
    case OBJECT_UNTYPED:
        return retype(cap, word);
    case OBJECT_CAPTABLE:
        return table_invoke(slot, label, word);
    case OBJECT_FRAME:
        return map(cap, word);
    default: /* threads, time and what signals: only that they are there */
        return RESULT_DONE;
    }
}

const char *result_text(enum thole_result result)
{
    return result == RESULT_DONE ? "done" : "refused";
}

/* --- What else these files use of init ------------------------------------------------------- */

wrong_t wrong_of(enum thole_result result)
{
    return result == RESULT_DONE ? NULL : result_text(result);
}

wrong_t quota_wrong(enum thole_result result)
{
    return result == RESULT_NO_MEMORY ? "memory-kib is too small for it" : wrong_of(result);
}

wrong_t trace_name(unsigned thread, unsigned number)
{
    (void)number;
    return cap_in(INIT_SLOT_CAPTABLE, thread) ? NULL : "no thread";
}

wrong_t device_give(struct server *server, struct startup *startup)
{
    (void)server, (void)startup;
    return NULL;
}

void print_line(const char *format, ...)
{
    (void)format;
}

void state_set(struct server *server, enum server_state state, const char *why, ...)
{
    (void)why;
    server->state = state;
}

void *window_map(unsigned frame, unsigned count)
{
    (void)frame, (void)count;
    return NULL;
}

static char *mirrors;      /* at the end of what was reserved nothing is mapped */
static size_t mirror_bytes;

char *window_reserve(unsigned count)
{
    assert_null(mirrors);
    mirror_bytes = (size_t)count * PAGE;
    return mirrors = aligned_alloc(PAGE, mirror_bytes);
}

/* The copy's frame is shown there from now on, and is as zero as it was. */
bool window_put(unsigned slot, char *at)
{
    const struct cap *cap = cap_in(INIT_SLOT_CAPTABLE, slot);
    struct frame *frame = &frames[cap->frame];

    assert_true(at >= mirrors && at + PAGE <= mirrors + mirror_bytes);
    memset(at, 0, PAGE);
    free(frame->memory);
    frame->memory = (uint8_t *)at;
    frame->in_mirror = true;
    return !(refuse_after && --refuse_after == 0);
}

void *window_show(unsigned slot, unsigned rights)
{
    (void)rights;
    return frames[cap_in(INIT_SLOT_CAPTABLE, slot)->frame].memory;
}

void window_hide(unsigned slot)
{
    (void)slot;
}

static unsigned blocks;
static struct memory_range asked[SYSTEM_WINDOWS_MAX];
static unsigned asked_count;

int memory_take(unsigned bits, enum memory_owner owner)
{
    struct cap made = {.parent = CAPS, .type = OBJECT_UNTYPED, .rights = RIGHTS_ALL};

    (void)bits, (void)owner;
    cap_make(INIT_SLOT_CAPTABLE, BLOCK_SLOT + blocks, &made);
    return (int)blocks++;
}

/* The first range that is large enough has a block at its start. */
static uint64_t place;

int memory_take_in(const struct memory_range *range, unsigned count, unsigned bits,
                   enum memory_owner owner)
{
    memcpy(asked, range, count * sizeof(*range));
    asked_count = count;
    for (unsigned i = 0; i < count; i++) {
        if (range[i].bytes >= (uint64_t)1 << bits) {
            place = range[i].address;
            return memory_take(bits, owner);
        }
    }
    return -1;
}

uint64_t memory_address(int block)
{
    (void)block;
    return place;
}

void memory_give(int block)
{
    cap_delete(cap_in(INIT_SLOT_CAPTABLE, memory_untyped(block)));
}

unsigned memory_untyped(int block)
{
    return BLOCK_SLOT + (unsigned)block;
}

/* --- The world of a test --------------------------------------------------------------------- */

enum { DRIVER, LOG, CLIENT, SERVERS };
enum { DRIVER_TO_LOG, CLIENT_TO_DRIVER, LOG_OF_INIT, EDGES };

static struct server *const driver = &init.server[DRIVER];
static uint8_t file[ELF_BUILT_BYTES];
static struct cpio_built archive;
static struct boot_info info;

static uint16_t own(enum thole_object type, unsigned slot)
{
    struct cap made = {.parent = CAPS, .type = type, .rights = RIGHTS_ALL};

    if (type == OBJECT_FRAME) {
        made.frame = frame_count++;
        frames[made.frame] = (struct frame){.memory = calloc(1, PAGE), .shared = true};
    }
    cap_make(INIT_SLOT_CAPTABLE, slot, &made);
    return (uint16_t)slot;
}

static void server_prepare(unsigned index, const char *name)
{
    struct server *server = &init.server[index];
    unsigned slot = OWN_SLOT + 16 * index;

    init.system.server[index] = (struct system_server){
        .name = name, .program = "driver", .node = -1, .config = -1, .device = -1,
        .memory_kib = 256, .stack_kib = 8};
    server->tree = &init.system.server[index];
    server->state = SERVER_RUNNING;
    server->endpoint = own(OBJECT_ENDPOINT, slot);
    server->notification = own(OBJECT_NOTIFICATION, slot + 1);
    server->timer = own(OBJECT_TIMER, slot + 2);
    server->fault = own(OBJECT_ENDPOINT, slot + 3);
    server->start_signal = own(OBJECT_NOTIFICATION, slot + 4);
}

static void edges_prepare(void)
{
    unsigned slot = OWN_SLOT + 128;

    init.edge_count = EDGES;
    init.edge[DRIVER_TO_LOG] = (struct edge){
        .use_name = "log", .client = DRIVER, .server = LOG, .client_bit = 8, .server_bit = 9,
        .optional = true, .frames = (uint16_t)slot, .pages = 1};
    init.edge[CLIENT_TO_DRIVER] = (struct edge){
        .use_name = "driver", .client = CLIENT, .server = DRIVER, .client_bit = 8,
        .server_bit = 9, .frames = (uint16_t)(slot + 1), .pages = 2};
    init.edge[LOG_OF_INIT] = (struct edge){
        .client = EDGE_INIT, .server = DRIVER, .server_bit = 10, .read_only = true,
        .frames = (uint16_t)(slot + 3), .pages = 1};
    for (unsigned i = 0; i < 4; i++) {
        own(OBJECT_FRAME, slot + i);
    }
}

/* The archive is read once for each process: the file in it is changed in place. */
static void archive_prepare(void)
{
    static bool done;

    if (!done) {
        char text[2 * ELF_BUILT_BYTES];

        memset(text, 'x', sizeof(text) - 1);
        text[ELF_BUILT_BYTES] = '\0';
        cpio_build(&archive, "driver", CPIO_BUILT_FILE, text);
        cpio_build(&archive, CPIO_BUILT_TRAILER, 0, "");
        info = (struct boot_info){.timer_frequency = 1000000, .archive = (uint64_t)archive.bytes,
                                  .archive_bytes = archive.total};
        init.info = &info;
        assert_null(archive_read());
        done = true;
    }
}

/* Where the archive has the file. */
static uint8_t *file_in_archive(void)
{
    return archive.bytes + (CPIO_AT_NAME + sizeof("driver") + 3) / 4 * 4;
}

static void file_use(void)
{
    memcpy(file_in_archive(), file, sizeof(file));
}

static int begin(void **state)
{
    (void)state;
    memset(&init, 0, sizeof(init));
    memset(caps, 0, sizeof(caps));
    archive_prepare();
    init.info = &info;
    slots_init(FREE_SLOT, 12);
    own(OBJECT_CAPTABLE, INIT_SLOT_CAPTABLE);
    own(OBJECT_ADDRESS_SPACE, INIT_SLOT_ADDRESS_SPACE);
    own(OBJECT_ENDPOINT, INIT_SLOT_ENDPOINT);
    own(OBJECT_SCHED_CONTROL, INIT_SLOT_SCHED_CONTROL);
    own(OBJECT_ASID_CONTROL, INIT_SLOT_ASID_CONTROL);
    init.work_frame = (uint16_t)slots_take(3);
    init.work_copy = init.work_frame + 1;
    init.work_table = init.work_frame + 2;
    init.system.server_count = SERVERS;
    server_prepare(DRIVER, "driver");
    server_prepare(LOG, "log");
    server_prepare(CLIENT, "client");
    edges_prepare();
    elf_build(file);
    for (unsigned i = 0x400; i < sizeof(file); i++) {
        file[i] = (uint8_t)(i * 31 + i / 256);
    }
    file_use();
    frames_made = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    refuse_after = 0;
    revokes_later = false;
    assert_true(incarnation_end(driver, false));
    slots_give(init.work_frame, 3);
    for (unsigned i = 0; i < frame_count; i++) {
        if (!frames[i].in_mirror) {
            free(frames[i].memory);
        }
    }
    free(mirrors);
    mirrors = NULL;
    frame_count = blocks = 0;
    return 0;
}

static void run(void)
{
    assert_null(incarnation_begin(driver));
    assert_int_equal(incarnation_enter(driver), RESULT_DONE);
}

static void run_again(void)
{
    assert_true(incarnation_end(driver, true));
    assert_false(driver->alive);
    run();
}

/* --- What the program sees ------------------------------------------------------------------- */

static const struct cap *page_at(uint64_t at)
{
    for (unsigned i = 0; i < CAPS; i++) {
        if (caps[i].used && caps[i].mapped && caps[i].at == (at & ~(uint64_t)(PAGE - 1))) {
            return &caps[i];
        }
    }
    return NULL;
}

static uint8_t *byte_at(uint64_t at)
{
    const struct cap *page = page_at(at);

    return page ? frames[page->frame].memory + at % PAGE : NULL;
}

static struct startup *startup(void)
{
    return (struct startup *)byte_at(PROGRAM_STARTUP);
}

/* All that one incarnation has, to be compared with what the next one has. */
struct view {
    unsigned pages;
    struct {
        uint64_t at;
        unsigned rights;
        bool shared;
        _Alignas(8) uint8_t content[PAGE];
    } page[64];
    unsigned caps;
    struct {
        unsigned slot, rights, parent;
        enum thole_object type;
        uint64_t badge;
    } cap[64];
};

static void view_cap(struct view *view, const struct cap *cap)
{
    if (cap->table == driver->now.table) {
        view->cap[view->caps].slot = cap->slot;
        view->cap[view->caps].rights = cap->rights;
        view->cap[view->caps].parent = caps[cap->parent].slot;
        view->cap[view->caps].type = cap->type;
        view->cap[view->caps++].badge = cap->badge;
    }
}

/* Pages by address, capabilities by slot, so that it is the same however they were made. */
static struct view *view_take(void)
{
    struct view *view = calloc(1, sizeof(*view));

    for (unsigned slot = 0; slot < PROGRAM_SLOTS; slot++) {
        const struct cap *cap = cap_in(driver->now.table, slot);

        if (cap) {
            view_cap(view, cap);
        }
    }
    for (uint64_t last = 0;; view->pages++) {
        const struct cap *next = NULL;

        for (unsigned i = 0; i < CAPS; i++) {
            if (caps[i].used && caps[i].mapped && caps[i].at > last &&
                (!next || caps[i].at < next->at)) {
                next = &caps[i];
            }
        }
        if (!next) {
            return view;
        }
        assert_true(view->pages < 64);
        last = view->page[view->pages].at = next->at;
        view->page[view->pages].rights = next->map_rights;
        view->page[view->pages].shared = frames[next->frame].shared;
        if (!frames[next->frame].shared) {
            memcpy(view->page[view->pages].content, frames[next->frame].memory, PAGE);
        }
    }
}

/* Both are taken away. */
static void assert_same(struct view *one, struct view *other)
{
    assert_int_equal(one->pages, other->pages);
    assert_memory_equal(one, other, sizeof(*one));
    free(one);
    free(other);
}

/* The incarnation's number is all that the next one's page says otherwise. */
static struct view *view_first(void)
{
    struct view *view = view_take();

    for (unsigned i = 0; i < view->pages; i++) {
        if (view->page[i].at == PROGRAM_STARTUP) {
            ((struct startup *)view->page[i].content)->incarnation++;
        }
    }
    return view;
}

/* What a program could do: it writes wherever it may, and has got capabilities with messages. */
static void program_misbehaves(void)
{
    const struct cap gift = {.parent = CAPS, .type = OBJECT_REPLY, .rights = RIGHT_SEND};

    for (unsigned i = 0; i < CAPS; i++) {
        if (caps[i].used && caps[i].mapped && caps[i].map_rights & RIGHT_WRITE) {
            memset(frames[caps[i].frame].memory, 0xa5, PAGE);
        }
    }
    for (unsigned slot = startup()->free_slot; slot < PROGRAM_SLOTS; slot++) {
        cap_make(driver->now.table, slot, &gift);
    }
    cap_delete(cap_in(driver->now.table, SLOT_TIMER));
}

/* --- Tests ----------------------------------------------------------------------------------- */

static void a_program_begins_as_its_file_says(void **state)
{
    (void)state;
    run();
    assert_int_equal(driver->now.entry, ELF_BUILT_ENTRY);
    for (unsigned i = 0; i < 0x1800; i++) {
        assert_int_equal(*byte_at(0x400000 + i), file_in_archive()[i]);
    }
    for (unsigned i = 0; i < 0x80; i++) {
        assert_int_equal(*byte_at(0x403080 + i), file_in_archive()[0x3080 + i]);
    }
    for (unsigned i = 0x80; i < 0x5000; i++) {
        assert_int_equal(*byte_at(0x403080 + i), 0);
    }
    for (uint64_t at = PROGRAM_STACK_TOP - 8192; at < PROGRAM_STACK_TOP; at++) {
        assert_int_equal(*byte_at(at), 0);
    }
    assert_null(byte_at(PROGRAM_STACK_TOP - 8193));
    assert_int_equal(page_at(0x400000)->map_rights, RIGHT_READ | RIGHT_EXECUTE);
    assert_int_equal(page_at(0x402000)->map_rights, RIGHT_READ);
    assert_int_equal(page_at(0x403000)->map_rights, RIGHT_READ | RIGHT_WRITE);
    assert_int_equal(page_at(PROGRAM_STARTUP)->map_rights, RIGHT_READ);
}

/* The mirror has one after the other, whatever their addresses. */
static void two_writable_segments_begin_as_the_file_says(void **state)
{
    (void)state;
    elf_put(file, elf_built_at(1, SEGMENT_FLAGS), 4, ELF_READ | ELF_WRITE);
    elf_put(file, elf_built_at(1, SEGMENT_ADDRESS), 8, 0x420000);
    elf_put(file, elf_built_at(1, SEGMENT_MEMORY_BYTES), 8, 0x2801);
    file_use();
    for (unsigned round = 0; round < 2; round++) {
        run();
        assert_memory_equal(byte_at(0x420000), file + 0x2000, 0x800);
        assert_memory_equal(byte_at(0x403080), file + 0x3080, 0x80);
        assert_int_equal(*byte_at(0x420800), 0);
        assert_int_equal(*byte_at(0x422800), 0);
        program_misbehaves();
        assert_true(incarnation_end(driver, true));
    }
}

static void the_page_names_what_the_table_holds(void **state)
{
    const struct startup_edge *edge;
    (void)state;

    run();
    edge = startup()->edge;
    assert_int_equal(startup()->edge_count, EDGES);
    assert_int_equal(startup()->incarnation, 0);
    assert_int_equal(cap_in(driver->now.table, edge[0].endpoint)->parent,
                     cap_in(INIT_SLOT_CAPTABLE, init.server[LOG].endpoint) - caps);
    assert_int_equal(cap_in(driver->now.table, edge[0].endpoint)->badge, 9);
    assert_int_equal(cap_in(driver->now.table, edge[0].signal)->badge, 1u << 9);
    assert_int_equal(cap_in(driver->now.table, edge[1].signal)->parent,
                     cap_in(INIT_SLOT_CAPTABLE, init.server[CLIENT].notification) - caps);
    assert_int_equal(edge[1].endpoint, SLOT_NONE);
    assert_int_equal(edge[2].signal, SLOT_NONE);
    assert_int_equal(page_at(edge[1].buffer)->map_rights, RIGHT_READ | RIGHT_WRITE);
    assert_int_equal(page_at(edge[2].buffer)->map_rights, RIGHT_READ);
    assert_null(cap_in(driver->now.table, startup()->free_slot));
    assert_non_null(cap_in(driver->now.table, startup()->free_slot - 1));
}

/* A tree with a device whose node says 4 of `lines`; the answer is the device's node. */
static int tree_make(void *tree, int bytes)
{
    assert_int_equal(fdt_create(tree, bytes), 0);
    assert_int_equal(fdt_finish_reservemap(tree), 0);
    assert_int_equal(fdt_begin_node(tree, "") + fdt_begin_node(tree, "slot"), 0);
    assert_int_equal(fdt_property_u32(tree, "lines", 4), 0);
    assert_int_equal(fdt_end_node(tree) + fdt_end_node(tree), 0);
    assert_int_equal(fdt_finish(tree), 0);
    return fdt_path_offset(tree, "/slot");
}

static void the_page_holds_what_the_node_of_the_device_says(void **state)
{
    static const uint8_t want[] = {'l', 'i', 'n', 'e', 's', 0, 4, 0, 0, 0, 0, 0, 0, 4};
    static uint64_t tree[64];
    (void)state;

    init.tree = tree;
    init.system.server[DRIVER].device = tree_make(tree, sizeof(tree));
    run();
    assert_int_equal(startup()->config_bytes, sizeof(want));
    assert_memory_equal(startup()->config, want, sizeof(want));
}

static void both_sides_are_told_what_an_edge_is_good_for(void **state)
{
    static const struct system_use of_bus = {
        .origin = EDGE_FROM_BUS, .cells = 2, .cell = {0x48, 7}};
    static const struct system_use of_line = {
        .origin = EDGE_FROM_GPIOS, .cells = 4, .cell = {1, 2, 3, 4}};
    const struct startup_edge *edge;
    (void)state;

    init.edge[DRIVER_TO_LOG].use = &of_bus;
    init.edge[CLIENT_TO_DRIVER].use = &of_line;
    for (unsigned round = 0; round < 2; round++) {
        run();
        edge = startup()->edge;
        assert_int_equal(edge[0].kind, EDGE_USE);
        assert_int_equal(edge[0].origin, EDGE_FROM_BUS);
        assert_int_equal(edge[0].cells, 2);
        assert_memory_equal(edge[0].cell, of_bus.cell, sizeof(of_bus.cell));
        assert_int_equal(edge[1].kind, EDGE_PROVIDE);
        assert_int_equal(edge[1].origin, EDGE_FROM_GPIOS);
        assert_int_equal(edge[1].cells, 4);
        assert_memory_equal(edge[1].cell, of_line.cell, sizeof(of_line.cell));
        assert_int_equal(edge[2].origin, EDGE_FROM_USES);
        assert_int_equal(edge[2].cells, 0);
        assert_true(incarnation_end(driver, true));
    }
}

static void the_next_sees_nothing_of_the_last(void **state)
{
    struct view *first;
    (void)state;

    run();
    for (unsigned i = 0; i < 3; i++) {
        first = view_first();
        program_misbehaves();
        run_again();
        assert_same(first, view_take());
    }
    assert_int_equal(startup()->incarnation, 3);
}

static void what_could_not_be_written_is_not_made_again(void **state)
{
    unsigned made;
    (void)state;

    run();
    made = frames_made;
    run_again();
    assert_int_equal(frames_made, made);
}

static void between_two_nobody_has_a_thread_or_a_capability(void **state)
{
    (void)state;
    run();
    assert_true(incarnation_end(driver, true));
    assert_null(cap_in(INIT_SLOT_CAPTABLE, driver->now.thread));
    for (unsigned slot = 0; slot < PROGRAM_SLOTS; slot++) {
        assert_null(cap_in(driver->now.table, slot));
    }
}

static void a_heap_goes_with_all_the_rest(void **state)
{
    struct view *first;
    (void)state;

    run();
    first = view_first();
    assert_null(heap_grow(driver, 3 * PAGE));
    program_misbehaves();
    assert_non_null(byte_at(PROGRAM_HEAP_ADDRESS));
    run_again();
    assert_same(first, view_take());
    assert_int_equal(driver->now.heap_end, PROGRAM_HEAP_ADDRESS);
}

static void who_is_gone_meanwhile_is_not_given_again(void **state)
{
    struct view *first;
    (void)state;

    run();
    first = view_first();
    init.server[LOG].state = SERVER_STOPPED;
    program_misbehaves();
    run_again();
    assert_int_equal(startup()->edge_count, EDGES - 1);
    assert_string_equal(startup()->edge[0].name, "client");
    init.server[LOG].state = SERVER_RUNNING;
    run_again();
    startup()->incarnation--;
    assert_same(first, view_take());
}

static void a_stop_leaves_nothing(void **state)
{
    unsigned before = 0, after = 0;
    (void)state;

    for (unsigned i = 0; i < CAPS; i++) {
        before += caps[i].used;
    }
    run();
    run_again();
    assert_true(incarnation_end(driver, true));
    assert_true(incarnation_end(driver, false));
    quota_close(&driver->now.quota);
    for (unsigned i = 0; i < CAPS; i++) {
        after += caps[i].used;
    }
    assert_int_equal(before, after);
}

static void what_is_still_in_use_is_ended_later(void **state)
{
    (void)state;
    run();
    revokes_later = true;
    assert_false(incarnation_end(driver, true));
    assert_true(driver->alive);
    run_again();
    revokes_later = true;
    assert_false(incarnation_end(driver, false));
    assert_true(incarnation_end(driver, false));
}

/* How many operations until one more is not reached: each is refused once. */
static void each_refusal_ends_it_cleanly(bool renew)
{
    unsigned slot = slots_take(1), refused = 1;

    slots_give(slot, 1);
    for (;; refused++) {
        wrong_t wrong;

        if (renew) {
            run();
            assert_true(incarnation_end(driver, true));
        }
        refuse_after = refused;
        wrong = incarnation_begin(driver);
        if (!wrong) {
            break;
        }
        refuse_after = 0;
        assert_true(incarnation_end(driver, false));
        quota_close(&driver->now.quota);
        assert_int_equal(slots_take(1), slot);
        slots_give(slot, 1);
    }
    assert_true(refused > (renew ? 8 : 40));
}

static void a_refusal_at_any_step_ends_it_cleanly(void **state)
{
    (void)state;
    each_refusal_ends_it_cleanly(false);
}

static void a_refusal_at_any_step_of_the_next_ends_it_cleanly(void **state)
{
    (void)state;
    each_refusal_ends_it_cleanly(true);
}

static void the_stack_can_be_read_and_nothing_beside_it(void **state)
{
    uint64_t word = 0;
    (void)state;

    assert_false(stack_read(driver, PROGRAM_STACK_TOP - 8, &word, 8));
    run();
    *byte_at(PROGRAM_STACK_TOP - 8) = 7;
    *byte_at(PROGRAM_STACK_TOP - 8192) = 8;
    assert_true(stack_read(driver, PROGRAM_STACK_TOP - 8, &word, 8));
    assert_int_equal(word, 7);
    assert_true(stack_read(driver, PROGRAM_STACK_TOP - 8192, &word, 8));
    assert_int_equal(word, 8);
    assert_false(stack_read(driver, PROGRAM_STACK_TOP - 8193, &word, 8));
    assert_false(stack_read(driver, PROGRAM_STACK_TOP - 7, &word, 8));
    assert_false(stack_read(driver, PROGRAM_STACK_TOP, &word, 8));
    assert_false(stack_read(driver, UINT64_MAX, &word, 8));
}

/* A field of a segment's header, of those that say what lies where. */
static void file_damage(void)
{
    static const enum elf_built_segment field[] = {SEGMENT_FLAGS, SEGMENT_OFFSET, SEGMENT_ADDRESS,
                                                   SEGMENT_FILE_BYTES, SEGMENT_MEMORY_BYTES};
    static const uint64_t value[] = {0, 1, 0x7f, 0x80, 0xf80, 0x1000, 0x3000, 0x3080, 0x400000,
                                     0x40a000, 0x40a080, 0x10000000, UINT64_MAX, 4, 5, 6};
    unsigned segment = (unsigned)rand() % ELF_BUILT_SEGMENTS;
    enum elf_built_segment which = field[(unsigned)rand() % 5];
    unsigned bytes = which == SEGMENT_FLAGS ? 4 : 8;

    elf_put(file_in_archive(), elf_built_at(segment, which), bytes,
            value[(unsigned)rand() % (sizeof(value) / sizeof(value[0]))]);
}

static void whatever_the_file_says_the_next_sees_nothing(void **state)
{
    unsigned ran = 0, refused = 0;

    srand(1);
    for (unsigned i = 0; i < 500; i++) {
        end(state);
        begin(state);
        for (unsigned damages = (unsigned)rand() % 4; damages > 0; damages--) {
            file_damage();
        }
        if (incarnation_begin(driver)) {
            assert_true(incarnation_end(driver, false));
            refused++;
        } else {
            struct view *first;

            assert_int_equal(incarnation_enter(driver), RESULT_DONE);
            first = view_first();
            program_misbehaves();
            run_again();
            assert_same(first, view_take());
            ran++;
        }
    }
    assert_true(ran > 50 && refused > 50);
}

/* --- Memory for devices ------------------------------------------------------------------------ */

static void dma_prepare(uint32_t kib, bool coherent, const struct system_window *window,
                        unsigned count)
{
    struct system_server *tree = &init.system.server[DRIVER];

    tree->dma_kib = kib;
    tree->dma_coherent = coherent;
    tree->window_count = count;
    memcpy(tree->window, window, count * sizeof(*window));
}

static const struct system_window all_of_it = {0x40000000, 0x40000000, UINT64_MAX - 0x40000000};

static void a_device_s_memory_is_in_one_piece_and_bypasses_caches(void **state)
{
    (void)state;
    dma_prepare(12, false, &all_of_it, 1);
    assert_null(dma_make(driver));
    run();
    assert_int_equal(startup()->dma.address, PROGRAM_DMA_ADDRESS);
    assert_int_equal(startup()->dma.bytes, 12288);
    assert_int_equal(startup()->dma.bus, 0x40000000);
    for (unsigned i = 0; i < 3; i++) {
        const struct cap *page = page_at(PROGRAM_DMA_ADDRESS + i * PAGE);

        assert_int_equal(page->map_memory, MEMORY_UNCACHED);
        assert_int_equal(page->map_rights, RIGHT_READ | RIGHT_WRITE);
        /* Frames of one block, made one after the other. */
        assert_int_equal(caps[page->parent].slot, driver->dma_frames + i);
        assert_int_equal(caps[page->parent].parent, caps[page_at(PROGRAM_DMA_ADDRESS)->parent].parent);
    }
    assert_null(page_at(PROGRAM_DMA_ADDRESS + 3 * PAGE));
}

static void memory_of_a_device_that_sees_caches_is_cached(void **state)
{
    (void)state;
    dma_prepare(4, true, &all_of_it, 1);
    assert_null(dma_make(driver));
    run();
    assert_int_equal(page_at(PROGRAM_DMA_ADDRESS)->map_memory, MEMORY_NORMAL);
}

static void a_server_without_such_memory_is_given_none(void **state)
{
    (void)state;
    assert_null(dma_make(driver));
    run();
    assert_int_equal(startup()->dma.address, 0);
    assert_int_equal(startup()->dma.bytes, 0);
    assert_null(page_at(PROGRAM_DMA_ADDRESS));
}

/* The device may still be at work on it: nobody else gets it, and nobody clears it. */
static void a_device_s_memory_outlives_its_drivers(void **state)
{
    const struct cap *page;
    unsigned frame;
    (void)state;

    dma_prepare(4, false, &all_of_it, 1);
    assert_null(dma_make(driver));
    run();
    frame = page_at(PROGRAM_DMA_ADDRESS)->frame;
    *byte_at(PROGRAM_DMA_ADDRESS + 5) = 77;
    run_again();
    assert_int_equal(*byte_at(PROGRAM_DMA_ADDRESS + 5), 77);
    assert_true(incarnation_end(driver, false));
    quota_close(&driver->now.quota);
    run();
    page = page_at(PROGRAM_DMA_ADDRESS);
    assert_int_equal(page->frame, frame);
    assert_int_equal(*byte_at(PROGRAM_DMA_ADDRESS + 5), 77);
    assert_int_equal(startup()->dma.bus, 0x40000000);
}

static void a_device_is_given_low_addresses_of_its_own_first(void **state)
{
    static const struct system_window window[] = {
        {0x100000000, 0x400000000, 0x100000000},
        {0x200000000, 0xc0000000, 0x80000000},
        {0x200000000, 0x80000000, 0x1000},
        {0x1ffffe000, 0x70000000, 0x3000},
    };
    (void)state;

    dma_prepare(8, false, window, 4);
    assert_null(dma_make(driver));
    assert_int_equal(asked_count, 4);
    assert_int_equal(asked[0].bytes, 0);
    assert_int_equal(asked[1].bytes, 0x40000000);
    /* The last two have the first byte too, but not the whole. */
    assert_int_equal(driver->dma_bus, 0xc0000000);
    dma_prepare(8, false, window, 1);
    assert_null(dma_make(driver));
    assert_int_equal(driver->dma_bus, 0x400000000);
}

static void a_device_that_reaches_no_memory_is_told(void **state)
{
    static const struct system_window window = {0x40000000, 0, 0x1000};
    (void)state;

    dma_prepare(8, false, &window, 1);
    assert_string_equal(dma_make(driver), "there is no memory left where its device reaches it");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_program_begins_as_its_file_says),
        TEST(two_writable_segments_begin_as_the_file_says),
        TEST(the_page_names_what_the_table_holds),
        TEST(the_page_holds_what_the_node_of_the_device_says),
        TEST(both_sides_are_told_what_an_edge_is_good_for),
        TEST(the_next_sees_nothing_of_the_last),
        TEST(what_could_not_be_written_is_not_made_again),
        TEST(between_two_nobody_has_a_thread_or_a_capability),
        TEST(a_heap_goes_with_all_the_rest),
        TEST(who_is_gone_meanwhile_is_not_given_again),
        TEST(a_stop_leaves_nothing),
        TEST(what_is_still_in_use_is_ended_later),
        TEST(a_refusal_at_any_step_ends_it_cleanly),
        TEST(a_refusal_at_any_step_of_the_next_ends_it_cleanly),
        TEST(the_stack_can_be_read_and_nothing_beside_it),
        TEST(whatever_the_file_says_the_next_sees_nothing),
        TEST(a_device_s_memory_is_in_one_piece_and_bypasses_caches),
        TEST(memory_of_a_device_that_sees_caches_is_cached),
        TEST(a_server_without_such_memory_is_given_none),
        TEST(a_device_s_memory_outlives_its_drivers),
        TEST(a_device_is_given_low_addresses_of_its_own_first),
        TEST(a_device_that_reaches_no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
