/* SPDX-License-Identifier: BSD-2-Clause */
/* A ring's header is read once, when it is opened; each byte of data is read once. */
#include <lib/log_reader.h>

#include "log.h"

#define US_PER_SECOND   1000000u
#define READER_TIME_MAX ((uint64_t)1 << 46) /* microseconds: two years */

bool reader_open(struct reader *reader, const struct log_ring *ring, size_t room)
{
    *reader = (struct reader){.ring = ring};
    if (room <= sizeof(*ring) || ring->magic != LOG_RING_MAGIC)
        return false;
    reader->bytes = *(const volatile uint32_t *)&ring->bytes;
    if (reader->bytes == 0 || reader->bytes > room - sizeof(*ring))
        return false;
    reader->end = __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
    reader_seek(reader, 0);
    reader->lost = 0;
    return true;
}

static char byte_at(const struct reader *reader, uint64_t position)
{
    const uint8_t *place = &reader->ring->data[position % reader->bytes];
    return (char)__atomic_load_n(place, __ATOMIC_RELAXED);
}

/* The first byte that was whole just now; not more than `end`. */
static uint64_t oldest(const struct reader *reader)
{
    uint64_t begun = log_ring_oldest(reader->ring, (uint32_t)reader->bytes);
    uint64_t written = reader->end > reader->bytes ? reader->end - reader->bytes : 0;
    uint64_t first = begun > written ? begun : written;
    return first < reader->end ? first : reader->end;
}

/* A line feed that was overwritten while it was looked for ends no line. Never goes back. */
static void next_whole_line(struct reader *reader)
{
    uint64_t from = reader->next;
    do {
        uint64_t first = oldest(reader);
        reader->next = first > reader->next ? first : reader->next;
        while (reader->next < reader->end && byte_at(reader, reader->next++) != '\n') {
        }
    } while (reader->next < reader->end && reader->next <= oldest(reader));
    reader->lost += reader->next - from;
}

void reader_seek(struct reader *reader, uint64_t position)
{
    reader->next = position < reader->end ? position : reader->end;
    if (reader->next < oldest(reader))
        next_whole_line(reader);
}

static char printable(char byte)
{
    bool control = ((uint8_t)byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
    return control ? '?' : byte;
}

static size_t skip_spaces(const struct reader_line *line, size_t at)
{
    while (at < line->size && line->text[at] == ' ')
        at++;
    return at;
}

/* Decimal digits; where they end. Far larger numbers than any time are cut off. */
static size_t digits(const struct reader_line *line, size_t at, uint64_t *number)
{
    *number = 0;
    for (; at < line->size && line->text[at] >= '0' && line->text[at] <= '9'; at++) {
        if (*number < READER_TIME_MAX)
            *number = *number * 10 + (unsigned)(line->text[at] - '0');
    }
    return at;
}

/* "[    1.234567] text" */
static void parse_time(struct reader_line *line, uint64_t otherwise)
{
    uint64_t seconds, us;
    line->time = otherwise;
    line->after_time = 0;
    if (line->text[0] != '[')
        return;
    size_t point = digits(line, skip_spaces(line, 1), &seconds);
    if (point >= line->size || line->text[point] != '.')
        return;
    size_t bracket = digits(line, point + 1, &us);
    if (bracket != point + 7 || bracket >= line->size || line->text[bracket] != ']')
        return;
    line->after_time = skip_spaces(line, bracket + 1);
    uint64_t time =
        seconds < READER_TIME_MAX / US_PER_SECOND ? seconds * US_PER_SECOND + us : READER_TIME_MAX;
    if (time > otherwise)
        line->time = time;
}

static void copy_line(struct reader *reader, struct reader_line *line)
{
    char byte = '\0';
    line->start = reader->next;
    line->size = 0;
    while (reader->next < reader->end && byte != '\n' && line->size < READER_LINE_BYTES - 1) {
        byte = printable(byte_at(reader, reader->next++));
        line->text[line->size++] = byte;
    }
    if (line->size > 0 && byte != '\n')
        line->text[line->size++] = '\n';
}

bool reader_next(struct reader *reader, struct reader_line *line)
{
    copy_line(reader, line);
    while (line->size > 0 && line->start < oldest(reader)) {
        reader->next = line->start;
        next_whole_line(reader);
        copy_line(reader, line);
    }
    if (line->size == 0)
        return false;
    parse_time(line, reader->time);
    reader->time = line->time;
    return true;
}
