/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * X(word, text): instructions as the assembler writes them, and the words that
 * the interpreter is given. batch.py has the cross compiler assemble each text
 * and compares, so a test may speak of an instruction by its text.
 */
#pragma once
#include <stdint.h>

#define A64_FORMS(X)                                   \
    X(0xd2800000, "mov x0, #0")                        \
    X(0xd2e24680, "movz x0, #0x1234, lsl #48")         \
    X(0x52b00000, "movz w0, #0x8000, lsl #16")         \
    X(0x928000a0, "movn x0, #5")                       \
    X(0x12a000a0, "movn w0, #5, lsl #16")              \
    X(0xf2d579a0, "movk x0, #0xabcd, lsl #32")         \
    X(0x72b579a0, "movk w0, #0xabcd, lsl #16")         \
    X(0xaa0103e0, "mov x0, x1")                        \
    X(0x2a0103e0, "mov w0, w1")                        \
    X(0xaa2103e0, "mvn x0, x1")                        \
    X(0xb2009fe0, "mov x0, #0xff00ff00ff00ff")         \
    X(0x321c5fe0, "mov w0, #0x0ffffff0")               \
    X(0x91001420, "add x0, x1, #5")                    \
    X(0x917ffc20, "add x0, x1, #4095, lsl #12")        \
    X(0x11000420, "add w0, w1, #1")                    \
    X(0xb1000420, "adds x0, x1, #1")                   \
    X(0x31000420, "adds w0, w1, #1")                   \
    X(0xd1000420, "sub x0, x1, #1")                    \
    X(0x51000420, "sub w0, w1, #1")                    \
    X(0xf1000420, "subs x0, x1, #1")                   \
    X(0x71000420, "subs w0, w1, #1")                   \
    X(0xf100403f, "cmp x1, #16")                       \
    X(0x3100043f, "cmn w1, #1")                        \
    X(0x7100403f, "cmp w1, #16")                       \
    X(0x8b020020, "add x0, x1, x2")                    \
    X(0x8b021020, "add x0, x1, x2, lsl #4")            \
    X(0x0b427c20, "add w0, w1, w2, lsr #31")           \
    X(0x8b82fc20, "add x0, x1, x2, asr #63")           \
    X(0xab020020, "adds x0, x1, x2")                   \
    X(0xcb023020, "sub x0, x1, x2, lsl #12")           \
    X(0xeb020020, "subs x0, x1, x2")                   \
    X(0x6b020020, "subs w0, w1, w2")                   \
    X(0xeb02003f, "cmp x1, x2")                        \
    X(0xcb0103e0, "neg x0, x1")                        \
    X(0x6b0103e0, "negs w0, w1")                       \
    X(0x8b220020, "add x0, x1, w2, uxtb")              \
    X(0x8b222420, "add x0, x1, w2, uxth #1")           \
    X(0x8b225020, "add x0, x1, w2, uxtw #4")           \
    X(0x8b228020, "add x0, x1, w2, sxtb")              \
    X(0x8b22a820, "add x0, x1, w2, sxth #2")           \
    X(0x8b22cc20, "add x0, x1, w2, sxtw #3")           \
    X(0x8b22f020, "add x0, x1, x2, sxtx #4")           \
    X(0x4b220820, "sub w0, w1, w2, uxtb #2")           \
    X(0xeb22003f, "cmp x1, w2, uxtb")                  \
    X(0x9a020020, "adc x0, x1, x2")                    \
    X(0x3a020020, "adcs w0, w1, w2")                   \
    X(0xda020020, "sbc x0, x1, x2")                    \
    X(0xfa020020, "sbcs x0, x1, x2")                   \
    X(0x5a0203e0, "ngc w0, w2")                        \
    X(0x92401c20, "and x0, x1, #0xff")                 \
    X(0x12010420, "and w0, w1, #0x80000001")           \
    X(0x927cec20, "and x0, x1, #0xfffffffffffffff0")   \
    X(0xf2410020, "ands x0, x1, #0x8000000000000000")  \
    X(0x72001c20, "ands w0, w1, #0xff")                \
    X(0xf240083f, "tst x1, #7")                        \
    X(0x6a02003f, "tst w1, w2")                        \
    X(0xb204cc20, "orr x0, x1, #0xf0f0f0f0f0f0f0f0")   \
    X(0xd200f020, "eor x0, x1, #0x5555555555555555")   \
    X(0x8a020020, "and x0, x1, x2")                    \
    X(0xea020c20, "ands x0, x1, x2, lsl #3")           \
    X(0x8a220020, "bic x0, x1, x2")                    \
    X(0x6ae22020, "bics w0, w1, w2, ror #8")           \
    X(0xaa024020, "orr x0, x1, x2, lsl #16")           \
    X(0xaa220020, "orn x0, x1, x2")                    \
    X(0x2a220020, "orn w0, w1, w2")                    \
    X(0xcac24420, "eor x0, x1, x2, ror #17")           \
    X(0xca220020, "eon x0, x1, x2")                    \
    X(0xd37cec20, "lsl x0, x1, #4")                    \
    X(0x53010020, "lsl w0, w1, #31")                   \
    X(0xd370fc20, "lsr x0, x1, #48")                   \
    X(0x53057c20, "lsr w0, w1, #5")                    \
    X(0x9370fc20, "asr x0, x1, #48")                   \
    X(0x13057c20, "asr w0, w1, #5")                    \
    X(0x93c13020, "ror x0, x1, #12")                   \
    X(0xd35a7c20, "ubfx x0, x1, #26, #6")              \
    X(0x53042c20, "ubfx w0, w1, #4, #8")               \
    X(0xd340fc20, "lsr x0, x1, #0")                    \
    X(0x9340fc20, "asr x0, x1, #0")                    \
    X(0xb340fc20, "bfxil x0, x1, #0, #64")             \
    X(0x53007c20, "lsr w0, w1, #0")                    \
    X(0xd3451420, "ubfx x0, x1, #5, #1")               \
    X(0x9340bc20, "sbfx x0, x1, #0, #48")              \
    X(0x13042c20, "sbfx w0, w1, #4, #8")               \
    X(0xd3581c20, "ubfiz x0, x1, #40, #8")             \
    X(0x9378bc20, "sbfiz x0, x1, #8, #48")             \
    X(0xb3503c20, "bfi x0, x1, #48, #16")              \
    X(0x331c1c20, "bfi w0, w1, #4, #8")                \
    X(0xb3483c20, "bfxil x0, x1, #8, #8")              \
    X(0xb37c2fe0, "bfc x0, #4, #12")                   \
    X(0x53001c20, "uxtb w0, w1")                       \
    X(0x53003c20, "uxth w0, w1")                       \
    X(0x93401c20, "sxtb x0, w1")                       \
    X(0x93407c20, "sxtw x0, w1")                       \
    X(0x93c25020, "extr x0, x1, x2, #20")              \
    X(0x93c20020, "extr x0, x1, x2, #0")               \
    X(0x13821020, "extr w0, w1, w2, #4")               \
    X(0x9ac22020, "lsl x0, x1, x2")                    \
    X(0x9ac22420, "lsr x0, x1, x2")                    \
    X(0x9ac22820, "asr x0, x1, x2")                    \
    X(0x9ac22c20, "ror x0, x1, x2")                    \
    X(0x1ac22020, "lsl w0, w1, w2")                    \
    X(0x1ac22820, "asr w0, w1, w2")                    \
    X(0x9a820020, "csel x0, x1, x2, eq")               \
    X(0x1a828020, "csel w0, w1, w2, hi")               \
    X(0x9a823420, "csinc x0, x1, x2, lo")              \
    X(0xda82a020, "csinv x0, x1, x2, ge")              \
    X(0x5a82c420, "csneg w0, w1, w2, gt")              \
    X(0x9a9f07e0, "cset x0, ne")                       \
    X(0xda9f53e0, "csetm x0, mi")                      \
    X(0x9a817420, "cinc x0, x1, vs")                   \
    X(0xfa420024, "ccmp x1, x2, #4, eq")               \
    X(0xfa451820, "ccmp x1, #5, #0, ne")               \
    X(0x7a42902f, "ccmp w1, w2, #0xf, ls")             \
    X(0xba5fe822, "ccmn x1, #31, #2, al")              \
    X(0xdac01020, "clz x0, x1")                        \
    X(0x5ac01020, "clz w0, w1")                        \
    X(0xdac01420, "cls x0, x1")                        \
    X(0x5ac01420, "cls w0, w1")                        \
    X(0xdac00020, "rbit x0, x1")                       \
    X(0x5ac00020, "rbit w0, w1")                       \
    X(0xdac00c20, "rev x0, x1")                        \
    X(0x5ac00820, "rev w0, w1")                        \
    X(0xdac00420, "rev16 x0, x1")                      \
    X(0x5ac00420, "rev16 w0, w1")                      \
    X(0xdac00820, "rev32 x0, x1")                      \
    X(0x9b027c20, "mul x0, x1, x2")                    \
    X(0x9b020c20, "madd x0, x1, x2, x3")               \
    X(0x1b020c20, "madd w0, w1, w2, w3")               \
    X(0x9b028c20, "msub x0, x1, x2, x3")               \
    X(0x1b02fc20, "mneg w0, w1, w2")                   \
    X(0x9b227c20, "smull x0, w1, w2")                  \
    X(0x9ba27c20, "umull x0, w1, w2")                  \
    X(0x9b220c20, "smaddl x0, w1, w2, x3")             \
    X(0x9ba28c20, "umsubl x0, w1, w2, x3")             \
    X(0x9b427c20, "smulh x0, x1, x2")                  \
    X(0x9bc27c20, "umulh x0, x1, x2")                  \
    X(0x9ac20820, "udiv x0, x1, x2")                   \
    X(0x1ac20820, "udiv w0, w1, w2")                   \
    X(0x9ac20c20, "sdiv x0, x1, x2")                   \
    X(0x1ac20c20, "sdiv w0, w1, w2")                   \
    X(0x9100003f, "mov sp, x1")                        \
    X(0x910003e0, "mov x0, sp")                        \
    X(0x910083ff, "add sp, sp, #32")                   \
    X(0xd10483ff, "sub sp, sp, #288")                  \
    X(0xcb214be0, "sub x0, sp, w1, uxtw #2")           \
    X(0x927cec3f, "and sp, x1, #0xfffffffffffffff0")   \
    X(0x10000040, "adr x0, . + 8")                     \
    X(0x30ffffe0, "adr x0, . - 3")                     \
    X(0xf9400020, "ldr x0, [x1]")                      \
    X(0xf9400420, "ldr x0, [x1, #8]")                  \
    X(0xb9400420, "ldr w0, [x1, #4]")                  \
    X(0xf940fc20, "ldr x0, [x1, #504]")                \
    X(0x39400c20, "ldrb w0, [x1, #3]")                 \
    X(0x79400c20, "ldrh w0, [x1, #6]")                 \
    X(0x39801c20, "ldrsb x0, [x1, #7]")                \
    X(0x39c01c20, "ldrsb w0, [x1, #7]")                \
    X(0x79801c20, "ldrsh x0, [x1, #14]")               \
    X(0x79c01c20, "ldrsh w0, [x1, #14]")               \
    X(0xb9800c20, "ldrsw x0, [x1, #12]")               \
    X(0xf9000822, "str x2, [x1, #16]")                 \
    X(0xb9001422, "str w2, [x1, #20]")                 \
    X(0xf9000c3f, "str xzr, [x1, #24]")                \
    X(0x39001422, "strb w2, [x1, #5]")                 \
    X(0x79001422, "strh w2, [x1, #10]")                \
    X(0xf85f8020, "ldur x0, [x1, #-8]")                \
    X(0xb85fc020, "ldur w0, [x1, #-4]")                \
    X(0xf8100022, "stur x2, [x1, #-256]")              \
    X(0x381ff022, "sturb w2, [x1, #-1]")               \
    X(0x785fe020, "ldurh w0, [x1, #-2]")               \
    X(0xf8410420, "ldr x0, [x1], #16")                 \
    X(0xf85f0c20, "ldr x0, [x1, #-16]!")               \
    X(0xf81f8422, "str x2, [x1], #-8")                 \
    X(0xf8008c22, "str x2, [x1, #8]!")                 \
    X(0x38401420, "ldrb w0, [x1], #1")                 \
    X(0x38001c22, "strb w2, [x1, #1]!")                \
    X(0xf81f0ffe, "str x30, [sp, #-16]!")              \
    X(0xf84107fe, "ldr x30, [sp], #16")                \
    X(0xf8626820, "ldr x0, [x1, x2]")                  \
    X(0xf8627820, "ldr x0, [x1, x2, lsl #3]")          \
    X(0xb8625820, "ldr w0, [x1, w2, uxtw #2]")         \
    X(0xf862d820, "ldr x0, [x1, w2, sxtw #3]")         \
    X(0x38626820, "ldrb w0, [x1, x2]")                 \
    X(0x78627820, "ldrh w0, [x1, x2, lsl #1]")         \
    X(0xf8227823, "str x3, [x1, x2, lsl #3]")          \
    X(0x38224823, "strb w3, [x1, w2, uxtw]")           \
    X(0xa9400c20, "ldp x0, x3, [x1]")                  \
    X(0xa9600c20, "ldp x0, x3, [x1, #-512]")           \
    X(0x29410c20, "ldp w0, w3, [x1, #8]")              \
    X(0x69410c20, "ldpsw x0, x3, [x1, #8]")            \
    X(0xa8c20c20, "ldp x0, x3, [x1], #32")             \
    X(0xa9fe0c20, "ldp x0, x3, [x1, #-32]!")           \
    X(0xa9010c22, "stp x2, x3, [x1, #16]")             \
    X(0x293f0c22, "stp w2, w3, [x1, #-8]")             \
    X(0xa8817c22, "stp x2, xzr, [x1], #16")            \
    X(0xa9bf7bfd, "stp x29, x30, [sp, #-16]!")         \
    X(0xa8c17bfd, "ldp x29, x30, [sp], #16")           \
    X(0xa9047bfd, "stp x29, x30, [sp, #64]")           \
    X(0xa8410c20, "ldnp x0, x3, [x1, #16]")            \
    X(0xad010420, "stp q0, q1, [x1, #32]")             \
    X(0xad7f0420, "ldp q0, q1, [x1, #-32]")            \
    X(0xacc10420, "ldp q0, q1, [x1], #32")             \
    X(0x6d008420, "stp d0, d1, [x1, #8]")              \
    X(0x2d408420, "ldp s0, s1, [x1, #4]")              \
    X(0x3dc00420, "ldr q0, [x1, #16]")                 \
    X(0x3d800c21, "str q1, [x1, #48]")                 \
    X(0xfd400420, "ldr d0, [x1, #8]")                  \
    X(0xbd000421, "str s1, [x1, #4]")                  \
    X(0x7d400420, "ldr h0, [x1, #2]")                  \
    X(0x3d400420, "ldr b0, [x1, #1]")                  \
    X(0x58000040, "ldr x0, . + 8")                     \
    X(0x18ffffe0, "ldr w0, . - 4")                     \
    X(0x98000060, "ldrsw x0, . + 12")                  \
    X(0x9c0000a0, "ldr q0, . + 20")                    \
    X(0xf9800420, "prfm pldl1keep, [x1, #8]")          \
    X(0xc8dffc20, "ldar x0, [x1]")                     \
    X(0x88dffc20, "ldar w0, [x1]")                     \
    X(0x08dffc20, "ldarb w0, [x1]")                    \
    X(0xc89ffc22, "stlr x2, [x1]")                     \
    X(0x889ffc22, "stlr w2, [x1]")                     \
    X(0x489ffc22, "stlrh w2, [x1]")                    \
    X(0xc85f7c20, "ldxr x0, [x1]")                     \
    X(0xc85ffc20, "ldaxr x0, [x1]")                    \
    X(0x885ffc20, "ldaxr w0, [x1]")                    \
    X(0xc8007c22, "stxr w0, x2, [x1]")                 \
    X(0xc800fc22, "stlxr w0, x2, [x1]")                \
    X(0x8800fc22, "stlxr w0, w2, [x1]")                \
    X(0xd5033f5f, "clrex")                             \
    X(0x14000002, "b . + 8")                           \
    X(0x17fffffd, "b . - 12")                          \
    X(0x94000003, "bl . + 12")                         \
    X(0x54000040, "b.eq . + 8")                        \
    X(0x54ffffc1, "b.ne . - 8")                        \
    X(0x54000062, "b.hs . + 12")                       \
    X(0x54000063, "b.lo . + 12")                       \
    X(0x54000064, "b.mi . + 12")                       \
    X(0x54000065, "b.pl . + 12")                       \
    X(0x54000066, "b.vs . + 12")                       \
    X(0x54000067, "b.vc . + 12")                       \
    X(0x54000048, "b.hi . + 8")                        \
    X(0x54000049, "b.ls . + 8")                        \
    X(0x5400004a, "b.ge . + 8")                        \
    X(0x5400004b, "b.lt . + 8")                        \
    X(0x5400004c, "b.gt . + 8")                        \
    X(0x5400004d, "b.le . + 8")                        \
    X(0x5400004e, "b.al . + 8")                        \
    X(0xb4000041, "cbz x1, . + 8")                     \
    X(0x34000041, "cbz w1, . + 8")                     \
    X(0xb5ffffc1, "cbnz x1, . - 8")                    \
    X(0x35000041, "cbnz w1, . + 8")                    \
    X(0xb6f80041, "tbz x1, #63, . + 8")                \
    X(0x36000041, "tbz w1, #0, . + 8")                 \
    X(0xb7400041, "tbnz x1, #40, . + 8")               \
    X(0x37ffffe1, "tbnz w1, #31, . - 4")               \
    X(0xd61f0020, "br x1")                             \
    X(0xd63f0020, "blr x1")                            \
    X(0xd65f03c0, "ret")                               \
    X(0xd69f03e0, "eret")                              \
    X(0xd42000e0, "brk #7")                            \
    X(0xd503201f, "nop")                               \
    X(0xd503203f, "yield")                             \
    X(0xd503205f, "wfe")                               \
    X(0xd503229f, "csdb")                              \
    X(0xd503245f, "bti c")                             \
    X(0xd503249f, "bti j")                             \
    X(0xd503233f, "paciasp")                           \
    X(0xd5033fdf, "isb")                               \
    X(0xd5033f9f, "dsb sy")                            \
    X(0xd503379f, "dsb nsh")                           \
    X(0xd5033bbf, "dmb ish")                           \
    X(0xd5380000, "mrs x0, midr_el1")                  \
    X(0xd5385200, "mrs x0, esr_el1")                   \
    X(0xd5384020, "mrs x0, elr_el1")                   \
    X(0xd5384000, "mrs x0, spsr_el1")                  \
    X(0xd5386000, "mrs x0, far_el1")                   \
    X(0xd5384100, "mrs x0, sp_el0")                    \
    X(0xd53bd040, "mrs x0, tpidr_el0")                 \
    X(0xd53bd060, "mrs x0, tpidrro_el0")               \
    X(0xd538d080, "mrs x0, tpidr_el1")                 \
    X(0xd5382000, "mrs x0, ttbr0_el1")                 \
    X(0xd5381040, "mrs x0, cpacr_el1")                 \
    X(0xd53b4200, "mrs x0, nzcv")                      \
    X(0xd53b4220, "mrs x0, daif")                      \
    X(0xd53b4400, "mrs x0, fpcr")                      \
    X(0xd53b4420, "mrs x0, fpsr")                      \
    X(0xd5384240, "mrs x0, currentel")                 \
    X(0xd5300240, "mrs x0, mdscr_el1")                 \
    X(0xd53be040, "mrs x0, cntvct_el0")                \
    X(0xd53be340, "mrs x0, cntv_cval_el0")             \
    X(0xd538cc00, "mrs x0, icc_iar1_el1")              \
    X(0xd538cc40, "mrs x0, icc_hppir1_el1")            \
    X(0xd5185201, "msr esr_el1, x1")                   \
    X(0xd5184021, "msr elr_el1, x1")                   \
    X(0xd5184001, "msr spsr_el1, x1")                  \
    X(0xd5186001, "msr far_el1, x1")                   \
    X(0xd5184101, "msr sp_el0, x1")                    \
    X(0xd51bd041, "msr tpidr_el0, x1")                 \
    X(0xd51bd061, "msr tpidrro_el0, x1")               \
    X(0xd518d081, "msr tpidr_el1, x1")                 \
    X(0xd5182001, "msr ttbr0_el1, x1")                 \
    X(0xd5181041, "msr cpacr_el1, x1")                 \
    X(0xd51b4201, "msr nzcv, x1")                      \
    X(0xd51b4401, "msr fpcr, x1")                      \
    X(0xd51b4421, "msr fpsr, x1")                      \
    X(0xd5100241, "msr mdscr_el1, x1")                 \
    X(0xd51be341, "msr cntv_cval_el0, x1")             \
    X(0xd518cc21, "msr icc_eoir1_el1, x1")             \
    X(0xd518cb21, "msr icc_dir_el1, x1")               \
    X(0xd50342df, "msr daifset, #2")                   \
    X(0xd5034fff, "msr daifclr, #15")

extern const uint32_t form_words[];
extern const char *const form_texts[];
extern const unsigned form_count;
/* A text that is not there ends the program. */
uint32_t form_word(const char *text);
