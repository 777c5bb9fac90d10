/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCG plugin of QEMU: sees each instruction of the kernel as it runs. It knows
 * addresses only; bench.py takes them from the ELF files and gives a name to what
 * comes back. Arguments, addresses in hexadecimal:
 *
 *   out=FILE          where the record goes
 *   kernel=ADDRESS    all from here on is the kernel; below are programs
 *   vectors=ADDRESS   a table of exception vectors (may be repeated)
 *   eret=ADDRESS      an exception return (may be repeated)
 *   wait=ADDRESS      a wfi: what waits is not busy (may be repeated)
 *   mark=ADDRESS      begins a situation, on the core that runs it; end=ADDRESS: ends it
 *   entry=ADDRESS     the kernel's first instruction: all cores' are counted from here on
 *   uart=ADDRESS      the physical address to which characters are written
 *   place=ADDRESS:WORD...  a place of one program: others have other instructions than these
 *                     at that address (up to eight, of eight digits each)
 *   limit=N           the record ends after N instructions of the kernel
 *   cores=1           there are several cores, one at a time: they are told apart by
 *                     TPIDR_EL1, and have numbers in the order in which they set it
 *
 * The record, a line each, of what a core does between a mark and the end:
 *
 *   mark CORE ADDRESS     a situation begins
 *   in CORE               an exception; its first instruction follows
 *   i CORE ADDRESS        the kernel executes this
 *   r|w CORE ADDRESS SHIFT  and accesses 2^SHIFT bytes of data here
 *   out CORE ADDRESS      a program goes on here
 *   end CORE
 *
 * with `entry`, the numbers of instructions executed before
 *
 *   program N             the first one of a program
 *   tx N                  the one that writes a character
 *   place N ADDRESS       the one at a place
 *
 * and once, at exit or at the limit:
 *
 *   longest N ADDRESS...  the most instructions that a core executed from a vector, or
 *                         from its waking, to its exception return or waiting
 *   over                  what may follow does not count
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- What is used of QEMU's interface: versions 1 to 4 ------------------ */

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
enum { CALLBACK_NO_REGISTERS = 0, CALLBACK_READS_REGISTERS = 1, ACCESS_BOTH = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*call)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block,
                                          void (*call)(unsigned, void *), int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
                                            void (*call)(unsigned, void *), int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *instruction,
                                      void (*call)(unsigned, uint32_t, uint64_t, void *),
                                      int flags, int access, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*call)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
#if PLUGIN_VERSION < 3
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);
#else
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction, void *to, size_t bytes);
#endif
#if PLUGIN_VERSION >= 3 /* and of GLib, which QEMU has */
struct qemu_plugin_register;
struct register_named {
    struct qemu_plugin_register *handle;
    const char *name;
    const char *feature;
};
struct registers {
    const struct register_named *at;
    unsigned count;
};
struct bytes {
    uint8_t *at;
    unsigned count;
};
const struct registers *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(struct qemu_plugin_register *handle, struct bytes *into);
struct bytes *g_byte_array_new(void);
struct bytes *g_byte_array_set_size(struct bytes *bytes, unsigned count);
#endif
bool qemu_plugin_mem_is_store(uint32_t access);
unsigned qemu_plugin_mem_size_shift(uint32_t access);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t access, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *place);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *place);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = PLUGIN_VERSION;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int count, char **argument);

/* --- What the arguments say --------------------------------------------------------- */

#define PLACES_MAX 64
struct places {
    unsigned count;
    uint64_t at[PLACES_MAX];
};
static struct places vectors, erets, waits, marks;
#define WORDS_MAX 8
static struct {
    uint64_t address;
    unsigned words;
    uint32_t word[WORDS_MAX];
} place;
static uint64_t kernel_start = UINT64_MAX, end_mark, entry, uart;
static bool several_cores;
static FILE *out;

