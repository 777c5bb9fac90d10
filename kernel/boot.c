/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes init and everything it holds: its objects, its address space, one
 * Untyped for each block of memory and of device registers, and the page that
 * tells it what is what. After this the kernel makes nothing by itself.
 */
#include "boot.h"

#include <thole/boot.h>

#include "boot_memory.h"
#include "core.h"
#include "object/address_space.h"
#include "object/endpoint.h"
#include "object/object.h"
#include "object/thread.h"
#include "print.h"

#define PAGE_BYTES         4096u
#define INIT_CAPTABLE_BITS 13
#define INIT_TIME_DIVISOR  100  /* its budget and period: 10 ms */

STATIC_ASSERT(sizeof(struct boot_info) <= PAGE_BYTES);
STATIC_ASSERT(sizeof(THOLE_VERSION) <= sizeof(((struct boot_info *)0)->version));

/* Init while it is being made. */
struct making {
    struct slot *table;
    void *root;
    struct boot_info *info;
    unsigned next_slot;
};

static struct slot *fill(struct making *making, unsigned index, uint64_t object)
{
    slot_fill_root(&making->table[index], object, 0, SLOT_ORIGINAL);
    return &making->table[index];
}

static struct slot *make_object(struct making *making, unsigned index, enum thole_object type,
                                unsigned size_bits)
{
    size_t bytes = (size_t)1 << object_size_bits(type, size_bits);
    void *memory = boot_memory_take(bytes, bytes);

    return fill(making, index, object_make(type, size_bits, arch_physical_address(memory)));
}

static void fill_authority(struct making *making, unsigned index, enum thole_object type)
{
    fill(making, index, slot_word_of_object(NULL, type, RIGHTS_ALL));
}

/* --- Init's address space ----------------------------------------------------- */

static void map_page(struct making *making, uint64_t at, paddr_t page, unsigned rights)
{
    struct arch_mapping mapping = { page, FRAME_BITS_4K, (uint8_t)rights, MEMORY_NORMAL };
    unsigned level;

    while (arch_frame_map(making->root, (uaddr_t){ at }, mapping) == ARCH_MAP_NO_TABLE) {
        void *table = boot_memory_take(PAGE_BYTES, PAGE_BYTES);
        enum arch_map mapped = arch_table_map(making->root, (uaddr_t){ at }, table, &level);

        ASSERT(mapped == ARCH_MAP_DONE);
    }
}

/* Read-only, as it lies in memory; answers the address of its first byte. */
static uint64_t map_region(struct making *making, uint64_t at, struct region region)
{
    uint64_t offset = region.start.value % PAGE_BYTES;

    if (region.bytes == 0)
        return 0;
    for (uint64_t done = 0; done < offset + region.bytes; done += PAGE_BYTES)
        map_page(making, at + done, (paddr_t){ region.start.value - offset + done }, RIGHT_READ);
    return at + offset;
}

static void map_new(struct making *making, uint64_t at, uint64_t bytes, const char *content)
{
    for (uint64_t done = 0; done < bytes; done += PAGE_BYTES) {
        char *page = boot_memory_take(PAGE_BYTES, PAGE_BYTES);

        if (content != NULL)
            __builtin_memcpy(page, content + done, PAGE_BYTES);
        map_page(making, at + done, arch_physical_address(page), RIGHT_READ | RIGHT_WRITE);
    }
}

static void check_image(const struct init_image *image, size_t bytes)
{
    if (bytes < sizeof(*image) || image->magic != INIT_IMAGE_MAGIC)
        kernel_panic("the kernel's image holds no init", __FILE__, __LINE__);
    if (image->text_end > image->rodata_end || image->rodata_end > image->data_end ||
        image->data_end > image->bss_end || image->data_end > bytes ||
        (image->text_end | image->rodata_end | image->data_end) % PAGE_BYTES != 0)
        kernel_panic("init's image is damaged", __FILE__, __LINE__);
}

