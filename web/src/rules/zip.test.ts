import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { crc32, zipped } from "./zip";

const bytes = (text: string) => new TextEncoder().encode(text);

test("the checksum is that of the standard", () => {
  expect(crc32(bytes("123456789"))).toBe(0xcbf43926); // the check value of CRC-32
});

test("another program reads the archive", () => {
  const path = join(mkdtempSync(join(tmpdir(), "clave-")), "stems.zip");
  writeFileSync(path, zipped([{ name: "kick.wav", content: bytes("boom") }, { name: "größer/snare.wav", content: bytes("") }])); // prettier-ignore
  const read = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, z.read(i).decode()) for i in z.infolist()])';
  expect(execFileSync("python3", ["-c", read, path], { encoding: "utf8", env: { ...process.env, PYTHONIOENCODING: "utf8" } }).trim()).toBe("None [('kick.wav', 'boom'), ('größer/snare.wav', '')]");
});
