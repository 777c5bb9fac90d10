/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A terminal of 80 columns for host tests, as far as the console uses one: one byte
 * a cell is enough, as UTF-8's later bytes join the cell of the first.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_COLUMNS 80
#define TERMINAL_CELL    5

struct terminal_model {
    char cell[TERMINAL_COLUMNS][TERMINAL_CELL]; /* the row of the cursor */
    size_t column;
    size_t rows; /* line feeds so far */
    size_t bells;
    int escape; /* state of an escape sequence */
    unsigned number;
    char last[TERMINAL_COLUMNS * TERMINAL_CELL]; /* the row before */
};

void terminal_model_reset(struct terminal_model *terminal);
/* Fails the test upon what no terminal would show as the console means it. */
void terminal_model_bytes(struct terminal_model *terminal, const char *bytes, size_t size);
/* The row without spaces at its end; valid until the next call. */
const char *terminal_model_row(const struct terminal_model *terminal);
