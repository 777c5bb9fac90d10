/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line editor. A key changes text, size and cursor; then the row is drawn anew
 * from behind the prompt, or, where a character at the end suffices, just that.
 */
#include "line.h"

#include <lib/string.h>

#define COLUMNS_MIN 12 /* for the text, however long the prompt is */

static bool is_inside(char byte)
{
    return (byte & 0xc0) == 0x80;
}

static size_t columns_of(const char *bytes, size_t size)
{
    size_t columns = 0;
    for (size_t i = 0; i < size; i++)
        columns += !is_inside(bytes[i]);
    return columns;
}

static size_t before(const struct line *line, size_t at)
{
    while (at > 0 && is_inside(line->text[--at])) {
    }
    return at;
}

static size_t after(const struct line *line, size_t at)
{
    if (at < line->size)
        at++;
    while (at < line->size && is_inside(line->text[at]))
        at++;
    return at;
}

/* Columns for text: what the prompt leaves, and room for "^C" without the terminal's wrapping. */
static size_t columns_for_text(const struct line *line)
{
    size_t prompt = columns_of(line->prompt, line->prompt_size);
    size_t most = LINE_COLUMNS - 3;
    return prompt + COLUMNS_MIN < most ? most - prompt : COLUMNS_MIN;
}

/* Moves the window so that the cursor is in it, and little changes while typing. */
static void scroll(struct line *line)
{
    size_t most = columns_for_text(line) - 1;
    if (line->cursor < line->first)
        line->first = line->cursor;
    while (columns_of(line->text + line->first, line->cursor - line->first) > most)
        line->first = after(line, line->first);
    while (line->first > 0 && columns_of(line->text + line->first, line->size - line->first) < most)
        line->first = before(line, line->first);
}

static size_t window_end(const struct line *line)
{
    size_t end = line->first;
    for (size_t left = columns_for_text(line) - 1; left > 0 && end < line->size; left--)
        end = after(line, end);
    return end;
}

static void go_right(struct text *out, size_t columns)
{
    if (columns == 0)
        return;
    text_string(out, "\033[");
    text_number(out, (unsigned)columns);
    text_string(out, "C");
}

/* The cursor stands behind the prompt; puts it into the text. */
static void draw_text(struct line *line, struct text *out)
{
    size_t end = window_end(line);
    text_add(out, line->text + line->first, end - line->first);
    text_string(out, "\033[K");
    if (line->cursor == end)
        return;
    text_string(out, "\r");
    go_right(out, columns_of(line->prompt, line->prompt_size) +
                      columns_of(line->text + line->first, line->cursor - line->first));
}

static void draw(struct line *line, struct text *out)
{
    scroll(line);
    text_string(out, "\r");
    go_right(out, columns_of(line->prompt, line->prompt_size));
    draw_text(line, out);
}

void line_show(struct line *line, struct text *out)
{
    scroll(line);
    text_add(out, line->prompt, line->prompt_size);
    if (line->size > 0)
        draw_text(line, out);
}

void line_hide(struct text *out)
{
    text_string(out, "\r\033[K");
}

static void set_text(struct line *line, const char *bytes, size_t size)
{
    memcpy(line->text, bytes, size);
    line->size = line->cursor = size;
    line->first = 0;
}

void line_begin(struct line *line, struct history *history, const char *prompt, size_t size)
{
    line->history = history;
    line->prompt_size = size < LINE_PROMPT_BYTES ? size : LINE_PROMPT_BYTES;
    memcpy(line->prompt, prompt, line->prompt_size);
    line->refused = false;
    line->back = 0;
    set_text(line, "", 0);
}

static bool insert(struct line *line, const char *bytes, size_t size)
{
    if (line->size + size > LINE_BYTES - 1)
        return false;
    char *at = line->text + line->cursor;
    memmove(at + size, at, line->size - line->cursor);
    memcpy(at, bytes, size);
    line->size += size;
    line->cursor += size;
    return true;
}

void line_insert(struct line *line, const char *bytes, size_t size)
{
    struct keys keys = {0};
    for (size_t i = 0; i < size; i++) {
        if (keys_feed(&keys, (uint8_t)bytes[i]) == KEY_CHARACTER)
            insert(line, keys.character, keys.size);
    }
}

