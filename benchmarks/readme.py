"""Measure every row of the README's table, and write the table into the README: run it as `scripts/bench`.

    scripts/bench                       # all rows; CLAVE_DATA names the folder of the data
    scripts/bench --only server start   # these rows again, the others stay as they were measured
    scripts/bench --quick               # does every row's program run? prints, writes nothing
    scripts/bench --list                # the rows and their programs
    scripts/bench --write               # measure nothing, write the table anew from benchmarks/results.json

What was measured is kept in benchmarks/results.json, each row with its date, commit and machine. A table shows rows of
one machine only: times of two machines say nothing beside each other, so a mixture is refused. Rows of several dates or
commits may stand together, since most changes touch few rows and a whole run takes more than an hour; the table then
has a column that says when each was measured. A row without a measurement is refused by name, and the README stays.
"""

import argparse
import json
import os
import re
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "benchmarks" / "results.json"
BEGIN, END = "<!-- measured: begin (scripts/bench writes this) -->", "<!-- measured: end -->"
PEERS = {"reading": ("pretty_midi", "music21"), "transform": ("nsgt",), "phase": ("librosa",)}
ONE_THREAD = ("transform", "phase")
PHASE = ("STFT 1024/128, integration, refined", "librosa griffinlim 1024/128, 100")
DATA = {
    "rhythm_quality": "grooves/groove-midi",
    "sound_quality": "oneshots",
    "reading": "grooves/groove-midi",
    "paper_matrices": "grooves/paper-1095",
    "phase": "oneshots",
}  # below CLAVE_DATA
ARGUMENTS = {"phase": ("--only", *PHASE)}


@dataclass(frozen=True)
class Row:
    """A line of the table: the program that measures it, and how its numbers are said."""

    key: str
    program: str  # in benchmarks/, without .py
    what: str  # this and the next two are format strings over the numbers of the program
    clave: str
    beside: str = ""

    @property
    def needs(self) -> list[str]:
        """The numbers that it shows."""
        parts = string.Formatter().parse(self.what + self.clave + self.beside)
        return list(dict.fromkeys(name for _, name, _, _ in parts if name))

    def cells(self, numbers: Mapping[str, float]) -> tuple[str, str, str]:
        """What stands in its columns."""
        texts = (self.what, self.clave, self.beside)
        what, clave, beside = (re.sub(r"(\d)%", r"\1 %", text.format_map(numbers)) for text in texts)
        return what, clave, beside


@dataclass(frozen=True)
class Measurement:
    """The numbers of a row, and where and when they were measured."""

    date: str  # ISO 8601
    commit: str
    cpu: str
    cores: int
    numbers: Mapping[str, float]


class NotMeasuredError(Exception):
    """Rows that cannot be shown, and why."""


