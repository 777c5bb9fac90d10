# SPDX-License-Identifier: BSD-2-Clause
#
# Each figure of the bench, and how it is taken from a run. A figure is refused unless
# what it names is what happened: as many entries into the kernel as there must be, and
# twice the same path. docs/benchmarks.md says the same for readers.

import collections
import math
import re

import counted
from counted import Failed
from elf import EXECUTABLE, WRITABLE
from record import LINE_BITS, Entry, way

# .value; .kernel (Elf) and .entries, the path it stands for, if there is one; .note, what else to say.
Result = collections.namedtuple("Result", "value kernel entries note", defaults=(None, (), ""))


def way_of(result):
    return way(result.kernel, result.entries) if result.entries else ""


def of_entries(kernel, entries, note=""):
    return Result(sum(map(len, entries)), kernel, entries, note)


# --- One core, one situation -------------------------------------------------------------

def last_time(bench, situation, goes_on):
    """The entries of the last time, a warm one; the time before took the same path. After each of
    them a program goes on in the function of its own that `goes_on` names; "..." is any number."""
    times = [each.entries for each in bench.situations(situation)][-2:]
    if len(times) < 2:
        raise Failed(f"the situation {situation} did not come about")
    before, last = times
    if [entry.path for entry in before] != [entry.path for entry in last]:
        raise Failed(f"{situation}: the last two times took different paths")
    went = " ".join(bench.program.name(entry.goes_on)[0] for entry in last)
    if not re.fullmatch(re.escape(goes_on).replace(re.escape("..."), r".*"), went):
        raise Failed(f"{situation}: programs went on in {went}, expected {goes_on}")
    for entry in last:
        if is_interrupt(bench.kernel, entry) != (situation in BY_INTERRUPT and entry is last[0]):
            raise Failed(f"{situation}: an entry by another vector")
    return last


VECTOR_INTERRUPT = 0x480    # of one from a program, Arm ARM D1.10.2
BY_INTERRUPT = ("interrupt", "interrupt_active")


def is_interrupt(kernel, entry):
    return entry.path[0] == kernel.address["vectors"] + VECTOR_INTERRUPT


def single(situation, goes_on, first=0, last=None):
    """Of the situation's entries those from `first` to before `last`."""
    def take(runs):
        return of_entries(runs.single.kernel, last_time(runs.single, situation, goes_on)[first:last])
    return take


# Where the parties go on: what they called, and what the driver interrupted.
ROUND = "thole_reply_recv thole_call"
WOKEN = "thole_reply_recv line_raise"


# --- Several cores -----------------------------------------------------------------------

def rounds_together(bench, cores):
    """Core -> its situations that began when all cores had begun, and ended before any was done."""
    every = bench.situations("core_round_trip")
    order = {id(each): index for index, each in enumerate(every)}
    of_core = {core: [each for each in every if each.core == core] for core in range(cores)}
    if not all(of_core.values()):
        raise Failed(f"not all of {cores} cores did rounds")
    first = max(order[id(mine[0])] for mine in of_core.values())
    last = min(order[id(mine[-1])] for mine in of_core.values())
    together = {core: [each for each in mine if first < order[id(each)] < last] for core, mine in of_core.items()}
    if min(map(len, together.values())) < 4:
        raise Failed("the cores did not do their rounds at the same time")
    return together


def round_trip_on(cores):
    """The mean of the core that needs most."""
    def take(runs):
        bench = runs.cores(cores)
        means = {}
        for core, mine in rounds_together(bench, cores).items():
            if any(len(each.entries) != 2 for each in mine):
                raise Failed(f"core {core}: a round that is not a call and an answer")
            means[core] = sum(len(entry) for each in mine for entry in each.entries) / len(mine)
        worst = max(means, key=means.get)
        last = rounds_together(bench, cores)[worst][-1]
        return Result(math.ceil(means[worst]), bench.kernel, last.entries)
    return take


SHARED_ON = 4