/* One bell for all that is refused in a row: a long paste is not a concert. */
static void key_character(struct line *line, struct text *out)
{
    bool at_end = line->cursor == line->size;
    if (!insert(line, line->keys.character, line->keys.size)) {
        if (!line->refused)
            text_string(out, "\a");
        line->refused = true;
        return;
    }
    bool fits = columns_of(line->text, line->size) < columns_for_text(line);
    if (at_end && fits)
        text_add(out, line->keys.character, line->keys.size);
    else
        draw(line, out);
}

static void erase(struct line *line, size_t from, size_t to, struct text *out)
{
    if (from == to) {
        text_string(out, "\a");
        return;
    }
    memmove(line->text + from, line->text + to, line->size - to);
    line->size -= to - from;
    line->cursor = from;
    draw(line, out);
}

static void move(struct line *line, size_t to, struct text *out)
{
    line->cursor = to;
    draw(line, out);
}

static size_t word_before(const struct line *line)
{
    size_t at = line->cursor;
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

static void recall(struct line *line, unsigned back, struct text *out)
{
    const char *old = history_line(line->history, back);
    if (back > 0 && old == NULL) {
        text_string(out, "\a");
        return;
    }
    if (line->back == 0) {
        memcpy(line->stash, line->text, line->size);
        line->stash_size = line->size;
    }
    line->back = back;
    if (back == 0)
        set_text(line, line->stash, line->stash_size);
    else
        set_text(line, old, strlen(old));
    draw(line, out);
}

static void key_down(struct line *line, struct text *out)
{
    if (line->back > 0)
        recall(line, line->back - 1, out);
    else
        text_string(out, "\a");
}

/* A new row with the prompt and an empty line. */
static void begin_again(struct line *line, const char *why, struct text *out)
{
    line->back = 0;
    set_text(line, "", 0);
    text_string(out, why);
    line_show(line, out);
}

/* A line that lost characters is not what the user meant: it is not given to anybody. */
static enum line_event key_enter(struct line *line, struct text *out)
{
    if (line->refused) {
        line->refused = false;
        begin_again(line, "\r\nThis line is too long and was dropped: 255 bytes at most.\r\n", out);
        return LINE_MORE;
    }
    text_string(out, "\r\n");
    return LINE_DONE;
}

/* All keys but Enter. */
static void edit(struct line *line, enum key key, struct text *out)
{
    switch (key) {
    case KEY_CHARACTER:
        key_character(line, out);
        return;
    case KEY_BACKSPACE:
        erase(line, before(line, line->cursor), line->cursor, out);
        return;
    case KEY_DELETE:
        erase(line, line->cursor, after(line, line->cursor), out);
        return;
    case KEY_LEFT:
        move(line, before(line, line->cursor), out);
        return;
    case KEY_RIGHT:
        move(line, after(line, line->cursor), out);
        return;
    case KEY_HOME:
        move(line, 0, out);
        return;
    case KEY_END:
        move(line, line->size, out);
        return;
    case KEY_UP:
        recall(line, line->back + 1, out);
        return;
    case KEY_DOWN:
        key_down(line, out);
        return;
    case KEY_KILL_BEFORE:
        erase(line, 0, line->cursor, out);
        return;
    case KEY_KILL_AFTER:
        erase(line, line->cursor, line->size, out);
        return;
    case KEY_KILL_WORD:
        erase(line, word_before(line), line->cursor, out);
        return;
    case KEY_CLEAR:
        text_string(out, "\033[H\033[2J");
        line_show(line, out);
        return;
    case KEY_CANCEL:
        begin_again(line, "^C\r\n", out);
        return;
    case KEY_ENTER:
    case KEY_NONE:
        return;
    }
}

enum line_event line_byte(struct line *line, uint8_t byte, struct text *out)
{
    enum key key = keys_feed(&line->keys, byte);
    if (key == KEY_NONE)
        return LINE_MORE;
    if (key == KEY_ENTER)
        return key_enter(line, out);
    if (key != KEY_CHARACTER)
        line->refused = false;
    edit(line, key, out);
    return LINE_MORE;
}