ROWS = (
    Row(
        "map", "rhythm_quality", "an unseen bar, through its map point alone: hit F1; after noise of 0.05 on the point",
        "**{map_f1:.3f}**; **{map_f1_noisy:.3f}**",
        "RhythmVAE's network {rhythmvae_f1:.3f} (with our search {rhythmvae_searched_f1:.3f}), the paper's model "
        "{paper_f1:.3f} ({paper_searched_f1:.3f})",
    ),
    Row(
        "detail", "rhythm_quality", "through map and detail, 64 numbers: hit F1",
        "**{whole_f1:.3f}**", "PCA 64 {pca64_f1:.3f}, a plain 32-D VAE {plain32_f1:.3f}",
    ),
    Row(
        "likelihood", "rhythm_quality", "negative log-likelihood of unseen bars, nats a bar",
        "**{nats:.1f}**",
        "a GRU without a latent {gru_nats:.1f}, the paper's model {paper_nats:.1f}, a plain 32-D VAE "
        "{plain32_nats:.1f}",
    ),
    Row(
        "style", "rhythm_quality", "bars of a requested style that a classifier of real bars recognises",
        "{style:.2f}", "real unseen bars {style_real:.2f}, bars without a request {style_without:.2f}",
    ),
    Row(
        "dynamics", "rhythm_quality",
        "velocity; timing of decoded strokes: how far their error is below that of the mean of voice and step",
        "{velocity_gain:.0%}; {offset_gain:.0%}",
    ),
    Row(
        "reading", "reading", "all of Groove MIDI into patterns", "{clave_ms:.2f} ms a file",
        "pretty_midi {pretty_midi_to_patterns_times_clave:.0f} times as long, music21 {music21_times_clave:.0f} times, "
        "symusic's bare parse {symusic_times_clave:.1f}",
    ),
    Row("merging", "reading", "strokes of Groove MIDI that share a step with a louder one", "{merged:.1%}"),
    Row("paper", "paper_matrices", "the paper's matrices from its MIDI files, bit for bit", "{same:.1%} of {matrices}"),
    Row(
        "start", "cold_start", "`clave groove --kit analogue`, 8 bars, cold start to files on disk", "{groove_s:.2f} s",
        "`import onnxruntime` {onnxruntime_s:.2f} s, `import torch` {torch_s:.2f} s",
    ),
    Row(
        "server", "cold_start", "`clave play`: first byte of the page; memory",
        "{first_byte_s:.2f} s; {server_mb:.0f} MB",
    ),
    Row(
        "decode", "serving", "a bar from a map point, p95; from map and detail, p95",
        "{at_p95_ms:.2f} ms; {decode_p95_ms:.2f} ms",
    ),
    Row(
        "http", "serving", "a bar through the server, p95; drawn with variation 0.3, p95",
        "{patterns_p95_ms:.1f} ms; {drawn_p95_ms:.1f} ms", "an empty endpoint {empty_p95_ms:.2f} ms",
    ),
    Row(
        "render", "rendering", "rendering 8 bars", "{clave, cut, 8 bars, times real time:.0f} times real time",
        "fluidsynth {fluidsynth, 8 bars, times real time:.0f} times",
    ),
    Row(
        "nsgt", "transform", "NSGT of 1 s, forward and inverse", "{single_ms:.1f} ms",
        "nsgt 0.19 {nsgt_single_times_clave:.0f} times as long; {single_times_ffts:.2f} times its bare FFTs",
    ),
    Row(
        "phase", "phase", "phase from exact magnitudes ([docs/phase.md](docs/phase.md))",
        f"{{{PHASE[0]}, dB:.1f}} dB in {{{PHASE[0]}, ms:.0f}} ms",
        f"librosa, 100 rounds: {{{PHASE[1]}, dB:.1f}} dB in {{{PHASE[1]}, ms:.0f}} ms",
    ),
    Row(
        "sound", "sound_quality", "an unseen drum, encoded and decoded: log-spectral distance; multi-resolution error",
        "**{distance_db:.1f} dB**; **{error_db:.1f} dB**",
        "nearest training sound {nearest_distance_db:.1f}; {nearest_error_db:.1f}, its spectrogram alone "
        "{alone_distance_db:.1f}; {alone_error_db:.1f}",
    ),
    Row(
        "attack", "sound_quality", "its attack; its decay (T30): median error", "{attack_ms:.1f} ms; {decay:.0%}",
        "nearest training sound {nearest_attack_ms:.1f} ms; {nearest_decay:.0%}",
    ),
    Row(
        "draws", "sound_quality", "{draws:.0f} drawn drums a voice that a classifier recognises as that voice",
        "{recognised:.0%}", "real unseen drums {real_recognised:.0%}",
    ),
    Row(
        "kid", "sound_quality", "KID of these to real unseen drums, in units of the KID between halves of real ones",
        "{kid_floors:.1f}", "training sounds {learned_kid_floors:.1f}",
    ),
    Row(
        "path", "sound_quality", "a path across a sound map: largest step over mean step", "{path:.1f}",
        "a cross-fade {fade:.0f}",
    ),
    Row(
        "sound-speed", "sound_quality", "a drum from a map point, p95; a kit of eight",
        "{point_p95_ms:.0f} ms; {kit_s:.2f} s",
    ),
    Row(
        "page", "page_feel",
        "a drag over the map while it plays: from a move until its bar is what plays; a click until it is drawn, p95",
        "{bar in place, p95 ms:.0f} ms; {click painted, p95 ms:.0f} ms", "a move comes every 17 ms",
    ),
    Row(
        "loudness", "loudness", "100 points of the map, as they are played: mean; largest difference; true peak",
        "{as a project, mean_lufs:.1f} LUFS; {as a project, spread_db:.1f} dB; {as a project, true_peak_db:.1f} dBTP",
        "without the gain of each bar {as they are, spread_db:.1f} dB apart",
    ),
)  # fmt: skip
KEYS = tuple(row.key for row in ROWS)


