/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter by hand-made examples; batch.py compares it with QEMU by many.
 * An instruction is named by its text, see forms.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "forms.h"
#include "tests/a64/a64.h"

#define CODE   0x1000u
#define MEMORY 0xffff000012348000u
#define WORDS  32
#define HALF   (sizeof memory / 2) /* x1 points there, and SP at the end */
#define OLD_X0 0x1111222233334444u
#define PATTERN 0x8877665544332211u

static struct a64 core;
static uint32_t code[WORDS];
static uint64_t memory[256] __attribute__((aligned(16)));

static void begin(void)
{
    a64_init(&core);
    memset(memory, 0, sizeof memory);
    for (unsigned index = 0; index < WORDS; index++)
        code[index] = form_word("brk #7");
    a64_map(&core, CODE, code, sizeof code, A64_READ | A64_EXECUTE);
    a64_map(&core, MEMORY, memory, sizeof memory, A64_RW);
    core.pc = CODE;
    core.x[0] = OLD_X0;
    core.x[1] = MEMORY + HALF;
    core.sp = MEMORY + sizeof memory;
}

static uint64_t *here(void)
{
    return &memory[HALF / 8];
}

/* Runs the texts, which end with NULL, until something stops them. */
static enum a64_stop run(const char *text, ...)
{
    va_list texts;
    unsigned count = 0;

    va_start(texts, text);
    for (; text != NULL; text = va_arg(texts, const char *))
        code[count++] = form_word(text);
    va_end(texts);
    code[count] = form_word("brk #7");
    core.pc = CODE;
    return a64_run(&core, 100);
}

static void assert_breaks_at(unsigned index)
{
    if (core.stop != A64_BREAK)
        fail_msg("%s %s", a64_stop_name(core.stop), core.why);
    assert_int_equal(core.pc, CODE + 4 * index);
}

/* --- Data ---------------------------------------------------------------------------- */

