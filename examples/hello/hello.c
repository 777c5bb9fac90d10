/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordinary C program: standard headers and nothing else. It tries the parts
 * of the C library that programs lean on and prints what came out; expected.txt
 * is what any C library prints. The last line tells whether all was as it should.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned wrong;

static void check(const char *what, bool holds)
{
    printf("  %-28s %s\n", what, holds ? "yes" : "NO");
    if (!holds)
        wrong++;
}

static void show_formats(void)
{
    printf("formats\n");
    printf("  integers  %d %5d|%-5d|%05d %+d %x %#X %o\n", -1, 42, 42, 42, 7, 48879u, 48879u, 8u);
    printf("  long      %ld %lld %llu %zu %td %jd\n", -2147483649L, LLONG_MIN, ULLONG_MAX,
           sizeof(uint64_t), (ptrdiff_t)-3, (intmax_t)1 << 40);
    printf("  after     %zu %d %lld %s\n", (size_t)1, 2, 3LL, "four");
    printf("  real      %f %.3f %10.2f|%-10.1f| %e %g %g\n", 3.25, 2.0 / 3, -1.5, 0.25, 12345.678,
           1e-5, 1e20);
    printf("  odd       %f %f %.0f %.17g\n", (double)INFINITY, -(double)INFINITY, 2.5, 0.1);
    printf("  text      %s|%10s|%-10s|%.3s|%*d|%c%%\n", "abc", "right", "left", "truncated", 6, 99,
           'x');
    printf("  sizes     %" PRIu64 " %" PRIx32 "\n", UINT64_C(18446744073709551615),
           UINT32_C(0xfeedface));
}

static void show_strings(void)
{
    char text[64] = "thole";
    const char *volatile tail = "pins and more"; /* so that no compiler sees through it */
    char list[] = "one,two,,three";
    int32_t number = 0;
    char word[16] = "";

    printf("strings\n");
    strcat(text, " ");
    strncat(text, tail, 4);
    printf("  joined    '%s' of %zu\n", text, strlen(text));
    for (char *part = strtok(list, ","); part != NULL; part = strtok(NULL, ","))
        printf("  part      %s\n", part);
    memmove(text + 2, text, 5);
    printf("  moved     '%s'\n", text);
    printf("  scanned   %d:", sscanf("  -17 pins", "%" SCNd32 " %15s", &number, word));
    printf(" %" PRId32 " %s\n", number, word);
    snprintf(text, 8, "cut: %s", tail);
    printf("  printed   '%s'\n", text);
    check("memcmp", memcmp("abc", "abd", 3) < 0);
    check("strstr", strcmp(strstr("a needle in hay", "needle"), "needle in hay") == 0);
    check("strspn", strspn("aabbc", "ab") == 4);
}

static void show_numbers(void)
{
    char *rest;
    long huge;

    printf("numbers\n");
    printf("  strtol    %ld %ld %ld\n", strtol("-42", NULL, 10), strtol("0x1f", NULL, 0),
           strtol("777", NULL, 8));
    printf("  strtod    %.10g", strtod("6.02214076e23 per mole", &rest));
    printf(" then '%s'\n", rest);
    errno = 0;
    huge = strtol("99999999999999999999", NULL, 10);
    check("too large is ERANGE", huge == LONG_MAX && errno == ERANGE);
    printf("  div       %d %d\n", div(-7, 2).quot, div(-7, 2).rem);
}

static void show_math(void)
{
    volatile double half = 0.5, ten = 10.0;

    printf("math\n");
    printf("  sqrt 2    %.12f\n", sqrt(4 * half));
    printf("  sin, cos  %.12f %.12f\n", sin(half), cos(half));
    printf("  atan2     %.12f\n", 4 * atan2(half, half));
    printf("  pow, exp  %.6f %.12f\n", pow(2, half * ten), exp(2 * half));
    printf("  log       %.12f %.12f\n", log(ten), log10(ten * ten));
    printf("  rounding  %.1f %.1f %.1f %ld\n", floor(-half), ceil(half), fmod(ten, 3), lround(2.5));
    check("sqrt(-1) is not a number", isnan(sqrt(-half)));
}

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void show_sorting(void)
{
    static uint32_t number[1000];
    uint32_t state = 1, key;
    bool sorted = true;

    printf("sorting\n");
    for (size_t i = 0; i < COUNT(number); i++) {
        state = state * 1664525u + 1013904223u;
        number[i] = state >> 16;
    }
    qsort(number, COUNT(number), sizeof(number[0]), ascending);
    for (size_t i = 1; i < COUNT(number); i++)
        sorted = sorted && number[i - 1] <= number[i];
    key = number[500];
    printf("  least, middle, most  %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", number[0], key,
           number[999]);
    check("qsort", sorted);
    check("bsearch", bsearch(&key, number, COUNT(number), sizeof(key), ascending) != NULL);
}

static bool all_bytes(const unsigned char *bytes, size_t count, unsigned char value)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

static void show_memory(void)
{
    unsigned char *block[64];
    unsigned char *grown = malloc(10);
    bool kept = grown != NULL, zero, whole = true;
    unsigned char *cleared = calloc(1000, 3);

    printf("memory\n");
    zero = cleared != NULL && all_bytes(cleared, 3000, 0);
    free(cleared);
    if (kept)
        memset(grown, 0x5a, 10);
    for (size_t size = 20; kept && size < 200000; size *= 3) {
        grown = realloc(grown, size);
        kept = grown != NULL && all_bytes(grown, 10, 0x5a);
    }
    free(grown);
    for (size_t i = 0; i < COUNT(block); i++) {
        block[i] = malloc(100 * i + 1);
        if (block[i] != NULL)
            memset(block[i], (int)i, 100 * i + 1);
    }
    for (size_t i = 0; i < COUNT(block); i++) {
        whole = whole && block[i] != NULL && all_bytes(block[i], 100 * i + 1, (unsigned char)i);
        free(block[i]);
    }
    check("calloc is clear", zero);
    check("realloc keeps", kept);
    check("blocks do not overlap", whole);
}

static void show_time(void)
{
    time_t leap_day = 951782400;
    struct tm *date = gmtime(&leap_day);
    char text[32] = "";
    clock_t before = clock();
    volatile unsigned turns = 0;

    printf("time\n");
    if (date != NULL)
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", date);
    printf("  date      %s\n", text);
    while (clock() == before && turns < 100000000)
        turns++;
    check("the clock goes on", clock() > before);
    check("time is known", time(NULL) != (time_t)-1);
}

static jmp_buf back;

_Noreturn static void jump(int value)
{
    longjmp(back, value);
}

static int sum(int count, ...)
{
    va_list list;
    int total = 0;

    va_start(list, count);
    for (; count > 0; count--)
        total += va_arg(list, int);
    va_end(list);
    return total;
}

static void show_language(void)
{
    volatile int jumped = 0;
    int value = setjmp(back);

    printf("%s", value == 0 ? "language\n" : "");
    if (value == 0) {
        jumped = 1;
        jump(3);
    }
    check("longjmp", value == 3 && jumped == 1);
    check("variable arguments", sum(4, 1, 2, 3, 4) == 10);
    check("no such file", fopen("/no/such/file", "r") == NULL && errno == ENOENT);
}

int main(void)
{
    printf("Hello from an ordinary C program.\n");
    show_formats();
    show_strings();
    show_numbers();
    show_math();
    show_sorting();
    show_memory();
    show_time();
    show_language();
    if (wrong != 0)
        printf("hello: %u things are wrong\n", wrong);
    else
        printf("hello: all right\n");
    return wrong != 0;
}