#define VECTORS_BYTES   0x800
#define VECTORS_PROGRAM 0x400 /* from here on, those from a program (Arm ARM D1.10.2) */
#define VECTOR_BYTES    0x80

static bool is_one_of(const struct places *places, uint64_t address)
{
    for (unsigned i = 0; i < places->count; i++)
        if (places->at[i] == address)
            return true;
    return false;
}

static bool is_entry(uint64_t address)
{
    for (unsigned i = 0; i < vectors.count; i++)
        if (address >= vectors.at[i] + VECTORS_PROGRAM && address < vectors.at[i] + VECTORS_BYTES)
            return (address - vectors.at[i]) % VECTOR_BYTES == 0;
    return false;
}

/* --- What a core does --------------------------------------------------------------- */

#define CORES_MAX 64
struct path {
    size_t count, room;
    uint64_t *at;
};
static struct core {
    bool busy;          /* in the kernel, by an exception or awake again */
    bool left;          /* the next instruction is a program's */
    bool open;          /* between a mark and the end */
    struct path path;   /* since it is busy */
} cores[CORES_MAX];
static struct path longest;
/* With -icount one core runs at a time, in one thread. */
static bool counts, program_ran, ended;
static uint64_t executed; /* since the kernel's first, which is counted */
static uint64_t limit = UINT64_MAX, in_kernel;

static void path_add(struct path *path, uint64_t address)
{
    if (path->count == path->room) {
        path->room = path->room ? 2 * path->room : 1024;
        path->at = realloc(path->at, path->room * sizeof(*path->at));
        if (path->at == NULL)
            abort();
    }
    path->at[path->count++] = address;
}

static void path_end(struct core *core)
{
    if (core->busy && core->path.count > longest.count) {
        struct path shorter = longest;

        longest = core->path;
        core->path = shorter;
    }
    core->busy = false;
    core->path.count = 0;
}

/* Once: at the limit or at exit. */
static void record_end(void)
{
    if (ended)
        return;
    ended = true;
    fprintf(out, "longest %zu", longest.count);
    for (size_t i = 0; i < longest.count; i++)
        fprintf(out, " %" PRIx64, longest.at[i]);
    fprintf(out, "\nover\n");
    fflush(out);
}

static void on_exit_of_machine(plugin_id id, void *data)
{
    (void)id;
    (void)data;
    record_end();
}

/*
 * When one core runs at a time, QEMU from 9.1 on tells plugins the number of the core that
 * code was translated for. Then a block asks when it begins: only there another core goes on.
 */
static unsigned running;

static unsigned core_of(unsigned index)
{
    return several_cores ? running : index;
}

#if PLUGIN_VERSION >= 3
static struct qemu_plugin_register *find_register(const char *name)
{
    const struct registers *all = qemu_plugin_get_registers();

    for (unsigned i = 0; i < all->count; i++)
        if (strcmp(all->at[i].name, name) == 0)
            return all->at[i].handle;
    fprintf(stderr, "counter: QEMU does not show %s\n", name);
    abort();
}

static unsigned number_of(uint64_t value)
{
    static uint64_t seen[CORES_MAX];

    for (unsigned i = 0; i < CORES_MAX; i++) {
        if (seen[i] == 0)
            seen[i] = value;
        if (seen[i] == value)
            return i;
    }
    abort();
}

static void on_block(unsigned index, void *data)
{
    static struct qemu_plugin_register *handle;
    static struct bytes *bytes;
    uint64_t value = 0;

    (void)index;
    (void)data;
    if (bytes == NULL) {
        handle = find_register("TPIDR_EL1");
        bytes = g_byte_array_new();
    }
    g_byte_array_set_size(bytes, 0);
    if (qemu_plugin_read_register(handle, bytes) != sizeof(value))
        abort();
    memcpy(&value, bytes->at, sizeof(value));
    running = value != 0 ? number_of(value) : 0;
}
#endif