static const struct example {
    const char *text;
    uint64_t x1, x2, x0; /* x0: afterwards; x3 is 100 */
    uint32_t before, after; /* NZCV */
} examples[] = {
    {"mov x0, #0", 0, 0, 0, 0, 0},
    {"movz x0, #0x1234, lsl #48", 0, 0, 0x1234000000000000, 0, 0},
    {"movz w0, #0x8000, lsl #16", 0, 0, 0x80000000, 0, 0},
    {"movn x0, #5", 0, 0, 0xfffffffffffffffa, 0, 0},
    {"movn w0, #5, lsl #16", 0, 0, 0xfffaffff, 0, 0},
    {"movk x0, #0xabcd, lsl #32", 0, 0, 0x1111abcd33334444, 0, 0},
    {"movk w0, #0xabcd, lsl #16", 0, 0, 0xabcd4444, 0, 0},
    {"mov x0, x1", 7, 0, 7, 0, 0},
    {"mov w0, w1", 0xf00000007, 0, 7, 0, 0},
    {"mvn x0, x1", 1, 0, 0xfffffffffffffffe, 0, 0},
    {"mov x0, #0xff00ff00ff00ff", 0, 0, 0x00ff00ff00ff00ff, 0, 0},
    {"mov w0, #0x0ffffff0", 0, 0, 0x0ffffff0, 0, 0},

    {"add x0, x1, #5", UINT64_MAX, 0, 4, A64_N, A64_N},
    {"add x0, x1, #4095, lsl #12", 1, 0, 0xfff001, 0, 0},
    {"add w0, w1, #1", 0x5ffffffff, 0, 0, 0, 0},
    {"adds x0, x1, #1", UINT64_MAX, 0, 0, 0, A64_Z | A64_C},
    {"adds x0, x1, #1", INT64_MAX, 0, 1ull << 63, 0, A64_N | A64_V},
    {"adds w0, w1, #1", 0x7fffffff, 0, 0x80000000, 0, A64_N | A64_V},
    {"adds w0, w1, #1", UINT64_MAX, 0, 0, 0, A64_Z | A64_C},
    {"sub x0, x1, #1", 0, 0, UINT64_MAX, 0, 0},
    {"sub w0, w1, #1", 0, 0, 0xffffffff, 0, 0},
    {"subs x0, x1, #1", 0, 0, UINT64_MAX, 0, A64_N},
    {"subs x0, x1, #1", 1, 0, 0, 0, A64_Z | A64_C},
    {"subs w0, w1, #1", 0x80000000, 0, 0x7fffffff, 0, A64_C | A64_V},
    {"cmp x1, #16", 16, 0, OLD_X0, A64_N, A64_Z | A64_C},
    {"cmp w1, #16", 0x100000010, 0, OLD_X0, 0, A64_Z | A64_C},
    {"cmp x1, #16", 15, 0, OLD_X0, 0, A64_N},
    {"cmn w1, #1", 0xffffffff, 0, OLD_X0, 0, A64_Z | A64_C},
    {"add x0, x1, x2", 3, 4, 7, 0, 0},
    {"add x0, x1, x2, lsl #4", 3, 4, 67, 0, 0},
    {"add w0, w1, w2, lsr #31", 3, 0xffffffff80000000, 4, 0, 0},
    {"add x0, x1, x2, asr #63", 3, 1ull << 63, 2, 0, 0},
    {"sub x0, x1, x2, lsl #12", 0x2000, 1, 0x1000, 0, 0},
    {"subs x0, x1, x2", 5, 7, UINT64_MAX - 1, 0, A64_N},
    {"subs w0, w1, w2", 0x100000007, 0x700000007, 0, 0, A64_Z | A64_C},
    {"neg x0, x1", 1, 0, UINT64_MAX, 0, 0},
    {"negs w0, w1", 0, 0, 0, 0, A64_Z | A64_C},
    {"add x0, x1, w2, uxtb", 1, 0xfffff80, 0x81, 0, 0},
    {"add x0, x1, w2, uxth #1", 1, 0xffff8000, 0x10001, 0, 0},
    {"add x0, x1, w2, uxtw #4", 1, 0xff80000000, 0x800000001, 0, 0},
    {"add x0, x1, w2, sxtb", 1, 0x80, 0xffffffffffffff81, 0, 0},
    {"add x0, x1, w2, sxth #2", 0, 0xfffe, 0xfffffffffffffff8, 0, 0},
    {"add x0, x1, w2, sxtw #3", 8, 0x7ffffffff, 0, 0, 0},
    {"add x0, x1, x2, sxtx #4", 1, 0x100000000, 0x1000000001, 0, 0},
    {"cmp x1, w2, uxtb", 0x12, 0xff12, OLD_X0, 0, A64_Z | A64_C},
    {"adc x0, x1, x2", 1, 2, 4, A64_C, A64_C},
    {"adcs w0, w1, w2", 0xffffffff, 0, 0, A64_C, A64_Z | A64_C},
    {"sbc x0, x1, x2", 5, 2, 2, 0, 0},
    {"sbcs x0, x1, x2", 5, 5, 0, A64_C, A64_Z | A64_C},
    {"ngc w0, w2", 0, 0, 0xffffffff, 0, 0},

    {"and x0, x1, #0xff", 0x1234, 0, 0x34, 0, 0},
    {"and w0, w1, #0x80000001", UINT64_MAX, 0, 0x80000001, 0, 0},
    {"and x0, x1, #0xfffffffffffffff0", 0x1238, 0, 0x1230, 0, 0},
    {"ands x0, x1, #0x8000000000000000", UINT64_MAX, 0, 1ull << 63, A64_C | A64_V, A64_N},
    {"ands w0, w1, #0xff", 0xffffff00, 0, 0, 0, A64_Z},
    {"tst x1, #7", 8, 0, OLD_X0, 0, A64_Z},
    {"tst w1, w2", 0xff00000000, 0xff00000000, OLD_X0, 0, A64_Z},
    {"orr x0, x1, #0xf0f0f0f0f0f0f0f0", 1, 0, 0xf0f0f0f0f0f0f0f1, 0, 0},
    {"eor x0, x1, #0x5555555555555555", UINT64_MAX, 0, 0xaaaaaaaaaaaaaaaa, 0, 0},
    {"and x0, x1, x2", 0xff, 0x3c3c, 0x3c, 0, 0},
    {"bic x0, x1, x2", 0xff, 0x0f, 0xf0, 0, 0},
    {"bics w0, w1, w2, ror #8", 0xff000000, 0xff, 0, 0, A64_Z},
    {"orr x0, x1, x2, lsl #16", 1, 2, 0x20001, 0, 0},
    {"orn w0, w1, w2", 0, 1, 0xfffffffe, 0, 0},
    {"eor x0, x1, x2, ror #17", 0, 1ull << 17, 1, 0, 0},
    {"eon x0, x1, x2", 5, 5, UINT64_MAX, 0, 0},

    {"lsl x0, x1, #4", 0xf00000000000000f, 0, 0xf0, 0, 0},
    {"lsl w0, w1, #31", 3, 0, 0x80000000, 0, 0},
    {"lsr x0, x1, #48", 0x123456789abcdef0, 0, 0x1234, 0, 0},
    {"lsr w0, w1, #5", 0xf80000000, 0, 0x4000000, 0, 0},
    {"asr x0, x1, #48", 0x8234000000000000, 0, 0xffffffffffff8234, 0, 0},
    {"asr w0, w1, #5", 0x80000000, 0, 0xfc000000, 0, 0},
    {"ror x0, x1, #12", 0xabc, 0, 0xabc0000000000000, 0, 0},
    {"ubfx x0, x1, #26, #6", 0x56000000, 0, 0x15, 0, 0}, /* the class of an svc's syndrome */
    {"ubfx w0, w1, #4, #8", 0xffffffab4, 0, 0xab, 0, 0},
    {"lsr x0, x1, #0", PATTERN, 0, PATTERN, 0, 0},
    {"asr x0, x1, #0", PATTERN, 0, PATTERN, 0, 0},
    {"bfxil x0, x1, #0, #64", PATTERN, 0, PATTERN, 0, 0},
    {"lsr w0, w1, #0", PATTERN, 0, 0x44332211, 0, 0},
    {"sbfx x0, x1, #0, #48", 0x1234800000001000, 0, 0xffff800000001000, 0, 0},
    {"sbfx x0, x1, #0, #48", 0xffff7f0000001000, 0, 0x00007f0000001000, 0, 0},
    {"ubfx x0, x1, #5, #1", 0x20, 0, 1, 0, 0},
    {"sbfx w0, w1, #4, #8", 0x800, 0, 0xffffff80, 0, 0},
    {"ubfiz x0, x1, #40, #8", 0x1ff, 0, 0xff0000000000, 0, 0},
    {"sbfiz x0, x1, #8, #48", 0x800000000000, 0, 0xff80000000000000, 0, 0},
    {"bfi x0, x1, #48, #16", 0xabcd, 0, 0xabcd222233334444, 0, 0},
    {"bfi w0, w1, #4, #8", 0xff, 0, 0x33334ff4, 0, 0},
    {"bfxil x0, x1, #8, #8", 0xab00, 0, 0x11112222333344ab, 0, 0},
    {"bfc x0, #4, #12", 0, 0, 0x1111222233330004, 0, 0},
    {"uxtb w0, w1", 0x1ff, 0, 0xff, 0, 0},
    {"uxth w0, w1", 0x1ffff, 0, 0xffff, 0, 0},
    {"sxtb x0, w1", 0x80, 0, 0xffffffffffffff80, 0, 0},
    {"sxtw x0, w1", 0x80000000, 0, 0xffffffff80000000, 0, 0},
    {"extr x0, x1, x2, #20", 0x12345, 0xfffff00000, 0x1234500000000000 | 0xfffff, 0, 0},
    {"extr x0, x1, x2, #0", 5, PATTERN, PATTERN, 0, 0},
    {"extr w0, w1, w2, #4", 0x9, 0xf0, 0x9000000f, 0, 0},
    {"lsl x0, x1, x2", 1, 65, 2, 0, 0},
    {"lsr x0, x1, x2", 8, 3, 1, 0, 0},
    {"asr x0, x1, x2", 1ull << 63, 63, UINT64_MAX, 0, 0},
    {"ror x0, x1, x2", 1, 1, 1ull << 63, 0, 0},
    {"lsl w0, w1, w2", 1, 33, 2, 0, 0},
    {"asr w0, w1, w2", 0x80000000, 31, 0xffffffff, 0, 0},

    {"csel x0, x1, x2, eq", 1, 2, 1, A64_Z, A64_Z},
    {"csel x0, x1, x2, eq", 1, 2, 2, A64_N, A64_N},
    {"csel w0, w1, w2, hi", 0xf00000001, 2, 1, A64_C, A64_C},
    {"csel w0, w1, w2, hi", 1, 2, 2, A64_C | A64_Z, A64_C | A64_Z},
    {"csinc x0, x1, x2, lo", 1, 2, 1, 0, 0},
    {"csinc x0, x1, x2, lo", 1, 2, 3, A64_C, A64_C},
    {"csinv x0, x1, x2, ge", 1, 2, UINT64_MAX - 2, A64_N, A64_N},
    {"csinv x0, x1, x2, ge", 1, 2, 1, A64_N | A64_V, A64_N | A64_V},
    {"csneg w0, w1, w2, gt", 1, 2, 0xfffffffe, A64_Z, A64_Z},
    {"cset x0, ne", 0, 0, 1, 0, 0},
    {"cset x0, ne", 0, 0, 0, A64_Z, A64_Z},
    {"csetm x0, mi", 0, 0, UINT64_MAX, A64_N, A64_N},
    {"cinc x0, x1, vs", 1, 0, 2, A64_V, A64_V},
    {"ccmp x1, x2, #4, eq", 3, 3, OLD_X0, A64_Z, A64_Z | A64_C},
    {"ccmp x1, x2, #4, eq", 3, 3, OLD_X0, A64_N, A64_Z},
    {"ccmp x1, #5, #0, ne", 5, 0, OLD_X0, 0, A64_Z | A64_C},
    {"ccmp x1, #5, #0, ne", 5, 0, OLD_X0, A64_Z, 0},
    {"ccmp w1, w2, #0xf, ls", 3, 3, OLD_X0, A64_C, A64_N | A64_Z | A64_C | A64_V},
    {"ccmn x1, #31, #2, al", (uint64_t)-31, 0, OLD_X0, 0, A64_Z | A64_C},

    {"clz x0, x1", 0, 0, 64, 0, 0},
    {"clz x0, x1", 1, 0, 63, 0, 0},
    {"clz w0, w1", 0xff00000001, 0, 31, 0, 0},
    {"clz w0, w1", 0, 0, 32, 0, 0},
    {"cls x0, x1", UINT64_MAX, 0, 63, 0, 0},
    {"cls w0, w1", 0x40000000, 0, 0, 0, 0},
    {"rbit x0, x1", 3, 0, 0xc000000000000000, 0, 0},
    {"rbit w0, w1", 3, 0, 0xc0000000, 0, 0},
    {"rev x0, x1", 0x0102030405060708, 0, 0x0807060504030201, 0, 0},
    {"rev w0, w1", 0x0102030405060708, 0, 0x08070605, 0, 0},
    {"rev16 x0, x1", 0x0102030405060708, 0, 0x0201040306050807, 0, 0},
    {"rev32 x0, x1", 0x0102030405060708, 0, 0x0403020108070605, 0, 0},
    {"mul x0, x1, x2", 7, UINT64_MAX, (uint64_t)-7, 0, 0},
    {"madd x0, x1, x2, x3", 7, 8, 156, 0, 0},
    {"msub x0, x1, x2, x3", 7, 8, 44, 0, 0},
    {"smull x0, w1, w2", 0xffffffff, 3, (uint64_t)-3, 0, 0},
    {"umull x0, w1, w2", 0xffffffff, 3, 0x2fffffffd, 0, 0},
    {"smaddl x0, w1, w2, x3", 0xffffffff, 100, 0, 0, 0},
    {"umsubl x0, w1, w2, x3", 5, 5, 75, 0, 0},
    {"smulh x0, x1, x2", UINT64_MAX, 5, UINT64_MAX, 0, 0},
    {"smulh x0, x1, x2", UINT64_MAX, 0, 0, 0, 0},
    {"umulh x0, x1, x2", UINT64_MAX, 5, 4, 0, 0},
    {"udiv x0, x1, x2", 22, 7, 3, 0, 0},
    {"udiv x0, x1, x2", 22, 0, 0, 0, 0},
    {"sdiv x0, x1, x2", (uint64_t)-22, 7, (uint64_t)-3, 0, 0},
    {"sdiv x0, x1, x2", 1ull << 63, UINT64_MAX, 1ull << 63, 0, 0},
    {"sdiv w0, w1, w2", 0x80000000, 0xffffffff, 0x80000000, 0, 0},

    {"adr x0, . + 8", 0, 0, CODE + 8, 0, 0},
    {"adr x0, . - 3", 0, 0, CODE - 3, 0, 0},
    {"mrs x0, nzcv", 0, 0, A64_N | A64_C, A64_N | A64_C, A64_N | A64_C},
    {"msr nzcv, x1", UINT64_MAX, 0, OLD_X0, 0, 0xf0000000},
    {"csdb", 0, 0, OLD_X0, A64_V, A64_V},
    {"bti c", 0, 0, OLD_X0, 0, 0},
    {"paciasp", 0, 0, OLD_X0, 0, 0},
    {"isb", 0, 0, OLD_X0, 0, 0},
    {"dsb nsh", 0, 0, OLD_X0, 0, 0},
    {"dmb ish", 0, 0, OLD_X0, 0, 0},
    {"prfm pldl1keep, [x1, #8]", 0, 0, OLD_X0, 0, 0},
};

