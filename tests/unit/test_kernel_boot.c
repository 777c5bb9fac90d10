/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel hands to init: all memory but what is in use, once; and what
 * it does when that cannot be.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "kernel/boot.h"
#include "kernel/boot_memory.h"
#include "kernel/print.h"

#define PAGE 4096ULL

static struct platform platform;
static struct boot boot;

static void *boot_info(void)
{
    struct sim_translation found;

    assert_true(sim_walk(sim.root, BOOT_INFO_ADDRESS, &found));
    assert_int_equal(found.rights, RIGHT_READ);
    return arch_kernel_address((paddr_t){ found.address });
}

static bool is_init_mapped(uint64_t at, unsigned rights)
{
    struct sim_translation found;

    return sim_walk(sim.root, at, &found) && found.rights == rights;
}

/* --- Init ----------------------------------------------------------------------- */

static void init_finds_what_the_abi_says(void **state)
{
    struct boot_info *info;

    (void)state;
    boot_machine(SMALL_RAM);
    info = boot_info();
    assert_int_equal(info->magic, BOOT_INFO_MAGIC);
    assert_int_equal(info->abi, THOLE_ABI);
    assert_int_equal(info->ram_bytes, SMALL_RAM);
    assert_int_equal(info->captable_bits, 13);
    assert_string_equal(info->version, THOLE_VERSION);
    for (unsigned slot = INIT_SLOT_CAPTABLE; slot < INIT_SLOT_FIRST_UNTYPED; slot++)
        assert_true(slot_in_use(slot));
    assert_true(is_init_mapped(INIT_IMAGE_ADDRESS, RIGHT_READ | RIGHT_EXECUTE));
    assert_true(is_init_mapped(INIT_IMAGE_ADDRESS + PAGE, RIGHT_READ));
    assert_true(is_init_mapped(INIT_IMAGE_ADDRESS + 2 * PAGE, RIGHT_READ | RIGHT_WRITE));
    assert_true(is_init_mapped(INIT_IMAGE_ADDRESS + 3 * PAGE, RIGHT_READ | RIGHT_WRITE));
    assert_true(is_init_mapped(INIT_STACK_TOP - PAGE, RIGHT_READ | RIGHT_WRITE));
    assert_false(is_init_mapped(INIT_STACK_TOP - INIT_STACK_BYTES - PAGE, 0));
    assert_true(is_init_mapped(info->hardware_tree, RIGHT_READ));
    assert_int_equal(info->archive, INIT_ARCHIVE + 256);
    assert_int_equal(info->archive_bytes, 1000);
    assert_int_equal(info->system_tree_bytes, 0);
}

static void every_untyped_is_apart_from_all_that_is_in_use(void **state)
{
    const struct boot_info *info;
    uint64_t given = 0;

    (void)state;
    boot_machine(SMALL_RAM);
    info = boot_info();
    for (unsigned index = 0; index < info->untyped_count; index++) {
        const struct boot_untyped *each = &info->untyped[index];

        must(INIT_SLOT_FIRST_UNTYPED + index, UNTYPED_INFO);
        assert_int_equal(answer[0], each->address);
        assert_int_equal(answer[1], each->size_bits);
        assert_int_equal(answer[3], each->device);
        assert_int_equal(each->address % (1ULL << each->size_bits), 0);
        if (!each->device)
            given += 1ULL << each->size_bits;
    }
    assert_int_equal(given + info->kernel_bytes, SMALL_RAM);
}

/* --- Memory ------------------------------------------------------------------------ */

static struct region region(uint64_t start, uint64_t bytes)
{
    return (struct region){ { SIM_RAM_BASE + start }, bytes };
}

static void start(uint64_t ram_bytes)
{
    sim_start(ram_bytes);
    platform = (struct platform){ .ram_count = 1, .ram = { region(0, ram_bytes) } };
    boot = (struct boot){ .platform = &platform, .kernel = region(0, PAGE) };
}