/* Text and constants stay where they are; what init writes to is copied. */
static void map_image(struct making *making, const struct init_image *image)
{
    const char *start = (const char *)image;

    for (uint64_t done = 0; done < image->rodata_end; done += PAGE_BYTES)
        map_page(making, INIT_IMAGE_ADDRESS + done, arch_physical_address(start + done),
                 done < image->text_end ? RIGHT_READ | RIGHT_EXECUTE : RIGHT_READ);
    map_new(making, INIT_IMAGE_ADDRESS + image->rodata_end, image->data_end - image->rodata_end,
            start + image->rodata_end);
    map_new(making, INIT_IMAGE_ADDRESS + image->data_end, image->bss_end - image->data_end, NULL);
}

/* What was handed over, if it can be there at all; else nothing. */
static struct region check_handed(const struct platform *platform, struct region region,
                                  uint64_t bytes_max, const char *what)
{
    if (region.bytes == 0)
        return region;
    for (unsigned index = 0; index < platform->ram_count; index++)
        if (region_valid(region) && region.bytes <= bytes_max &&
            region_within(region_grow(region), platform->ram[index]))
            return region;
    kernel_print("kernel: %s ignored: %lu bytes at %lx are too many or not in memory\n", what,
                 region.bytes, region.start.value);
    return (struct region){ 0 };
}

static void map_trees(struct making *making, const struct boot *boot)
{
    const struct platform *platform = boot->platform;
    struct boot_info *info = making->info;
    struct region system = check_handed(platform, platform->system_tree,
                                        INIT_TREE_BYTES_MAX, "system tree");
    struct region archive = check_handed(platform, platform->archive,
                                         INIT_ARCHIVE_BYTES_MAX, "archive");

    info->hardware_tree_bytes = boot->hardware_tree.bytes;
    info->system_tree_bytes = system.bytes;
    info->archive_bytes = archive.bytes;
    info->hardware_tree = map_region(making, INIT_HARDWARE_TREE, boot->hardware_tree);
    info->system_tree = map_region(making, INIT_SYSTEM_TREE, system);
    info->archive = map_region(making, INIT_ARCHIVE, archive);
}

/* --- Untyped memory ------------------------------------------------------------- */

static void add_untyped(struct making *making, struct region block, unsigned bits, bool device)
{
    struct boot_info *info = making->info;

    if (info->untyped_count == BOOT_UNTYPED_MAX) {
        info->untyped_dropped++;
        return;
    }
    fill(making, making->next_slot++,
         slot_word_of_memory(block.start, bits, OBJECT_UNTYPED, RIGHTS_ALL))->badge = device;
    info->untyped[info->untyped_count++] = (struct boot_untyped){
        .address = block.start.value, .size_bits = (uint8_t)bits, .device = device };
}

static void add_devices(struct making *making, const struct platform *platform)
{
    for (unsigned index = 0; index < platform->device_count; index++) {
        struct region rest = platform->device[index];

        while (rest.bytes > 0) {
            unsigned bits = boot_block_bits(rest);

            add_untyped(making, rest, bits, true);
            rest.start.value += 1ULL << bits;
            rest.bytes -= 1ULL << bits;
        }
    }
}

static uint64_t add_memory(struct making *making)
{
    struct region block;
    uint64_t bytes = 0;

    while (boot_memory_next_block(&block)) {
        add_untyped(making, block, boot_block_bits(block), false);
        bytes += block.bytes;
    }
    return bytes;
}

/* --- Init ------------------------------------------------------------------------ */

static void fill_info(struct boot_info *info, const struct boot *boot)
{
    info->magic = BOOT_INFO_MAGIC;
    info->abi = THOLE_ABI;
    info->captable_bits = INIT_CAPTABLE_BITS;
    info->timer_frequency = boot->timer_frequency;
    info->entry_ticks = boot->entry_ticks;
    for (unsigned index = 0; index < boot->platform->ram_count; index++)
        info->ram_bytes += boot->platform->ram[index].bytes;
    info->cores = boot->platform->core_count;
    info->cores_running = boot->cores_running;
    info->irq_controller = boot->platform->gic_version;
    info->priority = INIT_PRIORITY;
    __builtin_memcpy(info->version, THOLE_VERSION, sizeof(THOLE_VERSION));
}

static struct sched_context *make_time(struct making *making, const struct boot *boot)
{
    struct slot *slot = make_object(making, INIT_SLOT_SCHED_CONTEXT, OBJECT_SCHED_CONTEXT, 0);
    struct sched_context *time = slot_object(slot);