static void on_entry(unsigned index, void *data)
{
    index = core_of(index);
    (void)data;
    cores[index].busy = true;
    cores[index].path.count = 0;
    if (cores[index].open)
        fprintf(out, "in %u\n", index);
}

static void on_kernel(unsigned index, void *data)
{
    index = core_of(index);
    uint64_t address = (uintptr_t)data;

    if (ended)
        return;
    if (++in_kernel == limit)
        record_end();
    if (cores[index].busy)
        path_add(&cores[index].path, address);
    if (cores[index].open)
        fprintf(out, "i %u %" PRIx64 "\n", index, address);
}

static void on_eret(unsigned index, void *data)
{
    index = core_of(index);
    (void)data;
    path_end(&cores[index]);
    cores[index].left = true;
}

static void on_wait(unsigned index, void *data)
{
    index = core_of(index);
    (void)data;
    path_end(&cores[index]);
    cores[index].busy = true;
}

static void on_access(unsigned index, uint32_t access, uint64_t address, void *data)
{
    index = core_of(index);
    (void)data;
    if (cores[index].open)
        fprintf(out, "%c %u %" PRIx64 " %u\n", qemu_plugin_mem_is_store(access) ? 'w' : 'r', index,
                address, qemu_plugin_mem_size_shift(access));
}

static void on_program(unsigned index, void *data)
{
    index = core_of(index);
    if (cores[index].left && !program_ran)
        fprintf(out, "program %" PRIu64 "\n", executed);
    program_ran |= cores[index].left;
    if (cores[index].left && cores[index].open)
        fprintf(out, "out %u %" PRIx64 "\n", index, (uint64_t)(uintptr_t)data);
    cores[index].left = false;
}

static void on_mark(unsigned index, void *data)
{
    index = core_of(index);
    cores[index].open = true;
    fprintf(out, "mark %u %" PRIx64 "\n", index, (uint64_t)(uintptr_t)data);
}

static void on_end(unsigned index, void *data)
{
    index = core_of(index);
    (void)data;
    if (cores[index].open)
        fprintf(out, "end %u\n", index);
    cores[index].open = false;
}

/* --- Counting all ------------------------------------------------------------------- */

static void on_any(unsigned index, void *data)
{
    uint64_t address = (uintptr_t)data;

    (void)index;
    if (address == entry)
        counts = true;
    executed += counts;
}

#define PAGE_MASK 0xfff

static void on_write(unsigned index, uint32_t access, uint64_t address, void *data)
{
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(access, address);

    (void)index;
    (void)data;
    /* Some versions forget the offset in the device: it is that in the page. */
    if (qemu_plugin_mem_is_store(access) && where != NULL && qemu_plugin_hwaddr_is_io(where) &&
        (qemu_plugin_hwaddr_phys_addr(where) | (address & PAGE_MASK)) == uart)
        fprintf(out, "tx %" PRIu64 "\n", executed - 1);
}

static void on_place(unsigned index, void *data)
{
    (void)index;
    fprintf(out, "place %" PRIu64 " %" PRIx64 "\n", executed - 1, (uint64_t)(uintptr_t)data);
}

/* --- What is looked at -------------------------------------------------------------- */

static uint32_t word_of(const struct qemu_plugin_insn *instruction)
{
    uint32_t word = 0;

#if PLUGIN_VERSION < 3
    memcpy(&word, qemu_plugin_insn_data(instruction), sizeof(word));
#else
    qemu_plugin_insn_data(instruction, &word, sizeof(word));
#endif
    return word;
}

/* Is this the place? A block may end before all its words. */
static bool is_place(const struct qemu_plugin_tb *block, size_t first)
{
    size_t count = qemu_plugin_tb_n_insns(block) - first;

    for (size_t i = 0; i < place.words && i < count; i++)
        if (word_of(qemu_plugin_tb_get_insn(block, first + i)) != place.word[i])
            return false;
    return true;
}

static void watch(struct qemu_plugin_insn *instruction, uint64_t address,
                  void (*call)(unsigned, void *))
{
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, call, CALLBACK_NO_REGISTERS,
                                           (void *)(uintptr_t)address);
}