static void reserved_regions_are_kept_out_to_whole_pages(void **state)
{
    struct region block;
    uint64_t bytes = 0;

    (void)state;
    start(64 * PAGE);
    platform.reserved[0] = region(10 * PAGE + 1, 1);
    platform.reserved[1] = region(20 * PAGE - 1, 2);
    platform.reserved_count = 2;
    platform.system_tree = region(30 * PAGE, 10);
    platform.archive = region(40 * PAGE + 5, PAGE);
    boot.hardware_tree = region(50 * PAGE, PAGE);
    boot_memory_init(&boot);
    while (boot_memory_next_block(&block)) {
        assert_false(region_overlap(block, region(0, PAGE)));
        assert_false(region_overlap(block, region(10 * PAGE, PAGE)));
        assert_false(region_overlap(block, region(19 * PAGE, 2 * PAGE)));
        assert_false(region_overlap(block, region(30 * PAGE, PAGE)));
        assert_false(region_overlap(block, region(40 * PAGE, 2 * PAGE)));
        assert_false(region_overlap(block, region(50 * PAGE, PAGE)));
        assert_int_equal(block.start.value % block.bytes, 0);
        bytes += block.bytes;
    }
    assert_int_equal(bytes, (64 - 8) * PAGE);
}

static void memory_is_taken_aligned_and_clear(void **state)
{
    (void)state;
    start(64 * PAGE);
    memset(sim.ram, 0xff, 64 * PAGE);
    boot_memory_init(&boot);
    for (unsigned count = 0; count < 5; count++) {
        char *memory = boot_memory_take(1, 4 * PAGE);

        assert_int_equal((uintptr_t)memory % (4 * PAGE), 0);
        assert_true(sim_is_clear(arch_physical_address(memory), PAGE));
        assert_int_equal((unsigned char)memory[PAGE], 0xff);
    }
}

/* The function ends the machine in this way, and says why. */
static bool ends(int expected, void (*function)(void), const char *sentence)
{
    jmp_buf ending;
    int how = setjmp(ending);

    sim.ending = &ending;
    if (how == 0)
        function();
    sim.ending = NULL;
    return how == expected && strstr(sim.printed, sentence) != NULL;
}

static bool panics(void (*function)(void), const char *sentence)
{
    return ends(SIM_PANIC, function, sentence);
}

static void take_too_much(void)
{
    boot_memory_take(65 * PAGE, PAGE);
}

static void too_little_memory_is_said_in_a_sentence(void **state)
{
    (void)state;
    start(64 * PAGE);
    boot_memory_init(&boot);
    assert_true(ends(SIM_POWER_OFF, take_too_much, "cannot start: there is not enough memory to start"));
}

/* --- Damaged images ---------------------------------------------------------------------- */


static void boot_damaged(void)
{
    boot_init(&cores[0], &boot);
}

static void an_image_that_is_damaged_is_said_in_a_sentence(void **state)
{
    struct init_image *image;
    const struct init_image good = { INIT_IMAGE_MAGIC, INIT_IMAGE_ADDRESS, PAGE, 2 * PAGE,
                                     3 * PAGE, 4 * PAGE };

    (void)state;
    start(1 << 20);
    boot_memory_init(&boot);
    image = (struct init_image *)(sim.ram + PAGE);
    boot.init_image = image;
    boot.init_image_bytes = 3 * PAGE;
    assert_true(panics(boot_damaged, "holds no init"));
    for (unsigned word = 2; word < 6; word++) {
        const uint64_t bad[] = { 0, 1, 3 * PAGE + 8, 100 * PAGE };

        for (unsigned index = 0; index < 4; index++) {
            *image = good;
            ((uint64_t *)image)[word] = bad[index];
            if (word == 5 && bad[index] >= good.data_end)
                continue; /* zero memory may be as large as it likes, and end anywhere */
            if (word == 2 && bad[index] == 0)
                continue; /* no text at all: it cannot run, but it is no lie */
            memset(sim.printed, 0, sizeof(sim.printed));
            sim.printed_bytes = 0;
            assert_true(panics(boot_damaged, "damaged"));
        }
    }
    *image = good;
    boot.init_image_bytes = 3 * PAGE - 1;
    assert_true(panics(boot_damaged, "damaged"));
}