def main() -> None:
    """Measure, keep, and write; or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--only", nargs="+", metavar="ROW", choices=KEYS, help="; ".join(KEYS))
    what.add_argument("--list", action="store_true", help="the rows and their programs")
    what.add_argument("--write", action="store_true", help="measure nothing, write the table from what is kept")
    parser.add_argument("--quick", action="store_true", help="small settings; print the table, write nothing")
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON", help="interpreter that has the peers")
    given = parser.parse_args()
    if given.list:
        for row in ROWS:
            print(f"{row.key:<12} benchmarks/{row.program}.py")
        return
    chosen = [row for row in ROWS if given.only is None or row.key in given.only]
    try:
        kept = {} if given.quick else load(RESULTS)
        if not given.write:
            refuse_missing(chosen, given.peers)
            for program in dict.fromkeys(row.program for row in chosen):
                kept |= measured(program, chosen, given.peers, quick=given.quick)
                if not given.quick:  # at once, so that a run that stops later has lost nothing
                    save(kept, RESULTS)
        if given.quick:
            print(table(kept, chosen))
        else:
            README.write_text(in_readme(README.read_text("utf-8"), table(kept)), "utf-8")
            print(f"{README.name} and {RESULTS.relative_to(ROOT)} written")
    except NotMeasuredError as error:
        sys.exit(f"scripts/bench: error: {error}")


def refuse_missing(rows: Sequence[Row], peers: str) -> None:
    """Say before the first clock starts which rows cannot be measured here, and what they lack."""
    programs = {row.program: "" for row in rows}
    for name in programs:
        programs[name] = missing(name, peers)
    lacking = [f"{row.key} ({programs[row.program]})" for row in rows if programs[row.program]]
    if lacking:
        raise NotMeasuredError(f"not measured, and the README is as it was: {'; '.join(lacking)}")


def missing(program: str, peers: str) -> str:
    """What a program lacks on this machine; empty if nothing."""
    if program in DATA:
        data = os.environ.get("CLAVE_DATA")
        if not data:
            return "needs data: set CLAVE_DATA"
        if not Path(data, DATA[program]).is_dir():
            return f"needs data: there is no {DATA[program]} in CLAVE_DATA"
    if program in PEERS:
        imports = "; ".join(f"import {name}" for name in PEERS[program])
        if subprocess.run([peers, "-W", "ignore", "-c", imports], capture_output=True).returncode:
            return f"needs {' and '.join(PEERS[program])}: see benchmarks/requirements.txt"
    if program == "rendering" and not shutil.which("fluidsynth"):
        return "needs fluidsynth and a General MIDI bank: on Debian or Ubuntu, fluidsynth and timgm6mb-soundfont"
    if program in ("cold_start", "page_feel") and not (ROOT / "clave" / "app" / "static" / "index.html").exists():
        return "needs the page: run scripts/page"
    return ""


def measured(program: str, rows: Sequence[Row], peers: str, *, quick: bool) -> dict[str, Measurement]:
    """Those of the rows that this program measures, now."""
    print(f"== benchmarks/{program}.py", file=sys.stderr, flush=True)
    numbers = run(program, peers, quick=quick)
    found: dict[str, Measurement] = {}
    for row in (row for row in rows if row.program == program):
        absent = [name for name in row.needs if name not in numbers]
        if absent:
            raise NotMeasuredError(f"not measured: {row.key}, since {program}.py gave no {absent[0]!r}")
        shown = {name: numbers[name] for name in row.needs}
        found[row.key] = Measurement(date.today().isoformat(), commit(), cpu(), os.cpu_count() or 1, shown)
    return found


def run(program: str, peers: str, *, quick: bool) -> dict[str, float]:
    """The numbers of one program, whose own tables go to stderr."""
    python = peers if program in PEERS else sys.executable
    threads = {"OMP_NUM_THREADS": "1"} if quick or program in ONE_THREAD else {}  # quick even where others work
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "numbers.json")
        command = [python, str(ROOT / "benchmarks" / f"{program}.py"), "--json", str(file)]
        command += ["--quick"] * quick + list(ARGUMENTS.get(program, ()))
        environment = os.environ | {"PYTHONPATH": str(ROOT)} | threads
        if subprocess.run(command, env=environment, cwd=ROOT, stdout=sys.stderr).returncode or not file.exists():
            rows = ", ".join(row.key for row in ROWS if row.program == program)
            raise NotMeasuredError(f"benchmarks/{program}.py failed, so these rows are not measured: {rows}")
        return json.loads(file.read_text("utf-8"))


def table(kept: Mapping[str, Measurement], rows: Sequence[Row] = ROWS) -> str:
    """The table and the line above it; NotMeasuredError where a row is missing or machines are mixed."""
    absent = [row.key for row in rows if row.key not in kept or set(row.needs) - set(kept[row.key].numbers)]
    if absent:
        raise NotMeasuredError(f"not measured: {', '.join(absent)}")
    shown = [kept[row.key] for row in rows]
    machines = sorted({(each.cpu, each.cores) for each in shown})
    if len(machines) > 1:
        names = "; ".join(f"{name}, {cores} cores" for name, cores in machines)
        raise NotMeasuredError(f"rows of {len(machines)} machines ({names}) say nothing beside each other: measure all")
    cpu_name, cores = machines[0]
    times = sorted({(each.date, each.commit) for each in shown})
    when = f", {times[0][0]}, at commit {times[0][1]}" if len(times) == 1 else "; each row at the commit it names"
    lines = [f"Measured on {cpu_name}, {cores} cores{when}.", ""]
    columns = ["what", "Clave", "beside it"] + ["measured"] * (len(times) > 1)
    lines += [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for row, each in zip(rows, shown, strict=True):
        cells = [*row.cells(each.numbers)] + [f"{each.date}, {each.commit}"] * (len(times) > 1)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def in_readme(readme: str, text: str) -> str:
    """The README with this between its markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NotMeasuredError(f"{README.name} lacks the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def load(file: Path) -> dict[str, Measurement]:
    """What was measured so far."""
    said = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return {key: Measurement(**each) for key, each in said.items() if key in KEYS}


def save(kept: Mapping[str, Measurement], file: Path) -> None:
    """Keep it, in the order of the table."""
    said = {key: asdict(kept[key]) for key in KEYS if key in kept}
    file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", "utf-8")


def commit() -> str:
    """What is checked out; with a plus where files differ from it, those apart that this program writes."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", f":!{README.name}", f":!{RESULTS.relative_to(ROOT)}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return head.stdout.strip() + "+" * bool(changed.stdout.strip())


def cpu() -> str:
    """The name of the processor."""
    file = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", file.read_text("utf-8")) if file.exists() else None
    return found[1].strip() if found else "an unnamed processor"


if __name__ == "__main__":
    main()