static void data_processing_gives_what_the_manual_says(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof examples / sizeof examples[0]; index++) {
        const struct example *example = &examples[index];

        begin();
        core.x[1] = example->x1;
        core.x[2] = example->x2;
        core.x[3] = 100;
        core.system[A64_NZCV] = example->before;
        run(example->text, NULL);
        if (core.pc != CODE + 4 || core.x[0] != example->x0 ||
            core.system[A64_NZCV] != example->after)
            fail_msg("%s of %llx, %llx: %llx, flags %llx; %s", example->text,
                     (unsigned long long)example->x1, (unsigned long long)example->x2,
                     (unsigned long long)core.x[0], (unsigned long long)core.system[A64_NZCV],
                     core.why);
    }
}

static void register_31_is_the_stack_pointer_of_additions_and_zero_elsewhere(void **state)
{
    (void)state;
    begin();
    core.x[1] = 0x12345;
    run("mov sp, x1", "mov x0, sp", "add sp, sp, #32", NULL);
    assert_int_equal(core.x[0], 0x12345);
    assert_int_equal(core.sp, 0x12365);
    run("and sp, x1, #0xfffffffffffffff0", "sub x0, sp, w1, uxtw #2", NULL);
    assert_int_equal(core.sp, 0x12340);
    assert_int_equal(core.x[0], 0x12340 - 4 * 0x12345);
    run("str xzr, [x1, #24]", NULL);
    assert_int_equal(core.stop, A64_MISALIGNED);
}