static void an_archive_that_is_not_in_memory_is_ignored_in_a_sentence(void **state)
{
    (void)state;
    start(1 << 20);
    *(struct init_image *)(sim.ram + PAGE) = (struct init_image){
        INIT_IMAGE_MAGIC, INIT_IMAGE_ADDRESS, PAGE, 2 * PAGE, 3 * PAGE, 4 * PAGE };
    boot.kernel = region(0, 5 * PAGE);
    boot.hardware_tree = region(6 * PAGE, 100);
    boot.init_image = (struct init_image *)(sim.ram + PAGE);
    boot.init_image_bytes = 3 * PAGE;
    boot.timer_frequency = 1000;
    boot.cores_running = 1;
    platform.archive = region(1 << 20, 5000);
    platform.system_tree = region(0, UINT64_MAX);
    boot_memory_init(&boot);
    boot_init(&cores[0], &boot);
    assert_non_null(strstr(sim.printed, "archive ignored"));
    assert_non_null(strstr(sim.printed, "system tree ignored"));
    assert_int_equal(((struct boot_info *)boot_info())->archive_bytes, 0);
}

static bool is_untyped(const struct boot_info *info, struct region part)
{
    uint64_t bytes = 0;

    for (unsigned index = 0; index < info->untyped_count; index++) {
        struct region block = { { info->untyped[index].address },
                                1ULL << info->untyped[index].size_bits };

        if (region_within(block, part))
            bytes += block.bytes;
    }
    return bytes == part.bytes;
}

/* It is in use until init runs, so nothing of init's lies in it, and its bytes stay. */
static void what_only_boots_is_init_s_memory(void **state)
{
    const unsigned first = 8, pages = 6;

    (void)state;
    start(1 << 20);
    *(struct init_image *)(sim.ram + PAGE) = (struct init_image){
        INIT_IMAGE_MAGIC, INIT_IMAGE_ADDRESS, PAGE, 2 * PAGE, 3 * PAGE, 4 * PAGE };
    boot.kernel = region(0, 20 * PAGE);
    boot.spare[0] = region(first * PAGE, 2 * PAGE);
    boot.spare[BOOT_SPARE_MAX - 1] = region((first + 2) * PAGE, (pages - 2) * PAGE);
    boot.hardware_tree = region(30 * PAGE, 100);
    boot.init_image = (struct init_image *)(sim.ram + PAGE);
    boot.init_image_bytes = 3 * PAGE;
    boot.timer_frequency = 1000;
    boot.cores_running = 1;
    memset(sim.ram + first * PAGE, 0xa5, pages * PAGE);
    boot_memory_init(&boot);
    boot_init(&cores[0], &boot);
    assert_true(is_untyped(boot_info(), region(first * PAGE, pages * PAGE)));
    assert_false(is_untyped(boot_info(), region((first + pages) * PAGE, PAGE)));
    for (unsigned byte = 0; byte < pages * PAGE; byte++)
        assert_int_equal((unsigned char)sim.ram[first * PAGE + byte], 0xa5);
}

/* --- To the last page --------------------------------------------------------------------- */

#define RAM_PAGES   256u
#define TREE_OFFSET 100u

/* Text 2 pages, constants 1, data 2, zero memory 2; every page of it says which it is. */
static void prepare(uint64_t ram_bytes)
{
    start(ram_bytes);
    for (unsigned page = 0; page < 5; page++)
        memset(sim.ram + (1 + page) * PAGE, (int)(0x10 + page), PAGE);
    *(struct init_image *)(sim.ram + PAGE) = (struct init_image){
        INIT_IMAGE_MAGIC, INIT_IMAGE_ADDRESS + 64, 2 * PAGE, 3 * PAGE, 5 * PAGE, 7 * PAGE };
    boot.kernel = region(0, 6 * PAGE);
    boot.hardware_tree = region(30 * PAGE + TREE_OFFSET, 2 * PAGE);
    boot.init_image = (struct init_image *)(sim.ram + PAGE);
    boot.init_image_bytes = 5 * PAGE;
    boot.timer_frequency = 100000;
    boot.entry_ticks = 77;
    boot.cores_running = 2;
    platform.core_count = 3;
    platform.gic_version = 3;
}

static struct boot_info *boot_now(void)
{
    boot_memory_init(&boot);
    boot_init(&cores[0], &boot);
    return boot_info();
}

static uint64_t address_of(uint64_t at, unsigned rights)
{
    struct sim_translation found;

    assert_true(sim_walk(sim.root, at, &found));
    assert_int_equal(found.rights, rights);
    return found.address - SIM_RAM_BASE;
}

static bool is_mapped(uint64_t at)
{
    struct sim_translation found;

    return sim_walk(sim.root, at, &found);
}