    uint64_t ticks = boot->timer_frequency / INIT_TIME_DIVISOR;

    sched_context_fill(time, &(struct share){ 0, INIT_PRIORITY, ticks, ticks }, arch_time_now());
    return time;
}

static struct thread *make_thread(struct making *making, const struct boot *boot)
{
    struct slot *slot = make_object(making, INIT_SLOT_THREAD, OBJECT_THREAD, 0);
    struct slot *endpoint = make_object(making, INIT_SLOT_ENDPOINT, OBJECT_ENDPOINT, 0);
    struct thread *thread = slot_object(slot);
    struct sched_context *time = make_time(making, boot);

    slot_embed(&thread->captable, &making->table[INIT_SLOT_CAPTABLE], HOLDER_THREAD_CAPTABLE);
    thread_set_table(thread, &thread->captable);
    slot_embed(&thread->space, &making->table[INIT_SLOT_ADDRESS_SPACE], HOLDER_THREAD_SPACE);
    sender_bind(&thread->sender, endpoint, &making->table[INIT_SLOT_SCHED_CONTEXT]);
    arch_frame_init(&thread->frame, boot->init_image->entry, INIT_STACK_TOP, 0);
    frame_set(&thread->frame, 0, BOOT_INFO_ADDRESS);
    thread->vital = true;
    thread->time = time;
    time->thread = thread;
    return thread;
}

static void make_space(struct making *making)
{
    struct slot *space = make_object(making, INIT_SLOT_ADDRESS_SPACE, OBJECT_ADDRESS_SPACE, 0);
    unsigned asid;
    enum thole_result result = asid_assign(space, &asid);

    ASSERT(result == RESULT_DONE);
    making->root = slot_object(space);
}

static void make_table(struct making *making)
{
    size_t bytes = (size_t)1 << object_size_bits(OBJECT_CAPTABLE, INIT_CAPTABLE_BITS);

    making->table = boot_memory_take(bytes, PAGE_BYTES);
    fill(making, INIT_SLOT_CAPTABLE,
         object_make(OBJECT_CAPTABLE, INIT_CAPTABLE_BITS, arch_physical_address(making->table)));
}

static void make_info(struct making *making, const struct boot *boot)
{
    making->info = boot_memory_take(PAGE_BYTES, PAGE_BYTES);
    map_page(making, BOOT_INFO_ADDRESS, arch_physical_address(making->info), RIGHT_READ);
    fill_info(making->info, boot);
}

struct thread *boot_init(struct core *core, const struct boot *boot)
{
    struct making making = { .next_slot = INIT_SLOT_FIRST_UNTYPED };
    struct thread *thread;

    check_image(boot->init_image, boot->init_image_bytes);
    core_count = boot->cores_running;
    for (unsigned number = 0; number < core_count; number++)
        core_init(&cores[number], number, boot->timer_frequency);
    threads_start();
    make_table(&making);
    make_space(&making);
    make_info(&making, boot);
    map_image(&making, boot->init_image);
    map_new(&making, INIT_STACK_TOP - INIT_STACK_BYTES, INIT_STACK_BYTES, NULL);
    map_trees(&making, boot);
    thread = make_thread(&making, boot);
    fill_authority(&making, INIT_SLOT_IRQ_CONTROL, OBJECT_IRQ_CONTROL);
    fill_authority(&making, INIT_SLOT_SCHED_CONTROL, OBJECT_SCHED_CONTROL);
    fill_authority(&making, INIT_SLOT_ASID_CONTROL, OBJECT_ASID_CONTROL);
    fill_authority(&making, INIT_SLOT_MACHINE, OBJECT_MACHINE);
    /* From here on the memory is init's: nothing more is taken. Its own comes last to it. */
    for (unsigned part = 0; part < BOOT_SPARE_MAX; part++)
        boot_memory_give(boot->spare[part]);
    making.info->kernel_bytes = making.info->ram_bytes - add_memory(&making);
    add_devices(&making, boot->platform);
    core_ready(core, thread, TURN_LAST);
    return core_choose(core);
}