/* --- Memory --------------------------------------------------------------------------- */

static uint64_t device_value;

static uint64_t device_load(void *context, uint64_t address, unsigned bytes)
{
    assert_ptr_equal(context, &device_value);
    return address << 8 | bytes;
}

static void loads_extend_as_they_say(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
    } loads[] = {
        {"ldr x0, [x1]", PATTERN},           {"ldr w0, [x1, #4]", 0x88776655},
        {"ldrb w0, [x1, #3]", 0x44},         {"ldrh w0, [x1, #6]", 0x8877},
        {"ldrsb x0, [x1, #7]", ~0x77ull},    {"ldrsb w0, [x1, #7]", 0xffffff88},
        {"ldrsh x0, [x1, #14]", ~0x7788ull}, {"ldrsh w0, [x1, #14]", 0xffff8877},
        {"ldrsw x0, [x1, #12]", 0xffffffff88776655},
        {"ldar w0, [x1]", 0x44332211},       {"ldarb w0, [x1]", 0x11},
        {"ldur x0, [x1, #-8]", 5},           {"ldur w0, [x1, #-4]", 0},
        {"ldr x0, [x1, #504]", 6},           {"ldr x0, [x1, x2, lsl #3]", PATTERN},
        {"ldr w0, [x1, w2, uxtw #2]", 0x88776655},
        {"ldrh w0, [x1, x2, lsl #1]", 0x4433},
        {"ldrb w0, [x1, x2]", 0x22},
    };

    (void)state;
    for (size_t index = 0; index < sizeof loads / sizeof loads[0]; index++) {
        begin();
        here()[0] = here()[1] = PATTERN;
        here()[-1] = 5;
        here()[63] = 6;
        core.x[2] = 1;
        run(loads[index].text, NULL);
        assert_breaks_at(1);
        if (core.x[0] != loads[index].value)
            fail_msg("%s: %llx", loads[index].text, (unsigned long long)core.x[0]);
    }
}

static void an_offset_in_a_word_is_extended(void **state)
{
    (void)state;
    begin();
    here()[-2] = 77;
    core.x[2] = 0x5fffffffe;
    run("ldr x0, [x1, w2, sxtw #3]", NULL);
    assert_breaks_at(1);
    assert_int_equal(core.x[0], 77);
    core.x[1] -= 0xf0000000ull * 4;
    core.x[2] = 0x5f0000000;
    here()[0] = 78;
    run("ldr w0, [x1, w2, uxtw #2]", NULL);
    assert_breaks_at(1);
    assert_int_equal(core.x[0], 78);
}

static void stores_change_their_bytes_alone(void **state)
{
    static const struct {
        const char *text;
        int at;
        uint64_t value;
    } stores[] = {
        {"str x2, [x1, #16]", 2, PATTERN},
        {"str w2, [x1, #20]", 2, 0x44332211ffffffff},
        {"strb w2, [x1, #5]", 0, 0xffff11ffffffffff},
        {"strh w2, [x1, #10]", 1, 0xffffffff2211ffff},
        {"str xzr, [x1, #24]", 3, 0},
        {"stur x2, [x1, #-256]", -32, PATTERN},
        {"sturb w2, [x1, #-1]", -1, 0x11ffffffffffffff},
        {"stlr w2, [x1]", 0, 0xffffffff44332211},
        {"stlrh w2, [x1]", 0, 0xffffffffffff2211},
    };

    (void)state;
    for (size_t index = 0; index < sizeof stores / sizeof stores[0]; index++) {
        begin();
        memset(memory, 0xff, sizeof memory);
        core.x[2] = PATTERN;
        run(stores[index].text, NULL);
        assert_breaks_at(1);
        for (int at = -64; at < 64; at++)
            if (here()[at] != (at == stores[index].at ? stores[index].value : UINT64_MAX))
                fail_msg("%s: %llx at %d", stores[index].text, (unsigned long long)here()[at], at);
    }
}

static void bases_are_moved_before_or_after(void **state)
{
    uint64_t start = MEMORY + HALF;

    (void)state;
    begin();
    here()[0] = 1;
    here()[2] = 3;
    run("ldr x0, [x1], #16", NULL);
    assert_int_equal(core.x[0], 1);
    assert_int_equal(core.x[1], start + 16);
    run("ldr x0, [x1, #-16]!", NULL);
    assert_int_equal(core.x[0], 1);
    assert_int_equal(core.x[1], start);
    core.x[2] = 9;
    run("str x2, [x1, #8]!", NULL);
    assert_int_equal(here()[1], 9);
    run("str x2, [x1], #-8", NULL);
    assert_int_equal(core.x[1], start);
    run("ldp x0, x3, [x1], #32", NULL);
    assert_int_equal(core.x[0], 1);
    assert_int_equal(core.x[3], 9);
    assert_int_equal(core.x[1], start + 32);
    run("ldp x0, x3, [x1, #-32]!", NULL);
    assert_int_equal(core.x[1], start);
}

static void pairs_lie_behind_one_another(void **state)
{
    (void)state;
    begin();
    core.x[2] = PATTERN;
    core.x[3] = 5;
    core.x[29] = 29;
    core.x[30] = 30;
    run("stp x2, x3, [x1, #16]", "stp w2, w3, [x1, #-8]", "stp x29, x30, [sp, #-16]!", NULL);
    assert_breaks_at(3);
    assert_int_equal(here()[2], PATTERN);
    assert_int_equal(here()[3], 5);
    assert_int_equal(here()[-1], 0x544332211);
    assert_int_equal(memory[254], 29);
    assert_int_equal(memory[255], 30);
    core.x[29] = core.x[30] = 0;
    run("ldp x29, x30, [sp], #16", NULL);
    assert_int_equal(core.x[29], 29);
    assert_int_equal(core.x[30], 30);
    assert_int_equal(core.sp, MEMORY + sizeof memory);
    here()[1] = 0x80000000ull << 32 | 7;
    run("ldpsw x0, x3, [x1, #8]", NULL);
    assert_int_equal(core.x[0], 7);
    assert_int_equal(core.x[3], 0xffffffff80000000);
}