def shared_lines(runs):
    """Lines of the kernel that more than one core wrote to while they did their rounds."""
    bench = runs.cores(SHARED_ON)
    writers = collections.defaultdict(lambda: collections.defaultdict(set))
    for core, mine in rounds_together(bench, SHARED_ON).items():
        for entry in (entry for each in mine for entry in each.entries):
            for line, written in entry.lines_written().items():
                writers[line][core] |= written
    shared = {line: by_core for line, by_core in sorted(writers.items()) if len(by_core) > 1}
    return Result(len(shared), bench.kernel, (), "; ".join(shared_line(bench.kernel, *each) for each in shared.items()))


def shared_line(kernel, line, by_core):
    """Who writes what in it, in words."""
    def of_core(core):
        written = {f"{kernel.data_name(address)} in {kernel.name(place)[0]}" for address, place in by_core[core]}
        return f"core {core} {', '.join(sorted(written))}"
    return f"line {line << LINE_BITS:#x}: " + "; ".join(map(of_core, sorted(by_core)))


# --- The worst -----------------------------------------------------------------------------

def most_of(run):
    """The function that has most of a run's longest stay."""
    names = collections.Counter(run.kernel.name(address)[0] for address in run.record.longest)
    return names.most_common(1)[0][0]


def max_masked(runs):
    """The longest stay in the kernel of all runs: interrupts are masked there."""
    longest = [(len(run.record.longest), name, run)
               for name, run in (("the situations above", runs.single), ("worst_wakeup", runs.wakeup),
                                 ("the conformance tests", runs.conformance), ("fuzz", runs.fuzz),
                                 ("the system", runs.system))]
    value, name, run = max(longest, key=lambda each: each[0])
    each = "; ".join(f"{other} {count}, mostly {most_of(other_run)}" for count, other, other_run in longest)
    return Result(value, run.kernel, (Entry(0, run.record.longest),), f"in {name} ({each})")


# Between reading the counter and setting the device, and what is left of the instruction that runs.
QUIET_MORE = 4
BUSY = ("busy", "together", "close")
TICKS_LATE = re.compile(rf"^wakeup: (quiet|{'|'.join(BUSY)}) (\d+)$", re.MULTILINE)


def lateness(run):
    """"quiet" or one of BUSY -> instructions from the line's rise to the driver's first, of each time."""
    frequency = int(re.search(r"^wakeup: frequency (\d+)$", run.text, re.MULTILINE)[1])
    per_tick = 1e9 / frequency / (1 << counted.SLOW_SHIFT)
    found = collections.defaultdict(list)
    for what, ticks in TICKS_LATE.findall(run.text):
        found[what].append((int(ticks) - frequency) * per_tick)
    return found


def worst_wakeup(runs):
    """Had the line risen at the worst moment of the run: the longest stay in the kernel, and then
    the delivery; or what was measured at many moments, if that is worse: a second stay can come
    between, since the timer's line is asked first."""
    late = lateness(runs.wakeup)
    delivery = FIGURES["irq_deliver"](runs).value
    # The clock and the counter are two ways of counting the same.
    if not all(late[each] for each in BUSY) or any(abs(each - delivery) > QUIET_MORE for each in late["quiet"]):
        raise Failed(f"a quiet wake-up takes {late['quiet']} instructions, and a delivery {delivery}")
    worst = len(runs.wakeup.record.longest) + delivery
    measured = int(max(max(late[each]) for each in BUSY))
    each = "; ".join(f"{what}: {len(late[what])} measured, mean {sum(late[what]) / len(late[what]):.0f}, "
                     f"worst {max(late[what]):.0f}" for what in BUSY)
    return Result(max(worst, measured), runs.wakeup.kernel, (Entry(0, runs.wakeup.record.longest),), each)


# --- The system ----------------------------------------------------------------------------

PROMPT = b"\nthole> "


def boot_to_init(runs):
    return Result(runs.system.record.program)


def boot_to_prompt(runs):
    run = runs.system
    at = run.bytes.index(PROMPT) + len(PROMPT) - 1
    if len(run.record.tx) != len(run.bytes):
        raise Failed("the counter did not see each character")
    return Result(run.record.tx[at])