static void init_s_image_stays_where_it_is_and_its_data_is_copied(void **state)
{
    (void)state;
    prepare(RAM_PAGES * PAGE);
    boot_now();
    for (unsigned page = 0; page < 7; page++) {
        unsigned rights = page < 2 ? RIGHT_READ | RIGHT_EXECUTE
                                   : page < 3 ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE;
        uint64_t at = address_of(INIT_IMAGE_ADDRESS + page * PAGE, rights);

        if (page < 3)
            assert_int_equal(at, (1 + page) * PAGE);
        else if (page < 5)
            assert_memory_equal(sim.ram + at, sim.ram + (1 + page) * PAGE, PAGE);
        else
            assert_true(sim_is_clear((paddr_t){ SIM_RAM_BASE + at }, PAGE));
        assert_true(page < 3 || at >= 6 * PAGE);
    }
    assert_false(is_mapped(INIT_IMAGE_ADDRESS + 7 * PAGE));
    assert_false(is_mapped(INIT_STACK_TOP - INIT_STACK_BYTES - PAGE));
}

static void what_is_handed_over_is_mapped_to_its_last_page(void **state)
{
    const struct boot_info *info;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    platform.system_tree = region(40 * PAGE, PAGE);
    platform.archive = region(50 * PAGE, 1);
    info = boot_now();
    assert_int_equal(info->hardware_tree, INIT_HARDWARE_TREE + TREE_OFFSET);
    assert_int_equal(info->hardware_tree_bytes, 2 * PAGE);
    for (unsigned page = 0; page < 3; page++)
        assert_int_equal(address_of(INIT_HARDWARE_TREE + page * PAGE, RIGHT_READ),
                         (30 + page) * PAGE);
    assert_false(is_mapped(INIT_HARDWARE_TREE + 3 * PAGE));
    assert_int_equal(info->system_tree, INIT_SYSTEM_TREE);
    assert_int_equal(info->system_tree_bytes, PAGE);
    assert_int_equal(address_of(INIT_SYSTEM_TREE, RIGHT_READ), 40 * PAGE);
    assert_false(is_mapped(INIT_SYSTEM_TREE + PAGE));
    assert_int_equal(info->archive, INIT_ARCHIVE);
    assert_int_equal(info->archive_bytes, 1);
    assert_int_equal(address_of(INIT_ARCHIVE, RIGHT_READ), 50 * PAGE);
}

static void nothing_handed_over_is_nowhere(void **state)
{
    const struct boot_info *info;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    info = boot_now();
    assert_int_equal(info->system_tree, 0);
    assert_int_equal(info->system_tree_bytes, 0);
    assert_int_equal(info->archive, 0);
    assert_int_equal(info->archive_bytes, 0);
    assert_false(is_mapped(INIT_SYSTEM_TREE));
}

static void the_largest_tree_is_handed_over(void **state)
{
    (void)state;
    prepare(48ULL << 20);
    platform.system_tree = region(4ULL << 20, INIT_TREE_BYTES_MAX);
    assert_int_equal(boot_now()->system_tree_bytes, INIT_TREE_BYTES_MAX);
    assert_null(strstr(sim.printed, "ignored"));
}

static void init_is_told_of_the_machine_and_where_it_begins(void **state)
{
    const struct frame *frame;
    const struct boot_info *info;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    info = boot_now();
    assert_int_equal(info->timer_frequency, 100000);
    assert_int_equal(info->entry_ticks, 77);
    assert_int_equal(info->cores, 3);
    assert_int_equal(info->cores_running, 2);
    assert_int_equal(core_count, 2);
    assert_int_equal(info->irq_controller, 3);
    assert_int_equal(info->priority, INIT_PRIORITY);
    assert_int_equal(info->untyped_dropped, 0);
    frame = &cores[0].current->frame;
    assert_int_equal(frame->pc, INIT_IMAGE_ADDRESS + 64);
    assert_int_equal(frame->sp, INIT_STACK_TOP);
    assert_int_equal(frame->tls, 0);
    assert_int_equal(frame->x[0], BOOT_INFO_ADDRESS);
    assert_int_equal(cores[0].current->time->priority, INIT_PRIORITY);
    assert_int_equal(cores[0].current->time->budget, 1000); /* a hundredth of a second */
    assert_int_equal(cores[0].current->time->period, 1000);
}

static void count_one(uint64_t at, const struct sim_translation *leaf, void *count)
{
    (void)at;
    (void)leaf;
    (void)count;
}