static void watch_kernel(struct qemu_plugin_insn *instruction, uint64_t address)
{
    if (is_entry(address))
        watch(instruction, address, on_entry);
    watch(instruction, address, on_kernel);
    qemu_plugin_register_vcpu_mem_cb(instruction, on_access, CALLBACK_NO_REGISTERS, ACCESS_BOTH,
                                     NULL);
    if (is_one_of(&erets, address))
        watch(instruction, address, on_eret);
    if (is_one_of(&waits, address))
        watch(instruction, address, on_wait);
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *block)
{
    uint64_t start = qemu_plugin_tb_vaddr(block);

    (void)id;
#if PLUGIN_VERSION >= 3
    if (several_cores)
        qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, CALLBACK_READS_REGISTERS, NULL);
#endif
    /* A program goes on at the start of a block: an exception return ends one. */
    if (start < kernel_start)
        qemu_plugin_register_vcpu_tb_exec_cb(block, on_program, CALLBACK_NO_REGISTERS,
                                             (void *)(uintptr_t)start);
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);

        if (entry != 0) {
            watch(instruction, address, on_any);
            qemu_plugin_register_vcpu_mem_cb(instruction, on_write, CALLBACK_NO_REGISTERS,
                                             ACCESS_BOTH, NULL);
        }
        if (address >= kernel_start)
            watch_kernel(instruction, address);
        else if (is_one_of(&marks, address))
            watch(instruction, address, on_mark);
        else if (address == end_mark)
            watch(instruction, address, on_end);
        else if (address == place.address && is_place(block, i))
            watch(instruction, address, on_place);
    }
}

/* --- Start -------------------------------------------------------------------------- */

static bool place_add(struct places *places, uint64_t address)
{
    if (places->count == PLACES_MAX)
        return false;
    places->at[places->count++] = address;
    return true;
}

static bool place_take(const char *text)
{
    char *rest;

    place.address = strtoull(text, &rest, 16);
    for (; *rest == ':' && place.words < WORDS_MAX; rest += 9)
        place.word[place.words++] = (uint32_t)strtoul(rest + 1, NULL, 16);
    return *rest == '\0' && place.words > 0;
}

static bool argument_take(char *argument)
{
    char *value = strchr(argument, '=');
    uint64_t address;

    if (value == NULL)
        return false;
    *value++ = '\0';
    address = strtoull(value, NULL, 16);
    if (strcmp(argument, "out") == 0)
        return (out = fopen(value, "w")) != NULL;
    if (strcmp(argument, "limit") == 0)
        limit = strtoull(value, NULL, 10);
    else if (strcmp(argument, "kernel") == 0)
        kernel_start = address;
    else if (strcmp(argument, "cores") == 0)
        several_cores = PLUGIN_VERSION >= 3;
    else if (strcmp(argument, "entry") == 0)
        entry = address;
    else if (strcmp(argument, "uart") == 0)
        uart = address;
    else if (strcmp(argument, "place") == 0)
        return place_take(value);
    else if (strcmp(argument, "end") == 0)
        end_mark = address;
    else if (strcmp(argument, "vectors") == 0)
        return place_add(&vectors, address);
    else if (strcmp(argument, "eret") == 0)
        return place_add(&erets, address);
    else if (strcmp(argument, "wait") == 0)
        return place_add(&waits, address);
    else if (strcmp(argument, "mark") == 0)
        return place_add(&marks, address);
    else
        return false;
    return true;
}

int qemu_plugin_install(plugin_id id, const void *info, int count, char **argument)
{
    (void)info;
    for (int i = 0; i < count; i++) {
        if (!argument_take(argument[i])) {
            fprintf(stderr, "counter: wrong argument %s\n", argument[i]);
            return 1;
        }
    }
    if (out == NULL)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_machine, NULL);
    return 0;
}