static void vector_registers_go_to_memory_and_come_back(void **state)
{
    (void)state;
    begin();
    core.q[0][0] = 1;
    core.q[0][1] = 2;
    core.q[1][0] = 3;
    core.q[1][1] = 4;
    run("stp q0, q1, [x1, #32]", "str q1, [x1, #48]", "stp d0, d1, [x1, #8]", NULL);
    assert_breaks_at(3);
    assert_int_equal(here()[4], 1);
    assert_int_equal(here()[5], 2);
    assert_int_equal(here()[6], 3);
    assert_int_equal(here()[7], 4);
    assert_int_equal(here()[1], 1);
    assert_int_equal(here()[2], 3);
    run("ldr d0, [x1, #8]", "ldp q0, q1, [x1], #32", NULL);
    assert_int_equal(core.q[0][1], 1);
    run("ldr d0, [x1, #8]", NULL);
    assert_int_equal(core.q[0][0], 2);
    assert_int_equal(core.q[0][1], 0);
}

static void literals_are_read_from_the_code(void **state)
{
    (void)state;
    begin();
    code[2] = 0x89abcdef;
    code[3] = 0x01234567;
    run("ldr x0, . + 8", NULL);
    assert_breaks_at(1);
    assert_int_equal(core.x[0], 0x0123456789abcdef);
    code[3] = 0x89abcdef;
    run("ldrsw x0, . + 12", NULL);
    assert_int_equal(core.x[0], 0xffffffff89abcdef);
    code[0] = 0x58000000 | 0x2aaaa << 5;
    core.pc = CODE;
    assert_int_equal(a64_run(&core, 1), A64_BAD_ADDRESS);
    assert_non_null(strstr(core.why, "load of 8 bytes at 00000000000abaa8"));
    code[0] = 0x58000000 | 0x55556 << 5;
    assert_int_equal(a64_run(&core, 1), A64_BAD_ADDRESS);
    assert_non_null(strstr(core.why, "load of 8 bytes at fffffffffff56558"));
}

/* --- Exclusive accesses ------------------------------------------------------------------ */