static void count_table(void *table, void *count)
{
    (void)table;
    ++*(unsigned *)count;
}

/* Its image and the tree; init's table, space, page and 3 objects; data, stack and page tables. */
static void the_kernel_keeps_no_page_more_than_it_needs(void **state)
{
    const uint64_t table = (32ULL << 13) / PAGE, stack = INIT_STACK_BYTES / PAGE;
    const struct boot_info *info;
    unsigned tables = 0;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    info = boot_now();
    sim_each_mapping(sim.root, count_one, count_table, &tables);
    assert_int_equal(info->kernel_bytes, (6 + 3 + table + 1 + 1 + 3 + 4 + stack + tables) * PAGE);
}

/* What stands behind the number of regions is none of them. */
static void all_regions_count_and_no_more(void **state)
{
    const struct boot_info *info;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    platform.ram[0].bytes = 200 * PAGE;
    platform.ram[1] = region(210 * PAGE, 20 * PAGE);
    platform.ram_count = 2;
    platform.ram[2] = region(240 * PAGE, 16 * PAGE);
    platform.reserved[0] = region(215 * PAGE, PAGE);
    platform.reserved[1] = region(217 * PAGE, PAGE);
    platform.reserved[2] = region(219 * PAGE, PAGE);
    platform.reserved_count = 2;
    platform.device[0] = (struct region){ { 0x1000 }, 0x7000 };
    platform.device[1] = (struct region){ { 0x100000 }, 0x1000 };
    platform.device_count = 1;
    platform.archive = region(220 * PAGE, PAGE);
    platform.system_tree = region(240 * PAGE, PAGE);
    info = boot_now();
    assert_int_equal(info->ram_bytes, 220 * PAGE);
    assert_int_equal(info->archive_bytes, PAGE);
    assert_int_equal(info->system_tree_bytes, 0);
    assert_true(is_untyped(info, region(218 * PAGE, 2 * PAGE)));
    assert_false(is_untyped(info, region(217 * PAGE, PAGE)));
    assert_false(is_untyped(info, region(240 * PAGE, PAGE)));
    for (unsigned bits = 12; bits < 15; bits++) {
        const struct boot_untyped *block = &info->untyped[info->untyped_count - 15 + bits];

        assert_int_equal(block->device, 1);
        assert_int_equal(block->address, 1ULL << bits);
        assert_int_equal(block->size_bits, bits);
    }
}

/* Six devices whose ends are odd: fifty blocks and more each. */
static void blocks_that_do_not_fit_are_counted(void **state)
{
    const struct boot_info *info;
    unsigned blocks = 0;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    platform.device_count = 6;
    for (unsigned index = 0; index < 6; index++) {
        struct region rest = { { ((1ULL + index) << 40) + PAGE }, (1ULL << 38) - 2 * PAGE };

        platform.device[index] = rest;
        for (; rest.bytes != 0; blocks++) {
            uint64_t bytes = 1ULL << boot_block_bits(rest);

            rest = (struct region){ { rest.start.value + bytes }, rest.bytes - bytes };
        }
    }
    info = boot_now();
    assert_int_equal(info->untyped_count, BOOT_UNTYPED_MAX);
    for (unsigned index = 0; !info->untyped[index].device; index++)
        blocks++;
    assert_int_equal(info->untyped_dropped, blocks - BOOT_UNTYPED_MAX);
}

static void boot_init_again(void)
{
    boot_memory_init(&boot);
    boot_init(&cores[0], &boot);
}

static void ends_that_are_not_on_pages_are_damage(void **state)
{
    struct init_image *image;

    (void)state;
    prepare(RAM_PAGES * PAGE);
    image = (struct init_image *)(sim.ram + PAGE);
    *image = (struct init_image){ INIT_IMAGE_MAGIC, 0, 0, 8, PAGE, PAGE };
    assert_true(panics(boot_init_again, "damaged"));
    *image = (struct init_image){ INIT_IMAGE_MAGIC, 0, 0, 0, 8, PAGE };
    assert_true(panics(boot_init_again, "damaged"));
}

