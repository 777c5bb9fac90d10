/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled terminal: one row is all that a line editor of one row may touch. */
#include "terminal_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void erase_from(struct terminal_model *terminal, size_t column)
{
    for (; column < TERMINAL_COLUMNS; column++)
        strcpy(terminal->cell[column], " ");
}

void terminal_model_reset(struct terminal_model *terminal)
{
    memset(terminal, 0, sizeof(*terminal));
    erase_from(terminal, 0);
}

const char *terminal_model_row(const struct terminal_model *terminal)
{
    static char row[TERMINAL_COLUMNS * TERMINAL_CELL];
    row[0] = '\0';
    for (size_t i = 0; i < TERMINAL_COLUMNS; i++)
        strcat(row, terminal->cell[i]);
    for (size_t size = strlen(row); size > 0 && row[size - 1] == ' '; size--)
        row[size - 1] = '\0';
    return row;
}

static void end_sequence(struct terminal_model *terminal, uint8_t byte)
{
    terminal->escape = 0;
    switch (byte) {
    case 'C':
        terminal->column += terminal->number > 0 ? terminal->number : 1;
        assert_true(terminal->column < TERMINAL_COLUMNS);
        return;
    case 'K':
        erase_from(terminal, terminal->column);
        return;
    case 'J':
        erase_from(terminal, 0);
        return;
    case 'H':
        terminal->column = 0;
        return;
    }
    fail_msg("unknown sequence %c", byte);
}

static void in_escape(struct terminal_model *terminal, uint8_t byte)
{
    if (terminal->escape == 1) {
        assert_int_equal(byte, '[');
        terminal->escape = 2;
        terminal->number = 0;
    } else if (byte >= '0' && byte <= '9') {
        terminal->number = terminal->number * 10 + (byte - '0');
    } else {
        end_sequence(terminal, byte);
    }
}

static void show(struct terminal_model *terminal, uint8_t byte)
{
    if ((byte & 0xc0) == 0x80) {
        assert_true(terminal->column > 0);
        char *cell = terminal->cell[terminal->column - 1];
        size_t size = strlen(cell);
        assert_true(size < TERMINAL_CELL - 1 && (uint8_t)cell[0] >= 0xc2);
        cell[size] = (char)byte;
        return;
    }
    assert_true(terminal->column < TERMINAL_COLUMNS - 1); /* else it would wrap */
    char *cell = terminal->cell[terminal->column++];
    memset(cell, 0, TERMINAL_CELL);
    cell[0] = (char)byte;
}

static void control(struct terminal_model *terminal, uint8_t byte)
{
    switch (byte) {
    case '\r':
        terminal->column = 0;
        return;
    case '\n':
        strcpy(terminal->last, terminal_model_row(terminal));
        terminal->rows++;
        erase_from(terminal, 0);
        return;
    case '\b':
        assert_true(terminal->column > 0);
        terminal->column--;
        return;
    case '\a':
        terminal->bells++;
        return;
    case 0x1b:
        terminal->escape = 1;
        return;
    }
    fail_msg("control character %#x", byte);
}

void terminal_model_bytes(struct terminal_model *terminal, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        if (terminal->escape > 0)
            in_escape(terminal, byte);
        else if (byte < 0x20 || byte == 0x7f)
            control(terminal, byte);
        else
            show(terminal, byte);
    }
}