static void an_exclusive_store_succeeds_after_its_load_and_once(void **state)
{
    (void)state;
    begin();
    core.x[2] = 5;
    run("ldaxr x0, [x1]", "stlxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 0);
    assert_int_equal(here()[0], 5);
    core.x[2] = 6;
    run("stxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 1);
    assert_int_equal(here()[0], 5);
    core.sp -= 16;
    code[0] = 0xc81f7fe2; /* stxr wzr, x2, [sp]: two registers that are both number 31 */
    core.pc = CODE;
    a64_run(&core, 10);
    assert_breaks_at(1);
}

static void an_exclusive_store_fails_elsewhere_and_after_clrex(void **state)
{
    (void)state;
    begin();
    core.x[2] = 5;
    run("ldxr x0, [x1]", "clrex", "stxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 1);
    run("ldxr x0, [x1]", "add x0, x1, #5", NULL);
    core.x[1] += 8;
    run("stxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 1);
    run("ldaxr w0, [x1]", "stlxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 1);
    run("ldxr x0, [x1]", "eret", NULL);
    run("stxr w0, x2, [x1]", NULL);
    assert_int_equal(core.x[0], 1);
    assert_int_equal(here()[0], 0);
    assert_int_equal(here()[1], 0);
}

/* --- Branches ------------------------------------------------------------------------------ */

static const struct branch {
    const char *text;
    uint64_t x1;
    uint32_t nzcv;
    unsigned to; /* which word; 1 is the one behind the branch, which is word 8's */
} branches[] = {
    {"b . + 8", 0, 0, 10},        {"b . - 12", 0, 0, 5},
    {"b.eq . + 8", 0, A64_Z, 10}, {"b.eq . + 8", 0, ~A64_Z, 9},
    {"b.ne . - 8", 0, 0, 6},      {"b.ne . - 8", 0, A64_Z, 9},
    {"b.hs . + 12", 0, A64_C, 11}, {"b.lo . + 12", 0, A64_C, 9},
    {"b.mi . + 12", 0, A64_N, 11}, {"b.pl . + 12", 0, A64_N, 9},
    {"b.vs . + 12", 0, A64_V, 11}, {"b.vc . + 12", 0, A64_V, 9},
    {"b.hi . + 8", 0, A64_C, 10}, {"b.hi . + 8", 0, A64_C | A64_Z, 9},
    {"b.ls . + 8", 0, 0, 10},     {"b.ls . + 8", 0, A64_C, 9},
    {"b.ge . + 8", 0, A64_N | A64_V, 10}, {"b.ge . + 8", 0, A64_V, 9},
    {"b.lt . + 8", 0, A64_N, 10}, {"b.lt . + 8", 0, 0, 9},
    {"b.gt . + 8", 0, 0, 10},     {"b.gt . + 8", 0, A64_Z, 9},
    {"b.le . + 8", 0, A64_Z, 10}, {"b.le . + 8", 0, 0, 9},
    {"b.al . + 8", 0, 0, 10},
    {"cbz x1, . + 8", 0, 0, 10},  {"cbz x1, . + 8", 1ull << 32, 0, 9},
    {"cbz w1, . + 8", 1ull << 32, 0, 10},
    {"cbnz x1, . - 8", 1ull << 32, 0, 6}, {"cbnz w1, . + 8", 1ull << 32, 0, 9},
    {"tbz x1, #63, . + 8", INT64_MAX, 0, 10}, {"tbz x1, #63, . + 8", 1ull << 63, 0, 9},
    {"tbz w1, #0, . + 8", 2, 0, 10}, {"tbnz x1, #40, . + 8", 1ull << 40, 0, 10},
    {"tbnz x1, #40, . + 8", 1ull << 8, 0, 9}, {"tbnz w1, #31, . - 4", 1u << 31, 0, 7},
    {"br x1", CODE + 4 * 3, 0, 3},
};

static void branches_go_where_they_should(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof branches / sizeof branches[0]; index++) {
        const struct branch *branch = &branches[index];

        begin();
        code[8] = form_word(branch->text);
        core.pc = CODE + 4 * 8;
        core.x[1] = branch->x1;
        core.x[30] = 30;
        core.system[A64_NZCV] = branch->nzcv & 0xf0000000;
        a64_run(&core, 10);
        if (core.pc != CODE + 4 * branch->to || core.x[30] != 30)
            fail_msg("%s: to %llx", branch->text, (unsigned long long)core.pc);
    }
}

/* Nothing is there, so the run ends there. */
static void branches_reach_far(void **state)
{
    static const struct {
        uint32_t word;
        uint64_t by;
    } far[] = {
        {0x14000000 | 0x1555555, 0x5555554},
        {0x14000000 | 0x2aaaaaa, 0xfffffffffaaaaaa8},
        {0x54000000 | 0x2aaaa << 5 | 14, 0xaaaa8},
        {0x54000000 | 0x55555 << 5 | 14, 0xfffffffffff55554},
        {0xb4000000 | 0x2aaaa << 5 | 31, 0xaaaa8},
        {0xb4000000 | 0x55555 << 5 | 31, 0xfffffffffff55554},
        {0x36000000 | 0x1555 << 5 | 31, 0x5554},
        {0x36000000 | 0x2aaa << 5 | 31, 0xffffffffffffaaa8},
    };

    (void)state;
    for (size_t index = 0; index < sizeof far / sizeof far[0]; index++) {
        begin();
        code[0] = far[index].word;
        assert_int_equal(a64_run(&core, 10), A64_BAD_ADDRESS);
        assert_int_equal(core.pc, CODE + far[index].by);
    }
}

static void calls_leave_where_to_return(void **state)
{
    (void)state;
    begin();
    code[3] = form_word("ret");
    run("bl . + 12", NULL);
    assert_breaks_at(1);
    assert_int_equal(core.x[30], CODE + 4);
    core.x[1] = CODE + 12;
    run("blr x1", NULL);
    assert_breaks_at(1);
}

/* --- System registers, and the end of a run -------------------------------------------------- */

static void system_registers_are_as_written(void **state)
{
    (void)state;
    begin();
    core.x[1] = 0x1234;
    core.system[A64_ESR_EL1] = 0x56000000;
    run("msr elr_el1, x1", "msr sp_el0, x1", "msr tpidr_el0, x1", "mrs x0, esr_el1", "eret", NULL);
    assert_int_equal(core.stop, A64_ERET);
    assert_int_equal(core.pc, CODE + 16);
    assert_int_equal(core.system[A64_ELR_EL1], 0x1234);
    assert_int_equal(core.system[A64_SP_EL0], 0x1234);
    assert_int_equal(core.system[A64_TPIDR_EL0], 0x1234);
    assert_int_equal(core.x[0], 0x56000000);
    run("mrs x0, currentel", "msr daifclr, #15", NULL);
    assert_int_equal(core.x[0], 4);
    assert_int_equal(core.system[A64_DAIF], 0);
    run("msr daifset, #2", NULL);
    assert_int_equal(core.system[A64_DAIF], 0x80);
}

static void all_system_registers_have_encodings_of_their_own(void **state)
{
    (void)state;
    for (unsigned which = 0; which < A64_REGISTER_COUNT; which++)
        assert_string_not_equal(a64_register_name(which), "");
    begin();
    core.system[A64_MIDR_EL1] = 5;
    run("mrs x0, midr_el1", NULL);
    assert_int_equal(core.x[0], 5);
    core.system[A64_ICC_IAR1_EL1] = 27;
    run("mrs x0, icc_iar1_el1", NULL);
    assert_int_equal(core.x[0], 27);
    core.x[1] = 27;
    run("msr icc_eoir1_el1, x1", "msr icc_dir_el1, x1", NULL);
    assert_breaks_at(2);
    assert_int_equal(core.system[A64_ICC_EOIR1_EL1], 27);
    assert_int_equal(core.system[A64_ICC_DIR_EL1], 27);
}

static uint64_t reads, writes;

static uint64_t count_read(struct a64 *of, enum a64_register which)
{
    assert_ptr_equal(of, &core);
    assert_int_equal(which, A64_CNTVCT_EL0);
    return ++reads;
}

static void count_write(struct a64 *of, enum a64_register which, uint64_t value)
{
    assert_ptr_equal(of, &core);
    assert_int_equal(which, A64_TTBR0_EL1);
    writes += value;
}

static void the_caller_may_answer_for_system_registers(void **state)
{
    (void)state;
    begin();
    core.read_system = count_read;
    core.write_system = count_write;
    reads = writes = 0;
    core.x[1] = 0xabc;
    run("mrs x0, cntvct_el0", "mrs x0, cntvct_el0", "msr ttbr0_el1, x1", NULL);
    assert_int_equal(core.x[0], 2);
    assert_int_equal(writes, 0xabc);
    assert_int_equal(core.system[A64_TTBR0_EL1], 0xabc);
}

static void assert_refuses(uint32_t word, enum a64_stop stop, const char *why)
{
    struct a64 before;

    begin();
    code[0] = word;
    core.x[3] = 3;
    before = core;
    assert_int_equal(a64_run(&core, 10), stop);
    if (strstr(core.why, why) == NULL)
        fail_msg("'%s' does not say '%s'", core.why, why);
    assert_memory_equal(core.x, before.x, sizeof core.x);
    assert_int_equal(core.sp, before.sp);
    assert_int_equal(core.pc, before.pc);
    assert_int_equal(core.access_count, 0);
}

static void what_is_not_known_is_refused_by_name(void **state)
{
    (void)state;
    assert_refuses(0, A64_UNKNOWN, "at 0000000000001000: unknown instruction 00000000");
    assert_refuses(0xd4000001, A64_UNKNOWN, "unknown instruction d4000001"); /* svc #0 */
    assert_refuses(0xd4000002, A64_UNKNOWN, "d4000002");                     /* hvc #0 */
    assert_refuses(0xd53bd160, A64_UNKNOWN, "d53bd160"); /* mrs x0, s3_3_c13_c1_3 */
    assert_refuses(0xd51be040, A64_UNKNOWN, "d51be040"); /* msr cntvct_el0: read only */
    assert_refuses(0xd538cc20, A64_UNKNOWN, "d538cc20"); /* mrs icc_eoir1_el1: write only */
    assert_refuses(0xd508871f, A64_UNKNOWN, "d508871f"); /* tlbi vmalle1 */
    assert_refuses(0xd69f03e1, A64_UNKNOWN, "d69f03e1"); /* eret, nearly */
    assert_refuses(0xdac08020, A64_UNKNOWN, "dac08020"); /* rbit, nearly */
    assert_refuses(0xd50742df, A64_UNKNOWN, "d50742df"); /* msr daifset, nearly */
    assert_refuses(0xf8208020, A64_UNKNOWN, "f8208020"); /* swp: not in Armv8.0 */
    assert_refuses(0x1e602820, A64_UNKNOWN, "1e602820"); /* fadd d0, d1, d0 */
    assert_refuses(0x38400820, A64_UNKNOWN, "38400820"); /* ldtrb w0, [x1] */
    assert_refuses(0x0b208020 | 5 << 10, A64_UNKNOWN, ""); /* add w0, w1, w0, sxtb #5 */
    assert_refuses(0x12400020, A64_UNKNOWN, "");         /* and w0, w1, with N */
}

static void what_the_manual_leaves_open_is_refused(void **state)
{
    (void)state;
    assert_refuses(0xa9400020 | 0 << 10, A64_UNPREDICTABLE, "unpredictable"); /* ldp x0, x0 */
    assert_refuses(0xf8408421, A64_UNPREDICTABLE, "");                 /* ldr x1, [x1], #8 */
    assert_refuses(0xa8c10420, A64_UNPREDICTABLE, "");             /* ldp x0, x1, [x1], #16 */
    assert_refuses(0xc8007c20, A64_UNPREDICTABLE, "");                 /* stxr w0, x0, [x1] */
    assert_refuses(0xc8017c20, A64_UNPREDICTABLE, "");                 /* stxr w1, x0, [x1] */
}

static void a_wild_access_ends_the_run_and_is_told(void **state)
{
    (void)state;
    begin();
    core.x[1] = 0xdead0000;
    assert_int_equal(run("nop", "ldr x0, [x1, #8]", NULL), A64_BAD_ADDRESS);
    assert_string_equal(core.why, "at 0000000000001004: load of 8 bytes at 00000000dead0008, "
                                  "where nothing is mapped");
    assert_int_equal(core.x[0], OLD_X0);
    core.x[1] = CODE;
    assert_int_equal(run("str x2, [x1, #16]", NULL), A64_BAD_ADDRESS);
    assert_string_equal(core.why, "at 0000000000001000: store of 8 bytes at 0000000000001010, "
                                  "where it is not allowed");
    core.x[1] = MEMORY;
    assert_int_equal(run("br x1", NULL), A64_BAD_ADDRESS);
    assert_int_equal(core.pc, MEMORY);
}

/* The first half of a pair is inside, the second is not. */
static void an_access_that_fails_changes_nothing(void **state)
{
    (void)state;
    begin();
    core.x[1] = MEMORY + sizeof memory - 24;
    core.x[2] = core.x[3] = 5;
    assert_int_equal(run("stp x2, x3, [x1, #16]", NULL), A64_BAD_ADDRESS);
    assert_int_equal(memory[255], 0);
    core.x[1] = MEMORY - 16;
    assert_int_equal(run("ldr x0, [x1], #16", NULL), A64_BAD_ADDRESS);
    assert_int_equal(core.x[1], MEMORY - 16);
    assert_int_equal(core.access_count, 0);
}

static void accesses_must_be_aligned(void **state)
{
    (void)state;
    begin();
    core.x[1] += 4;
    assert_int_equal(run("ldr x0, [x1]", NULL), A64_MISALIGNED);
    core.x[1] += 4;
    assert_int_equal(run("str q1, [x1, #48]", NULL), A64_MISALIGNED);
    core.sp -= 8;
    assert_int_equal(run("str x30, [sp, #-16]!", NULL), A64_MISALIGNED);
    assert_int_equal(core.sp, MEMORY + sizeof memory - 8);
    core.x[1] = CODE + 2;
    assert_int_equal(run("br x1", NULL), A64_MISALIGNED);
}

static void without_the_check_only_some_accesses_must_be_aligned(void **state)
{
    (void)state;
    begin();
    core.system[A64_SCTLR_EL1] = 0;
    here()[0] = PATTERN;
    core.x[1] += 3;
    run("ldr w0, [x1, #4]", NULL);
    assert_int_equal(core.x[0], 0x88);
    core.x[2] = 0xaabb;
    run("strh w2, [x1, #10]", NULL);
    assert_breaks_at(1);
    assert_int_equal(here()[1], 0xaabb0000000000);
    assert_int_equal(run("ldar x0, [x1]", NULL), A64_MISALIGNED);
    assert_int_equal(run("ldaxr x0, [x1]", NULL), A64_MISALIGNED);
    assert_int_equal(run("stlr x2, [x1]", NULL), A64_MISALIGNED);
    core.x[1] = MEMORY + sizeof memory - 4;
    assert_int_equal(run("ldr x0, [x1]", NULL), A64_BAD_ADDRESS);
    core.sp -= 20;
    run("str x30, [sp, #-16]!", NULL);
    assert_breaks_at(1);
    a64_map_device(&core, 0x9000, 0x100, (struct a64_device){device_load, NULL, &device_value});
    core.x[1] = 0x9002;
    assert_int_equal(run("ldr x0, [x1]", NULL), A64_MISALIGNED);
}

static void a_run_ends_where_it_was_told_to(void **state)
{
    (void)state;
    begin();
    a64_stop_at(&core, CODE + 8);
    assert_int_equal(run("nop", "nop", "mov x0, #0", NULL), A64_REACHED);
    assert_int_equal(core.pc, CODE + 8);
    assert_int_equal(core.x[0], OLD_X0);
    assert_int_equal(a64_run(&core, 1), A64_LIMIT);
    assert_int_equal(core.x[0], 0);
    assert_int_equal(core.executed, 3);
}

static void fp_registers_may_be_closed(void **state)
{
    static const char *const uses[] = {"str q1, [x1, #48]", "ldr q0, . + 20", "ldp q0, q1, [x1, #-32]",
                                       "mrs x0, fpcr", "msr fpsr, x1"};

    (void)state;
    for (unsigned index = 0; index < sizeof uses / sizeof uses[0]; index++) {
        begin();
        core.system[A64_CPACR_EL1] = 0;
        assert_int_equal(run(uses[index], NULL), A64_CLOSED);
        assert_int_equal(core.pc, CODE);
        assert_int_equal(core.x[0], OLD_X0);
    }
}

static void fp_registers_are_open_after_an_isb(void **state)
{
    (void)state;
    begin();
    core.x[1] = 3 << 20;
    core.cpacr = core.system[A64_CPACR_EL1] = 0;
    assert_int_equal(run("msr cpacr_el1, x1", "mrs x0, fpcr", NULL), A64_CLOSED);
    assert_int_equal(core.pc, CODE + 4);
    assert_int_equal(run("msr cpacr_el1, x1", "isb", "mrs x0, fpcr", NULL), A64_BREAK);
    core.x[1] = 0;
    assert_int_equal(run("msr cpacr_el1, x1", "mrs x0, fpcr", NULL), A64_CLOSED);
}

/* --- Logs --------------------------------------------------------------------------------- */

static void accesses_are_logged_while_there_is_room(void **state)
{
    struct a64_access log[2];

    (void)state;
    begin();
    core.accesses = log;
    core.access_room = 2;
    core.x[2] = 0xaaaabbbbccccdddd;
    run("str w2, [x1, #20]", "ldr x0, [x1, #8]", "ldr x0, [x1]", NULL);
    assert_int_equal(core.access_count, 3);
    assert_int_equal(log[0].pc, CODE);
    assert_int_equal(log[0].address, MEMORY + HALF + 20);
    assert_int_equal(log[0].bytes, 4);
    assert_int_equal(log[0].kind, A64_WRITE);
    assert_int_equal(log[0].value[0], 0xccccdddd);
    assert_int_equal(log[1].pc, CODE + 4);
    assert_int_equal(log[1].kind, A64_READ);
    core.access_count = 0;
    core.q[1][0] = 3;
    core.q[1][1] = 4;
    run("str q1, [x1, #48]", NULL);
    assert_int_equal(log[0].bytes, 16);
    assert_int_equal(log[0].value[0], 3);
    assert_int_equal(log[0].value[1], 4);
}

static void coverage_tells_both_ways_of_a_branch(void **state)
{
    uint32_t executed[4] = {0}, jumped[4] = {0}; /* of the last, nothing is said */
    struct a64_coverage coverage = {CODE, 3, executed, jumped};

    (void)state;
    begin();
    core.coverage = &coverage;
    core.x[1] = 1;
    run("cbz x1, . + 8", "nop", NULL);
    core.x[1] = 0;
    run("cbz x1, . + 8", "nop", NULL);
    assert_int_equal(executed[0], 2);
    assert_int_equal(jumped[0], 1);
    assert_int_equal(executed[1], 1);
    assert_int_equal(jumped[1], 0);
    assert_int_equal(executed[2], 2);
    run("nop", "nop", "nop", "nop", NULL);
    assert_int_equal(executed[2], 3);
    assert_int_equal(executed[3], 0);
    coverage.start = CODE + 4;
    run("nop", NULL);
    assert_int_equal(executed[0], 4);
    assert_int_equal(core.trail[0], CODE);
    assert_int_equal(core.trail[1], CODE + 4);
}

static void device_store(void *context, uint64_t address, unsigned bytes, uint64_t value)
{
    *(uint64_t *)context = value + address + bytes;
}

static void a_device_is_asked(void **state)
{
    struct a64_device device = {device_load, device_store, &device_value};

    (void)state;
    begin();
    a64_map_device(&core, 0x9000, 0x100, device);
    core.x[1] = 0x9000;
    core.x[2] = 0x70000;
    run("ldr w0, [x1, #4]", "str w2, [x1, #20]", NULL);
    assert_breaks_at(2);
    assert_int_equal(core.x[0], 0x900404);
    assert_int_equal(device_value, 0x70000 + 0x9014 + 4);
}

static void what_is_mapped_later_covers_what_was_before(void **state)
{
    uint64_t word = 99;

    (void)state;
    begin();
    a64_map(&core, MEMORY + HALF + 8, &word, sizeof word, A64_READ);
    run("ldr x0, [x1, #8]", NULL);
    assert_int_equal(core.x[0], 99);
    run("ldr x0, [x1]", NULL);
    assert_int_equal(core.x[0], 0);
    a64_map_host(&core, &word, sizeof word, A64_RW);
    core.x[1] = (uintptr_t)&word - 16;
    core.x[2] = 100;
    run("str x2, [x1, #16]", NULL);
    assert_int_equal(word, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_processing_gives_what_the_manual_says),
        cmocka_unit_test(register_31_is_the_stack_pointer_of_additions_and_zero_elsewhere),
        cmocka_unit_test(loads_extend_as_they_say),
        cmocka_unit_test(an_offset_in_a_word_is_extended),
        cmocka_unit_test(stores_change_their_bytes_alone),
        cmocka_unit_test(bases_are_moved_before_or_after),
        cmocka_unit_test(pairs_lie_behind_one_another),
        cmocka_unit_test(vector_registers_go_to_memory_and_come_back),
        cmocka_unit_test(literals_are_read_from_the_code),
        cmocka_unit_test(an_exclusive_store_succeeds_after_its_load_and_once),
        cmocka_unit_test(an_exclusive_store_fails_elsewhere_and_after_clrex),
        cmocka_unit_test(branches_go_where_they_should),
        cmocka_unit_test(branches_reach_far),
        cmocka_unit_test(calls_leave_where_to_return),
        cmocka_unit_test(system_registers_are_as_written),
        cmocka_unit_test(all_system_registers_have_encodings_of_their_own),
        cmocka_unit_test(the_caller_may_answer_for_system_registers),
        cmocka_unit_test(what_is_not_known_is_refused_by_name),
        cmocka_unit_test(what_the_manual_leaves_open_is_refused),
        cmocka_unit_test(a_wild_access_ends_the_run_and_is_told),
        cmocka_unit_test(an_access_that_fails_changes_nothing),
        cmocka_unit_test(accesses_must_be_aligned),
        cmocka_unit_test(without_the_check_only_some_accesses_must_be_aligned),
        cmocka_unit_test(a_run_ends_where_it_was_told_to),
        cmocka_unit_test(fp_registers_may_be_closed),
        cmocka_unit_test(fp_registers_are_open_after_an_isb),
        cmocka_unit_test(accesses_are_logged_while_there_is_room),
        cmocka_unit_test(coverage_tells_both_ways_of_a_branch),
        cmocka_unit_test(a_device_is_asked),
        cmocka_unit_test(what_is_mapped_later_covers_what_was_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