def restart(runs):
    """From init's decision to kill the driver of the serial line to the first character of the next."""
    if len(runs.system.record.places) != 1:
        raise Failed("the driver was not killed exactly once")
    killed = runs.system.record.places[0]
    return Result(next(count for count in runs.system.record.tx if count > killed) - killed)


# --- Sizes ---------------------------------------------------------------------------------

PAGE_BYTES = 4096
STACKS_PAGES = 5            # struct core_stacks of layout.h, one for each core that there may be


def kernel_text(runs):
    return Result(runs.system.kernel.memory(EXECUTABLE))


def kernel_data_bss(runs):
    """The cores are last: whole pages of those that do not run go with what only boots."""
    kernel = runs.system.kernel
    cores, size = kernel.address_of_object["cores"], kernel.size["cores"]
    most = kernel.size["core_stacks"] // (STACKS_PAGES * PAGE_BYTES)
    gone = up_to_page(cores + size) - up_to_page(cores + size // most)    # the bench's system has one core
    return Result(kernel.memory(WRITABLE) - gone)


def up_to_page(address):
    return -(-address // PAGE_BYTES) * PAGE_BYTES


def system_memory(runs):
    """All but what is free, when the prompt is there."""
    amounts = {name: int(bytes_) for name, bytes_ in re.findall(r"^(\w+) +(\d+)$", runs.system.answers, re.MULTILINE)}
    return Result(amounts["kernel"] + amounts["init"] + amounts["servers"])


FIGURES = {
    "call": single("round_trip", ROUND, 0, 1),
    "reply_recv": single("round_trip", ROUND, 1, 2),
    "round_trip": single("round_trip", ROUND),
    "round_trip_fp": single("round_trip_fp", "...thole_reply_recv...thole_call"),
    "irq_deliver": single("interrupt", WOKEN, 0, 1),
    "irq_reply_recv": single("interrupt", WOKEN, 1, 2),
    "signal_wake": single("signal_wake", ROUND, 0, 1),
    "signal_idle": single("signal_idle", "thole_call"),
    "null_syscall": single("null_syscall", "thole_try_recv"),
    "yield": single("yield", "thole_yield thole_yield", 0, 1),
    "fault_round_trip": single("fault", "fault_read_at thole_reply_recv"),
    "call_cap": single("call_cap", ROUND, 0, 1),
    "map": single("map", "thole_call"),
    "unmap": single("unmap", "thole_call"),
    "make_endpoint": single("make_endpoint", "...thole_call"),
    "delete_endpoint": single("delete_endpoint", "...thole_call"),
    "make_thread": single("make_thread", "...thole_call"),
    "delete_thread": single("delete_thread", "...thole_call"),
    "copy_cap": single("copy_cap", "thole_call"),
    "delete_cap": single("delete_cap", "thole_call"),
    "max_masked": max_masked,
    "worst_wakeup": worst_wakeup,
    "round_trip_2_cores": round_trip_on(2),
    "round_trip_4_cores": round_trip_on(4),
    "shared_lines": shared_lines,
    "boot_to_init": boot_to_init,
    "boot_to_prompt": boot_to_prompt,
    "restart": restart,
}
BYTES = {
    "kernel_text": kernel_text,
    "kernel_data_bss": kernel_data_bss,
    "system_memory": system_memory,
}
# The same with something else: a cliff would show here.
ALSO = {
    "call_active": single("active", ROUND, 0, 1),
    "reply_recv_active": single("active", ROUND, 1, 2),
    "signal_active": single("signal_active", ROUND, 0, 1),
    "irq_active": single("interrupt_active", WOKEN, 0, 1),
    "irq_active_reply_recv": single("interrupt_active", WOKEN, 1, 2),
    "try_call": single("try_call", "thole_reply_recv thole_try_call", 0, 1),
    "yield_alone": single("yield_alone", "thole_yield"),
}
ALL = {**FIGURES, **ALSO, **BYTES}