/* It cannot run, but it is no lie. */
static void an_image_that_is_only_its_header_is_not_damaged(void **state)
{
    (void)state;
    prepare(RAM_PAGES * PAGE);
    *(struct init_image *)(sim.ram + PAGE) = (struct init_image){ .magic = INIT_IMAGE_MAGIC };
    boot.init_image_bytes = sizeof(struct init_image);
    boot_now();
    assert_string_equal(sim.printed, "");
    assert_false(is_mapped(INIT_IMAGE_ADDRESS));
}

static void take_again(void)
{
    boot_memory_take(48 * PAGE, PAGE);
}

static void memory_that_was_taken_is_not_given_again(void **state)
{
    (void)state;
    start(64 * PAGE);
    platform.ram[0] = region(0, 2 * PAGE);
    platform.ram[1] = region(16 * PAGE, 48 * PAGE);
    platform.ram_count = 2;
    boot_memory_init(&boot);
    assert_ptr_equal(boot_memory_take(48 * PAGE, PAGE), sim.ram + 16 * PAGE);
    assert_true(ends(SIM_POWER_OFF, take_again, "not enough memory"));
}

static void memory_that_begins_within_a_page_is_taken_by_pages(void **state)
{
    (void)state;
    start(64 * PAGE);
    platform.ram[0] = region(100, 60 * PAGE);
    boot.kernel = region(0, 0);
    boot_memory_init(&boot);
    assert_ptr_equal(boot_memory_take(1, 1), sim.ram + PAGE);
    assert_int_equal(boot_block_bits((struct region){ { 0 }, PAGE }), 12);
}

/* Three pages are left before each. */
static void take_many(void)
{
    for (unsigned count = 0; count < 2 * (PLATFORM_RAM_MAX + PLATFORM_RESERVED_MAX); count++)
        boot_memory_take(PAGE, 4 * PAGE);
}

static void memory_in_too_many_pieces_is_said_in_a_sentence(void **state)
{
    (void)state;
    start(2048 * PAGE);
    boot_memory_init(&boot);
    assert_true(ends(SIM_POWER_OFF, take_many,
                     "cannot start: the tree's memory is in too many pieces"));
}

/* --- Printing ------------------------------------------------------------------------------ */

static void printing_knows_its_few_formats(void **state)
{
    (void)state;
    sim_start(PAGE);
    kernel_print("%s %c %u %x %lu %lx %p %%\n", "text", 'c', 4000000000u, 0xabcu, 1UL << 40,
                 0xfedcba9876543210UL, (void *)0x1000);
    assert_string_equal(sim.printed,
                        "text c 4000000000 abc 1099511627776 fedcba9876543210 1000 %\r\n");
}

int main(void)
{
    const struct CMUnitTest boot_tests[] = {
        cmocka_unit_test(init_finds_what_the_abi_says),
        cmocka_unit_test(every_untyped_is_apart_from_all_that_is_in_use),
        cmocka_unit_test(reserved_regions_are_kept_out_to_whole_pages),
        cmocka_unit_test(memory_is_taken_aligned_and_clear),
        cmocka_unit_test(too_little_memory_is_said_in_a_sentence),
        cmocka_unit_test(an_image_that_is_damaged_is_said_in_a_sentence),
        cmocka_unit_test(an_archive_that_is_not_in_memory_is_ignored_in_a_sentence),
        cmocka_unit_test(what_only_boots_is_init_s_memory),
        cmocka_unit_test(init_s_image_stays_where_it_is_and_its_data_is_copied),
        cmocka_unit_test(what_is_handed_over_is_mapped_to_its_last_page),
        cmocka_unit_test(nothing_handed_over_is_nowhere),
        cmocka_unit_test(the_largest_tree_is_handed_over),
        cmocka_unit_test(init_is_told_of_the_machine_and_where_it_begins),
        cmocka_unit_test(the_kernel_keeps_no_page_more_than_it_needs),
        cmocka_unit_test(all_regions_count_and_no_more),
        cmocka_unit_test(blocks_that_do_not_fit_are_counted),
        cmocka_unit_test(ends_that_are_not_on_pages_are_damage),
        cmocka_unit_test(an_image_that_is_only_its_header_is_not_damaged),
        cmocka_unit_test(memory_that_was_taken_is_not_given_again),
        cmocka_unit_test(memory_that_begins_within_a_page_is_taken_by_pages),
        cmocka_unit_test(memory_in_too_many_pieces_is_said_in_a_sentence),
        cmocka_unit_test(printing_knows_its_few_formats),
    };

    return RUN_EACH(boot_tests);
}
